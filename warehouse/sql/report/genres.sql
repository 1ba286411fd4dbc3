-- one row is a genre among the sixty largest: its songs and the middle of their sound
with tagged as (
    select distinct t.track_id, t.popularity, lower(trim(g.genre)) as genre
    from tracks as t, unnest(
        case when len(t.genres) > 0 then t.genres else (
            select ar.genres from track_artists as ta join artists as ar using (artist_id)
            where ta.track_id = t.track_id and ta.position = 0
        ) end
    ) as g (genre)
)
select
    g.genre, count(*) as songs, avg(g.popularity) as popularity, median(f.energy) as energy, median(f.valence) as valence,
    median(f.danceability) as danceability, median(f.acousticness) as acousticness, median(f.tempo) as tempo
from tagged as g
left join audio_features as f using (track_id)
group by g.genre
order by songs desc, g.genre
limit 60
