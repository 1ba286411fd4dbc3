-- One row is a song that one seed leads to, with its addends in millionths.
select neighbour, baskets_together, audio, metadata, collaborative, adjustments
from links
where track = $seed
