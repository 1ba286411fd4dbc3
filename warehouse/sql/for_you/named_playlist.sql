-- One row is a playlist with this name, id or link.
select playlist_id
from playlists
where playlist_id = spotify_id($text) or name_key(name) = name_key($text)
