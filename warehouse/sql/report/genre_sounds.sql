-- one row is a genre among the fourteen largest and a feature: its middle, and how many deviations it lies from all songs
with tagged as (
    select distinct t.track_id, lower(trim(g.genre)) as genre
    from tracks as t, unnest(
        case when len(t.genres) > 0 then t.genres else (
            select ar.genres from track_artists as ta join artists as ar using (artist_id)
            where ta.track_id = t.track_id and ta.position = 0
        ) end
    ) as g (genre)
),
largest as (
    select genre, count(*) as songs from tagged group by genre order by songs desc, genre limit 14
),
long as (
    unpivot (
        select track_id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo
        from audio_features
    ) on columns(* exclude (track_id)) into name feature value value
),
overall as (
    select feature, avg(value) as mean, stddev_samp(value) as deviation from long group by feature
)
select g.genre, l.feature, any_value(largest.songs) as songs, avg(l.value) as mean, median(l.value) as median,
    (avg(l.value) - any_value(o.mean)) / nullif(any_value(o.deviation), 0) as deviations
from tagged as g
join largest using (genre)
join long as l using (track_id)
join overall as o on o.feature = l.feature
group by g.genre, l.feature
order by songs desc, g.genre, l.feature
