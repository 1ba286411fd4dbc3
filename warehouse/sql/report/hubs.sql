-- one row is a class of songs by the number of top-ten lists in which they stand
with stands as (
    select t.track_id, count(n.track_id) as lists
    from tracks as t
    left join neighbours as n on n.neighbour_id = t.track_id and n.rank <= 10
    group by t.track_id
),
classes (class, low, high) as (
    values ('never', 0, 0), ('1, 2', 1, 2), ('3–5', 3, 5), ('6–10', 6, 10), ('11–20', 11, 20), ('21–50', 21, 50),
        ('51–100', 51, 100), ('more', 101, 9223372036854775807)
)
select c.class, c.low, count(s.track_id) as songs, coalesce(max(s.lists), 0) as most
from classes as c
left join stands as s on s.lists between c.low and c.high
group by c.class, c.low
order by c.low
