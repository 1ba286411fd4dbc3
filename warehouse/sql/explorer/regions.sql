-- one row is a named region of the map: the middle of its songs, the largest first
select region as name, median(x) as x, median(y) as y, count(*) as songs
from atlas
where region is not null
group by region
order by songs desc, name
