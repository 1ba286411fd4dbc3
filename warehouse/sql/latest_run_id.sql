-- One row is the night that this file comes from.
select run_id from latest_run
