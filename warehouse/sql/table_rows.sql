-- Every table with its rows, as profiled when the night was built.
select table_name, max(rows) as rows
from data_profile
group by table_name
order by table_name
