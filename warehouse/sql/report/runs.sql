-- one row is a night, the latest first
select run_id, source, started_at, ended_at, verdict, is_stale, parked_until, algorithm, version, note
from runs
order by run_id desc
limit 90
