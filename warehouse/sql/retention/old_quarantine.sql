-- One row is a row in quarantine that came from the API on a night before the time for which we may keep it.
delete from rejected_rows
where list_contains($sources, source) and run_id not in (select run_id from runs where started_at >= $since)
returning run_id
