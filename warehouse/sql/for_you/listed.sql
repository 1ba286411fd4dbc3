-- One row is a song in a list that is the person's own: not one out of a data set that was imported.
select playlist_id, track_id, min(added_at) as added_at
from playlist_tracks
where source != 'file'
group by playlist_id, track_id
order by playlist_id, track_id
