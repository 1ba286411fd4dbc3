-- What is not as it was in the attached night ``earlier``: songs, what the person said and heard, and the night itself.

create temp table new_data as
    select track_id from (from tracks except from earlier.tracks)
    union
    select track_id from (from earlier.tracks except from tracks)
    union
    select track_id from (from track_artists except from earlier.track_artists)
    union
    select track_id from (from earlier.track_artists except from track_artists)
    union
    select track_id from (select basket_id, track_id from baskets except select basket_id, track_id from earlier.baskets)
    union
    select track_id from (select basket_id, track_id from earlier.baskets except select basket_id, track_id from baskets);

create temp table new_sound as
    select track_id from (from audio_features except from earlier.audio_features)
    union
    select track_id from (from earlier.audio_features except from audio_features);

create temp table new_words as
    select entity, entity_id from (from feedback except from earlier.feedback)
    union
    select entity, entity_id from (from earlier.feedback except from feedback);

create temp table new_listening as
    select track_id from (from plays except from earlier.plays)
    union
    select track_id from (from earlier.plays except from plays)
    union
    select track_id from (from saved_tracks except from earlier.saved_tracks)
    union
    select track_id from (from earlier.saved_tracks except from saved_tracks)
    union
    select track_id from (from top_tracks except from earlier.top_tracks)
    union
    select track_id from (from earlier.top_tracks except from top_tracks);

create temp table night as
    select
        exists (from new_words) as has_new_words,
        exists (from new_listening) as has_new_listening,
        exists (
            (select kind, value from exclusions except select kind, value from earlier.exclusions)
            union all
            (select kind, value from earlier.exclusions except select kind, value from exclusions)
        ) as has_new_exclusions,
        exists (
            (select model, signal, step, lower, upper, value from models
                except select model, signal, step, lower, upper, value from earlier.models)
            union all
            (select model, signal, step, lower, upper, value from earlier.models
                except select model, signal, step, lower, upper, value from models)
        ) as is_new_model,
        (select (algorithm, version) from latest_run) is distinct from (select (algorithm, version) from earlier.latest_run) as is_new_code,
        exists (from new_data) as is_new_data,
        exists (from new_sound) as is_new_sound;
