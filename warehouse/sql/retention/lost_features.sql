-- One row is the sound, as a service told it, of a track that is gone.
delete from audio_features
where list_contains($sources, source) and track_id not in (select track_id from tracks)
returning track_id
