-- One row is a track of the API that a list, a play that stays, or something the person said refers to.
select track_id, source
from tracks
where list_contains($sources, source)
    and track_id in (
        select track_id from playlist_tracks
        union all
        select track_id from saved_tracks
        union all
        select track_id from top_tracks
        union all
        select track_id from plays where origin = 'export' or played_at >= $since
        union all
        select entity_id from feedback where entity = 'track'
    )
order by track_id
