-- One row is a seed that leads to a song, with what it gives to its score, the largest first.
select neighbours.track_id, songs.name, neighbours.score
from neighbours
join songs on songs.track_id = neighbours.track_id
where neighbours.track_id in (select unnest($seeds)) and neighbours.neighbour_id = $song
order by neighbours.score desc, neighbours.track_id
