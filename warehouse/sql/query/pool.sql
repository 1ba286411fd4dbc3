-- One row is a song that the seeds lead to, the best first, with the sums of what they give it, and that of {counted} in millionths.
select
    neighbour as number,
    sum({counted}) as score,
    coalesce(bool_or(baskets_together > 0), false) as is_together,
    sum(audio) / 1e6 as audio,
    sum(metadata) / 1e6 as metadata,
    sum(collaborative) / 1e6 as collaborative,
    sum(adjustments) / 1e6 as adjustments
from links
where track in (select unnest($seeds))
group by neighbour
having $by = 'hybrid' or score != 0 -- 0: the signal says nothing of the song
order by score desc
