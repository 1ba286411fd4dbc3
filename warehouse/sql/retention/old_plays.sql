-- One row is a play that the API told of and that ended before the time for which we may keep it.
delete from plays
where list_contains($sources, source) and origin = 'api' and played_at < $since
returning track_id
