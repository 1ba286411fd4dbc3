-- One row is a night whose books the file keeps, the latest first: what came of it, what it took, how well it recommended.
select
    runs.run_id,
    runs.source,
    runs.started_at,
    date_diff('millisecond', runs.started_at, runs.ended_at) / 1000 as seconds,
    runs.verdict,
    stages.requests,
    accounts.received,
    accounts.stored,
    accounts.rejected,
    measured.value as ndcg,
    runs.note
from runs
left join (
    select run_id, sum(requests)::bigint as requests
    from run_stages
    group by run_id
) as stages using (run_id)
left join (
    select run_id, sum(received)::bigint as received, sum(stored)::bigint as stored, sum(rejected)::bigint as rejected
    from row_accounting
    group by run_id
) as accounts using (run_id)
left join (
    select run_id, max(value) as value
    from evaluation
    where algorithm = 'hybrid' and task = 'list' and view = 'warm' and metric = 'ndcg@10'
    group by run_id
) as measured using (run_id)
order by runs.run_id desc
