-- one row is a broken rule of tonight, with up to three of the rows that broke it
with tonight as (
    select *, count(*) over (partition by entity, source, rule) as rows_broken
    from rejected_rows
    where run_id = (select max(run_id) from runs)
    qualify row_number() over (partition by entity, source, rule order by value, row) <= 3
)
select entity, source, rule, any_value(rows_broken) as rows_broken, list(value order by value, row) as sample_values,
    list(row order by value, row) as sample_rows
from tonight
group by entity, source, rule
order by rows_broken desc, entity, source, rule
