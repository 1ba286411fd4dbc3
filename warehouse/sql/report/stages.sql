-- one row is a stage of tonight
select s.ordinal, s.stage, s.started_at, s.seconds, s.rows, s.requests, s.requests_least, s.retries, s.waited_seconds,
    s.verdict, s.note
from run_stages as s
where s.run_id = (select max(run_id) from runs)
order by s.ordinal
