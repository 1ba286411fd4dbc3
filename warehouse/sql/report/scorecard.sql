-- one row is a figure of the hybrid on the latest measured night, with its 95 % interval, beside the highest of its peers
with latest as (
    select * from evaluation where run_id = (select max(run_id) from evaluation) and value is not null
),
peers as (
    select task, split, view, metric, arg_max(algorithm, value) as highest_peer, max(value) as peer_value
    from latest where algorithm <> 'hybrid' group by all
)
select task, split, view, metric, value, low, high, cases, highest_peer, peer_value
from latest left join peers using (task, split, view, metric)
where algorithm = 'hybrid'
order by task, split, view = 'warm' desc, view, metric
