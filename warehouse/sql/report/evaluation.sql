-- one row is a figure of the latest measured night, with its 95 % interval
select run_id, task, split, algorithm, view, metric, value, low, high, cases
from evaluation
where run_id = (select max(run_id) from evaluation)
order by task, metric, view, value desc nulls last
