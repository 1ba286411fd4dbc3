-- One row is a song that one seed leads to, as pool.sql tells it of several: DuckDB finds the rows of one seed in half the time.
select
    neighbour as number,
    case $by
        when 'audio' then audio
        when 'metadata' then metadata
        when 'collaborative' then collaborative
        else audio + metadata + collaborative + adjustments
    end as score,
    coalesce(baskets_together > 0, false) as is_together,
    audio / 1e6 as audio,
    metadata / 1e6 as metadata,
    collaborative / 1e6 as collaborative,
    adjustments / 1e6 as adjustments
from links
where track = $seed and ($by = 'hybrid' or score != 0)
order by score desc
