-- One row is a song that belongs with a song of the profile, the nearest first.
select track_id as seed, neighbour_id as track_id, score, strongest_signal(audio, metadata, collaborative) as kind
from neighbours
where track_id in (select unnest($seeds))
order by seed, rank
