-- one row is a rule of the gate that judged tonight
select stage as rule, verdict, note as found
from run_stages
where run_id = (select max(run_id) from runs) and verdict in ('kept', 'broken', 'forced')
order by ordinal
