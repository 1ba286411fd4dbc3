-- One row is the memory of something that was last seen or asked for before the time for which we may keep it.
delete from fetches
where list_contains($sources, source) and asked_at < $since
returning object_id
