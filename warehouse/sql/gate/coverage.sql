-- One row counts the tracks that could have neighbours (sound, artist or basket in common with another song), and those that have.
with modelled as (
    select tracks.track_id, coalesce(recordings.song_id, tracks.track_id) as song_id
    from tracks
    left join recordings using (track_id)
    where len($sources) = 0 or list_contains($sources, tracks.source)
),
heard as (
    select modelled.*
    from modelled
    join audio_features using (track_id)
    where coalesce(danceability, energy, loudness, acousticness, instrumentalness, valence, tempo) is not null
),
shared as (
    select artist_id as by_what, track_id, song_id
    from track_artists
    join modelled using (track_id)
    union all
    select basket_id, track_id, song_id
    from baskets
    join modelled using (track_id)
),
joined as (
    select by_what
    from shared
    group by by_what
    having count(distinct song_id) > 1
),
comparable as (
    select track_id
    from shared
    join joined using (by_what)
    union
    select track_id
    from heard
    where (select count(distinct song_id) from heard) > 1
)
select count(*) as comparable, count(*) filter (track_id in (select track_id from neighbours)) as covered
from comparable
