-- One row is a row of the table of that name, as it is stored.
from query_table($table)
