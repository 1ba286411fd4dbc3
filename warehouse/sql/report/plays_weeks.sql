-- one row is a week (its Monday) with its plays of songs heard for the first time and of songs heard before
with history as (
    select *, row_number() over (partition by track_id order by played_at) = 1 as is_first from plays
)
select
    date_trunc('week', played_at)::date as week_on, count(*) filter (is_first) as first_time,
    count(*) filter (not is_first) as again, count(*) filter (is_skipped) as skips,
    sum(ms_played) / 3600000.0 as hours_played
from history
group by week_on
order by week_on desc
limit 104
