-- one row is a source and a fact: how many of its songs have it
with songs_known as (
    select t.source, f.energy as sound, a.poster_url as cover, t.popularity, t.isrc, a.released_on as release_date,
        nullif(len(s.genres), 0) as genre, n.track_id as neighbours
    from tracks as t
    left join albums as a using (album_id)
    left join audio_features as f using (track_id)
    left join songs as s using (track_id)
    left join (select distinct track_id from neighbours) as n using (track_id)
),
counted as (
    select source, count(*) as songs, count(neighbours) as neighbours, count(sound) as sound, count(cover) as cover,
        count(genre) as genre, count(popularity) as popularity, count(isrc) as isrc, count(release_date) as release_date
    from songs_known group by source
),
facts as (
    unpivot counted on columns(* exclude (source, songs)) into name fact value known
)
select source, fact, songs, known, known / songs as share
from facts
order by songs desc, source, share desc, fact
