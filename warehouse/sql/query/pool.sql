-- One row is a song that the seeds lead to, with the sums of what each of them gives it; share is that of the seeds with which it shares baskets.
with asked as (
    select unnest($seeds) as track, unnest($shares) as share
)
select
    neighbour as number,
    sum(audio) / 1e6 as audio,
    sum(metadata) / 1e6 as metadata,
    sum(collaborative) / 1e6 as collaborative,
    sum(adjustments) / 1e6 as adjustments,
    sum(share) filter (where baskets_together > 0) as share
from links
join asked using (track)
group by neighbour
