-- one row is a kind of thing that is asked for: when rows last came for it, and when they last brought something new
select
    entity, max(started_at) filter (received > 0) as seen_at, max(started_at) filter (stored + removed > 0) as changed_at,
    max(started_at) filter (run_id = (select max(run_id) from runs) and stored + removed > 0) is not null as is_new_tonight
from row_accounting join runs using (run_id)
group by entity
order by entity
