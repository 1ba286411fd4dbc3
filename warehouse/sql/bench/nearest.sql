-- the nearest others of every row by inner product; a row is among its own others
select seed.row, list(near.row) as others
from incoming as seed,
    lateral (
        select other.row
        from incoming as other
        order by array_inner_product(seed.vector, other.vector) desc, other.row
        limit $top + 1
    ) as near
group by seed.row
