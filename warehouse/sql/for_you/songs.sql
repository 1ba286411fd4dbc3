-- One row is a song as the rules of the list look at it.
select track_id, recording_id, song_id, artist_ids, genres
from songs
where track_id in (select unnest($track_ids))
