-- One row is a song to which one seed leads, with what it gives it; share is that of the seed, where baskets hold both.
select
    neighbour as number,
    audio / 1e6 as audio,
    metadata / 1e6 as metadata,
    collaborative / 1e6 as collaborative,
    adjustments / 1e6 as adjustments,
    case when baskets_together > 0 then $share::double end as share
from links
where track = $seed
