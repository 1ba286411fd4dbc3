-- One row is a song as the list shows it.
select track_id, name, artists, album, poster_url, spotify_url
from songs
where track_id in (select unnest($track_ids))
