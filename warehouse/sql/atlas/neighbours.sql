-- one row is one of the first neighbours of a song, both by their numbers in the order of ids
with numbered as (
    select track_id, (row_number() over (order by track_id) - 1)::integer as place from tracks
)
select seed.place as seed, other.place as neighbour
from neighbours as n
join numbered as seed using (track_id)
join numbered as other on other.track_id = n.neighbour_id
where n.rank <= $places
order by seed.place, n.rank
