-- one row is a night's nDCG@10 on warm songs, by what was tried: of the hybrid, and of the best peer of that night
select run_id, task, split, 'hybrid' as contender, value, low, high
from evaluation
where metric = 'ndcg@10' and view = 'warm' and algorithm = 'hybrid'
union all
select run_id, task, split, 'best peer' as contender, max(value), arg_max(low, value), arg_max(high, value)
from evaluation
where metric = 'ndcg@10' and view = 'warm' and algorithm <> 'hybrid'
group by run_id, task, split
order by task, split, contender, run_id
