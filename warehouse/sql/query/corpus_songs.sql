-- One row is a song with what the signals of a list read of it.
select track_id, song_id, album_id, released_on, popularity, artist_ids, genres
from songs
order by track_id
