-- One row is a song that belongs with another one; what {score} and {addends} are stands in the model of neighbours.
create view neighbours as
select
    one.track_id,
    links.rank,
    other.track_id as neighbour_id,
    ({score}) / 1e6 as score,
    {addends},
    links.baskets_together,
    case when links.baskets_together > 0 then one.share * other.share end as baskets_expected,
    (select any_value(algorithm) from models where model = 'song') as algorithm
from links
join cards as one on one.number = links.track
join cards as other on other.number = links.neighbour
