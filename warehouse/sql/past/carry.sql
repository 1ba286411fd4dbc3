-- One row says how a list stood on an earlier night: the latest nights whole, of older ones only how each list stood last.
insert into past_lists
select kind, list_id, run_id, track_ids
from past.past_lists
where run_id < $tonight
qualify
    run_id >= (select min(run_id) from (select run_id from past.runs order by run_id desc limit $nights))
    or row_number() over (partition by kind, list_id order by run_id desc) = 1
