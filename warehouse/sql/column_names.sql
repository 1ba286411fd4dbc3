-- One row is a column of a table in an attached database, in table order.
select column_name
from duckdb_columns()
where database_name = $database and table_name = $table and schema_name = 'main'
order by column_index
