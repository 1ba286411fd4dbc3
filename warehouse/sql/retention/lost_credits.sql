-- One row is a credit from the API for a track that is gone.
delete from track_artists
where list_contains($sources, source) and track_id not in (select track_id from tracks)
returning track_id
