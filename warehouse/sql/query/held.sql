-- One row is a song in a basket.
select basket_id, kind, track_id
from baskets
where track_id in (select unnest($track_ids))
