-- one row is a night's nDCG@10 on warm songs, for the hybrid and for the best single-signal peer of that night
select run_id, task, 'hybrid' as contender, value, low, high
from evaluation
where metric = 'ndcg@10' and view = 'warm' and split not like 'the last fifth%' and algorithm = 'hybrid'
union all
select run_id, task, 'best peer' as contender, max(value), arg_max(low, value), arg_max(high, value)
from evaluation
where metric = 'ndcg@10' and view = 'warm' and split not like 'the last fifth%' and algorithm <> 'hybrid'
group by run_id, task
order by task, contender, run_id
