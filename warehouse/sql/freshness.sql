-- One row is a table: its rows, and when rows last came for it and last changed it.
with told as (
    select
        entity as table_name,
        max(started_at) filter (received > 0) as seen_at,
        max(started_at) filter (stored + removed > 0) as changed_at
    from row_accounting
    join runs using (run_id)
    group by entity
),
-- counted when the night was built; DuckDB's own estimate counts rows that were replaced as well, and the books go on after it
counted as (
    select table_name, max(rows) as rows
    from data_profile
    where table_name not in ('runs', 'run_stages')
    group by table_name
    union all
    select 'runs', count(*) from runs
    union all
    select 'run_stages', count(*) from run_stages
)
select
    sizes.table_name,
    coalesce(counted.rows, sizes.estimated_size)::bigint as rows,
    case when told.table_name is not null then told.seen_at when sizes.estimated_size > 0 then latest_run.started_at end as seen_at,
    case when told.table_name is not null then told.changed_at when sizes.estimated_size > 0 then latest_run.started_at end as changed_at
from (
    select if(table_name = 'links', 'neighbours', table_name) as table_name, estimated_size
    from duckdb_tables()
    where database_name = current_database() and table_name not in ('segue_schema', 'cards')
) as sizes
cross join latest_run
left join told using (table_name)
left join counted using (table_name)
order by sizes.table_name
