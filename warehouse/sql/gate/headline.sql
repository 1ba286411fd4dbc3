-- One row is a headline figure of the hybrid, as measured by the latest night of the open file that has any.
select task, split, view, metric, value, low, high
from evaluation
where algorithm = 'hybrid'
    and metric = 'ndcg@10'
    and low is not null
    and high is not null
    and run_id = (select max(run_id) from evaluation where algorithm = 'hybrid')
order by task, split, view
