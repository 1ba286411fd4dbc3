-- one row is an hour of the week (UTC, Monday is 1) with the plays that ended in it
select
    isodow(played_at)::integer as weekday, hour(played_at)::integer as hour, count(*) as plays,
    count(*) filter (is_skipped) as skips
from plays
group by weekday, hour
order by weekday, hour
