-- One row is a table and a source whose rows of tonight are not all accounted for.
select entity, source, received, stored + unchanged + duplicate + rejected + skipped as found
from row_accounting
where run_id = $run_id and received != found
order by entity, source
