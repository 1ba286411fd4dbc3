-- One row says how many saved tracks of a source are known, and when the newest of them was saved.
select count(*) as saved_count, max(added_at) as saved_newest_at
from saved_tracks
where source = $source
