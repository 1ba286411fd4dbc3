-- One row is a column of a view with what the table says of it that the view takes it from; of two tables, the first.
with sources as (
    select unnest([
        {view: 'latest_run', source: 'runs', place: 1},
        {view: 'accounting', source: 'row_accounting', place: 1},
        {view: 'profile', source: 'tastes', place: 1},
        {view: 'profile', source: 'songs', place: 2}
    ], recursive := true)
)
select sources.view as view_name, columns.column_name, told.comment
from sources
join duckdb_columns() as columns on columns.table_name = sources.view
join duckdb_columns() as told on told.table_name = sources.source and told.column_name = columns.column_name
where columns.database_name = current_database() and told.database_name = current_database()
qualify row_number() over (partition by sources.view, columns.column_name order by sources.place) = 1
order by all
