-- What is not as it was in the attached night ``earlier``: songs, what the person said and heard, and the night itself.

-- The rows of a table, by some of its columns or by all, that stand in one of the two nights alone.
create temp macro otherwise(name, names := null) as table (
    (
        select columns(lambda told: names is null or told in names) from query_table(name)
        except
        select columns(lambda told: names is null or told in names) from query_table('earlier.' || name)
    )
    union all
    (
        select columns(lambda told: names is null or told in names) from query_table('earlier.' || name)
        except
        select columns(lambda told: names is null or told in names) from query_table(name)
    )
);

create temp table new_data as
    select track_id from otherwise('tracks')
    union
    select track_id from otherwise('track_artists')
    union
    select track_id from otherwise('baskets', names := ['basket_id', 'track_id']);

create temp table new_sound as
    select distinct track_id from otherwise('audio_features');

create temp table new_words as
    select distinct entity, entity_id from otherwise('feedback');

create temp table new_listening as
    select track_id from otherwise('plays')
    union
    select track_id from otherwise('saved_tracks')
    union
    select track_id from otherwise('top_tracks');

create temp table night as
    select
        exists (from new_words) as has_new_words,
        exists (from new_listening) as has_new_listening,
        exists (from otherwise('exclusions', names := ['kind', 'value'])) as has_new_exclusions,
        case
            when exists (from otherwise('models', names := ['model', 'signal', 'step', 'lower', 'upper', 'value'])) then 'changed model'
            when (select (algorithm, version) from latest_run) is distinct from (select (algorithm, version) from earlier.latest_run)
                then 'changed code'
            when exists (from new_data) then 'new data'
            when exists (from new_sound) then 'changed features'
            else 'unexplained'
        end as cause; -- of what moved, where nothing nearer to it changed
