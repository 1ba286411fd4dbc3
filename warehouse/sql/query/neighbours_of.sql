-- One row is a song to which one seed leads, with what it gives it.
select neighbour_id as track_id, audio, metadata, collaborative, adjustments, baskets_expected
from neighbours
where track_id = $seed
