-- One row is a song that belongs with this one: one seed at a time, so that only its stretch of the sorted table is read.
select track_id as seed, neighbour_id as track_id, score
from neighbours
where track_id = $seed
