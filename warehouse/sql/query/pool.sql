-- One row is a song that the seeds lead to, with the sum of what each of them gives it; other versions of the seeds are marked, not left out.
with seeds as (
    select track_id, song_id, recording_id
    from songs
    where track_id in (select unnest($seeds))
),
blocked as (
    select
        coalesce(list(entity_id) filter (entity = 'track'), []) as tracks,
        coalesce(list(entity_id) filter (entity = 'artist'), []) as artists,
        coalesce(list(lower(entity_id)) filter (entity = 'genre'), []) as genres
    from feedback
    where kind = 'block' and (until is null or until > $now)
),
reached as (
    select
        neighbour_id as track_id,
        sum(audio) as audio,
        sum(metadata) as metadata,
        sum(collaborative) as collaborative,
        sum(adjustments) as adjustments,
        sum(baskets_expected) as baskets_expected
    from neighbours
    where track_id in (select unnest($seeds))
    group by neighbour_id
)
select
    reached.*,
    songs.* exclude (track_id, name_key, title_key),
    audio_features.* exclude (track_id, source),
    songs.song_id in (select song_id from seeds) or songs.recording_id in (select recording_id from seeds) as is_seed,
    list_contains(blocked.tracks, songs.track_id)
        or list_has_any(blocked.artists, songs.artist_ids)
        or list_has_any(blocked.genres, songs.genres) as is_blocked
from reached
join songs using (track_id)
cross join blocked
left join audio_features using (track_id)
order by songs.track_id
