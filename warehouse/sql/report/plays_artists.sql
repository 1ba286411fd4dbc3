-- one row is an artist among the most played ones
select
    ar.name as artist, count(*) as plays, count(*) filter (p.is_skipped) as skips,
    count(distinct p.track_id) as songs, sum(p.ms_played) / 3600000.0 as hours_played
from plays as p
join track_artists as ta on ta.track_id = p.track_id and ta.position = 0
join artists as ar using (artist_id)
group by ar.artist_id, ar.name
order by plays desc, ar.artist_id
limit 12
