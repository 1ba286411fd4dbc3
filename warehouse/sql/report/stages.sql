-- one row is a stage of tonight, as far as it has come when this page is drawn; what comes after it is told of last night
with booked as (
    select *, run_id = (select max(run_id) from runs) as is_tonight from run_stages
    where verdict not in ('kept', 'broken', 'forced') and stage <> 'publish'
),
earlier as (
    select * from booked where run_id = (select max(run_id) from booked where not is_tonight)
)
select ordinal, stage, started_at, seconds, rows, requests, requests_least, retries, waited_seconds, verdict, note,
    'tonight' as night
from booked where is_tonight
union all
select ordinal, stage, started_at, seconds, rows, requests, requests_least, retries, waited_seconds, verdict, note,
    'last night' as night
from earlier where stage = 'report' and stage not in (select stage from booked where is_tonight)
order by night desc, ordinal
