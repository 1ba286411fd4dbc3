-- One row is one of the first other songs that the seeds lead to, by the sum that $by counts; ties by track, whose order the numbers follow.
with first as (
    select
        neighbour as number,
        sum(
            case $by
                when 'audio' then audio
                when 'metadata' then metadata
                when 'collaborative' then collaborative
                else audio + metadata + collaborative + adjustments
            end
        ) as score
    from links
    where track in (select unnest($seeds)) and neighbour not in (select unnest($seeds))
    group by neighbour
    having $by = 'hybrid' or score != 0 -- 0: the signal says nothing of the song
    order by score desc, number
    limit $limit
)
select cards.track_id
from first
join cards using (number)
where cards.card is not null
