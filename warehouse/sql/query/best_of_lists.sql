-- One row is one of the first other songs that a list leads to, by {counted}: what query/best tells of one list, of many.
with seeds as (
    select lists.list_id, cards.number
    from lists
    join cards using (track_id)
),
reached as (
    select
        seeds.list_id,
        links.neighbour as number,
        sum({counted}) as score
    from seeds
    join links on links.track = seeds.number
    anti join seeds as own on own.list_id = seeds.list_id and own.number = links.neighbour
    group by seeds.list_id, links.neighbour
    having $by = 'hybrid' or score != 0 -- 0: the signal says nothing of the song
),
first as (
    from reached
    qualify row_number() over (partition by list_id order by score desc, number) <= $limit
)
select first.list_id, cards.track_id
from first
join cards using (number)
order by all
