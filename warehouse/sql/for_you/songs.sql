-- One row is a song as a list shows it and as its rules look at it.
select
    track_id, name, artists, album, poster_url, spotify_url, popularity, recording_id, song_id, artist_ids, genres
from songs
where track_id in (select unnest($track_ids))
