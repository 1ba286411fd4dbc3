-- One row is a column of one of our tables in the open file, with its type and its meaning.
select table_name, column_name, data_type, comment as description
from duckdb_columns()
where database_name = current_database() and schema_name = 'main' and not internal
order by table_name, column_index
