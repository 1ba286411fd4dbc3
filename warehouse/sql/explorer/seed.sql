-- one row is the song that the explorer opens with: the person's strongest, else the best known one that has neighbours
select t.track_id
from tracks as t
left join tastes as l using (track_id)
where t.track_id in (select n.track_id from neighbours as n)
order by coalesce(l.weight, 0) desc, t.popularity desc nulls last, t.track_id
limit 1
