-- one row is a year of release and a source: songs, and how many of them have a measured sound, a cover, a popularity
select
    year(a.released_on)::integer as released_year, t.source, count(*) as songs,
    count(f.energy) as with_sound, count(a.poster_url) as with_poster, count(t.popularity) as with_popularity
from tracks as t
left join albums as a using (album_id)
left join audio_features as f using (track_id)
group by released_year, t.source
order by released_year nulls first, t.source
