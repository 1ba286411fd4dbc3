-- one row is a taste of the person: its songs, its share of all that speaks for a song, and that share last night
with tonight as (
    select taste_id, any_value(taste) as taste, count(*) as songs, sum(weight) filter (weight > 0) as weight,
        sum(plays)::bigint as plays, sum(skips)::bigint as skips, arg_max(track_id, weight, 3) as strongest
    from tastes group by taste_id
),
last_night as (
    select taste, sum(weight) filter (weight > 0) / sum(sum(weight) filter (weight > 0)) over () as share
    from earlier.tastes group by taste
)
select t.taste_id, t.taste, t.songs, t.plays, t.skips, t.weight / sum(t.weight) over () as share,
    l.share as share_last_night, t.strongest
from tonight as t left join last_night as l using (taste)
order by share desc nulls last, taste_id
