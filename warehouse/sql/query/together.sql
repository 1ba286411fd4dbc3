-- One row is a song and a kind of basket: baskets of that kind that hold it together with any of the seeds.
with own as (
    select distinct basket_id
    from baskets
    where track_id in (select unnest($seeds))
)
select baskets.track_id, baskets.kind, count(distinct basket_id) as baskets
from baskets
join own using (basket_id)
where baskets.track_id in (select unnest($track_ids))
group by all
order by all
