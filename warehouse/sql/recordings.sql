-- One row is a track and the recording that it is a pressing of.
select track_id, recording_id
from songs
where track_id in (select unnest($track_ids))
