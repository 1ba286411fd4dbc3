-- One row is a song of the artists with this name, id or link.
select distinct track_artists.track_id
from track_artists
join artists using (artist_id)
where artists.artist_id = spotify_id($text) or name_key(artists.name) = name_key($text)
