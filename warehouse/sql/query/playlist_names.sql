-- One row is a playlist that has a name.
select playlist_id, name
from playlists
where list_contains($playlist_ids, playlist_id) and name is not null
