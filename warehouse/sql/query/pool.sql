-- One row is a song that the seeds lead to, with the sums of what each of them gives it (decimal: the same in any order).
select
    neighbour as number,
    sum(audio::decimal(18, 12))::double as audio,
    sum(metadata::decimal(18, 12))::double as metadata,
    sum(collaborative::decimal(18, 12))::double as collaborative,
    sum(adjustments::decimal(18, 12))::double as adjustments,
    sum(baskets_expected) as baskets_expected
from links
where track in (select unnest($seeds))
group by neighbour
