-- One row is a song to which one seed leads, with what it gives it.
select neighbour as number, audio, metadata, collaborative, adjustments, baskets_expected
from links
where track = $seed
