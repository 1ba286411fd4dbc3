-- One row is an artist from the API who has no track any more and of whom nobody told lately.
delete from artists
where list_contains($sources, source)
    and artist_id not in (select artist_id from track_artists)
    and artist_id not in (select object_id from fetches where entity = 'artists' and status = 'found' and asked_at >= $since)
returning artist_id
