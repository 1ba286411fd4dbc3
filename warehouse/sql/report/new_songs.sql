-- one row is a song that was not there last night, the best known first
select track_id
from tracks anti join earlier.tracks using (track_id)
order by popularity desc nulls last, track_id
limit 12
