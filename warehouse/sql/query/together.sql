-- One row is a song and a kind of basket: baskets of that kind that hold it together with any of the seeds.
select track_id, kind, count(distinct basket_id) as baskets
from baskets
where basket_id in (select basket_id from baskets where track_id in (select unnest($seeds)))
    and track_id in (select unnest($track_ids))
group by all
