-- one row is a column of a table as it is published
select table_name, column_name, data_type, description, rows, nulls, "distinct", minimum, maximum, mean, deviation,
    q05, q25, q50, q75, q95
from data_profile
order by table_name, column_name
