-- One row counts the rows of a table that came from a source.
select count(*) as rows
from query_table($table)
where source = $source
