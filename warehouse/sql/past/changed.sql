-- One row is a list that is not what it was on the latest night remembered: its first songs in order, empty when it went.
with tonight as (
    select 'neighbours' as kind, track_id as list_id, list(neighbour_id order by rank) as track_ids
    from neighbours
    where rank <= $places
    group by track_id
    union all
    select 'recommendations', list, list(track_id order by rank)
    from recommendations
    group by list
),
latest as (
    select kind, list_id, arg_max(track_ids, run_id) as track_ids
    from past_lists
    where run_id != $run_id
    group by kind, list_id
)
select kind, list_id, $run_id as run_id, coalesce(tonight.track_ids, []) as track_ids
from tonight
full join latest using (kind, list_id)
where coalesce(tonight.track_ids, []) is distinct from coalesce(latest.track_ids, [])
order by kind, list_id
