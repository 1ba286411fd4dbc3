-- The best known song that has neighbours: one to begin with.
select name
from songs
semi join neighbours using (track_id)
order by popularity desc nulls last, track_id
limit 1
