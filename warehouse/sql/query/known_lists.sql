-- One row is a song of a list that the warehouse knows.
select asked.list_id, asked.track_id
from asked
semi join songs using (track_id)
order by all
