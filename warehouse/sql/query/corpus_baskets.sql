-- One row is a song's place in a basket.
select basket_id, track_id, position, weight
from baskets
order by basket_id, position, track_id
