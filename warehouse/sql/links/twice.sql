-- One row is a key of neighbours that stands more than once.
select cards.track_id, links.rank, count(*)
from links
join cards on cards.number = links.track
group by all
having count(*) > 1
order by all
limit 1
