-- One row is a song for a list: the neighbours of the list's songs, {counted} summed (decimal: the same in any order).
with seeds as (
    select lists.list_id, songs.track_id, songs.song_id
    from lists
    join songs using (track_id)
),
reached as (
    select
        seeds.list_id,
        neighbours.neighbour_id as track_id,
        sum(({counted})::decimal(18, 12))::double as score
    from seeds
    join neighbours on neighbours.track_id = seeds.track_id
    group by all
),
versions as (
    select reached.*, songs.song_id
    from reached
    join songs using (track_id)
    anti join seeds on seeds.list_id = reached.list_id and seeds.song_id = songs.song_id
    anti join barred on barred.track_id = reached.track_id
    where $by = 'hybrid' or reached.score != 0
    qualify row_number() over (partition by reached.list_id, songs.song_id order by reached.score desc, reached.track_id) = 1
)
select list_id, row_number() over (partition by list_id order by score desc, track_id) as rank, track_id, score
from versions
qualify rank <= $depth
order by list_id, rank
