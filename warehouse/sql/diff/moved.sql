-- One row is a song whose first neighbours are not what they were, with what came, what went and why.
with now as (
    select track_id, list(neighbour_id order by rank) as ids
    from neighbours
    where rank <= $places
    group by track_id
),
before as (
    select track_id, list(neighbour_id order by rank) as ids
    from earlier.neighbours
    where rank <= $places
    group by track_id
),
moved as (
    select track_id, coalesce(now.ids, []) as now, coalesce(before.ids, []) as before
    from now
    full join before using (track_id)
    where now.ids is distinct from before.ids
),
involved as (
    select
        track_id as seed,
        unnest(
            list_append(
                if(
                    list_sort(now) = list_sort(before),
                    now,
                    list_concat(
                        list_filter(now, lambda song: not list_contains(before, song)),
                        list_filter(before, lambda song: not list_contains(now, song))
                    )
                ),
                track_id
            )
        ) as track_id
    from moved
),
touched as (
    select
        seed as track_id,
        bool_or(track_id in (from new_data)) as has_new_data,
        bool_or(track_id in (from new_sound)) as has_new_sound
    from involved
    group by seed
),
names as (
    select track_id, any_value(name order by is_now desc) as name
    from (
        select track_id, name, true as is_now from songs
        union all
        select track_id, name, false from earlier.songs
    )
    group by track_id
)
select
    moved.track_id,
    names.name,
    list_filter(now, lambda song: not list_contains(before, song)) as came,
    list_filter(before, lambda song: not list_contains(now, song)) as went,
    case
        when has_new_data then 'new data'
        when has_new_sound then 'changed features'
        else night.cause
    end as cause,
    has_new_data or has_new_sound as is_direct
from moved
join touched using (track_id)
left join names using (track_id)
cross join night
order by moved.track_id
