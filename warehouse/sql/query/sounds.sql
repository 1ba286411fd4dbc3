-- One row is the sound of a song.
select * exclude (source)
from audio_features
where track_id in (select unnest($track_ids))
