-- One row is a place of one of these playlists, as it is stored.
from playlist_tracks
where playlist_id in (select unnest($playlists))
