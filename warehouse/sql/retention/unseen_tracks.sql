-- One row is a track of the API that has not been seen for too long; it goes, and so does the memory of it.
delete from tracks
where list_contains($sources, source)
    and track_id not in (
        select object_id from fetches where entity = 'tracks' and status = 'seen' and asked_at >= $since
    )
returning track_id
