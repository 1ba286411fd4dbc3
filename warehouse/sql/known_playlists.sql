-- One row is a playlist of a source as it is known: the version whose items are stored, and their number.
select playlists.playlist_id, playlists.snapshot_id, count(playlist_tracks.track_id) as items
from playlists
left join playlist_tracks using (playlist_id)
where playlists.source = $source
group by all
order by playlists.playlist_id
