-- One row is a row of a table that a stage of the night of this file worked out from what has the print; with what it said of it.
select made.*, stages.note
from query_table($computed) as made
join latest_run using (run_id)
join run_stages as stages using (run_id)
where made.made_from = $made_from and stages.stage = $stage
