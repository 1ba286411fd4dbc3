-- one row is a cell of the explorer's map, a 48th of it a side: its songs, and those of the taste that has most there
with mine as (
    select track_id, arg_max(taste_id, weight) as taste_id, max(weight) as weight, any_value(taste order by weight desc) as taste
    from tastes
    where weight > 0
    group by track_id
),
cells as (
    select least(floor(x * 48), 47)::integer as across, least(floor(y * 48), 47)::integer as down, taste_id, taste,
        count(*) as songs, coalesce(sum(weight), 0) as weight
    from atlas left join mine using (track_id)
    group by all
)
select across, down, sum(songs)::bigint as songs,
    arg_max(taste_id, weight) filter (taste_id is not null) as taste_id,
    arg_max(taste, weight) filter (taste_id is not null) as taste,
    coalesce(sum(songs) filter (taste_id is not null), 0)::bigint as songs_of_yours,
    sum(weight) as weight
from cells
group by across, down
order by across, down
