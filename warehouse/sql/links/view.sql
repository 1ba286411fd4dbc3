-- One row is a song that belongs with another one; what {score} and {told} are stands in the model of neighbours.
create view neighbours as
select
    one.track_id,
    links.rank,
    other.track_id as neighbour_id,
    {score} as score,
    {told}
from links
join cards as one on one.number = links.track
join cards as other on other.number = links.neighbour
