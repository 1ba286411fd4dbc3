-- One row: how many places of playlists name songs that no catalogue tells of.
select count(*) as places
from playlist_tracks
anti join songs using (track_id)
