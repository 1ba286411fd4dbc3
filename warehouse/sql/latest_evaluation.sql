-- How well the night of this file recommends: the headline figures, best first within task and view.
select task, view, metric, evaluation.algorithm, value, low, high, cases, split
from evaluation
join latest_run using (run_id)
where view in ('all', 'warm', 'cold')
order by task, view = 'warm' desc, view, metric, value desc nulls last, evaluation.algorithm
