-- One row is the night that this file comes from, by its id alone.
select run_id
from latest_run
