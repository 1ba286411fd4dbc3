-- One row is a song of a playlist, in list order.
select playlist_tracks.track_id
from playlist_tracks
join songs using (track_id)
where playlist_tracks.playlist_id = $playlist_id
group by playlist_tracks.track_id
order by min(playlist_tracks.position), playlist_tracks.track_id
