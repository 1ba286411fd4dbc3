-- One value describes a column of a table; in capitals stand the column, its value as a number, and how values are told apart.
{
    'column_name': $NAME,
    'nulls': count(*) - count($COLUMN),
    'distinct': $DISTINCT,
    'minimum': left(min($COLUMN)::varchar, 200),
    'maximum': left(max($COLUMN)::varchar, 200),
    'mean': favg($NUMBER),
    'deviation': stddev_samp($NUMBER),
    'quantiles': quantile_cont($NUMBER, [0.05, 0.25, 0.5, 0.75, 0.95])
}
