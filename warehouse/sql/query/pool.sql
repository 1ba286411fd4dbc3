-- One row is a song that the seeds lead to, with the sums of what each of them gives it.
select
    neighbour_id as track_id,
    sum(audio) as audio,
    sum(metadata) as metadata,
    sum(collaborative) as collaborative,
    sum(adjustments) as adjustments,
    sum(baskets_expected) as baskets_expected
from neighbours
where track_id in (select unnest($seeds))
group by neighbour_id
