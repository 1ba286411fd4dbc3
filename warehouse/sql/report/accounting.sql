-- one row is a table and a source: where tonight's received rows went
select entity, source, received, stored, unchanged, duplicate, rejected, skipped, rejected_by_rule, skipped_by_reason
from row_accounting
where run_id = (select max(run_id) from runs)
order by received desc, entity, source
