-- One row is a key of neighbours that stands more than once.
with doubled as (
    select track, rank, count(*) as times
    from links
    group by track, rank
    having count(*) > 1
)
select cards.track_id, doubled.rank, doubled.times
from doubled
join cards on cards.number = doubled.track
order by all
limit 1
