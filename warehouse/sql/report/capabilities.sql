-- one row is something that the API did or did not answer tonight, and on the night before
with nights as (
    select distinct run_id from api_capabilities order by run_id desc limit 2
)
select
    tonight.capability, tonight.is_available, tonight.status, tonight.detail, before.is_available as was_available
from api_capabilities as tonight
left join api_capabilities as before
    on before.capability = tonight.capability and before.run_id = (select min(run_id) from nights having count(*) = 2)
where tonight.run_id = (select max(run_id) from nights)
order by tonight.is_available, tonight.capability
