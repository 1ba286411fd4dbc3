-- One row is the night that this file comes from, and what it read.
select run_id, source from latest_run
