-- One row says what the latest night of the attached file had read.
select source
from past.runs
order by started_at desc, run_id desc
limit 1
