-- One row: in how many lists of neighbours a track stands, in how many that version of its song that stands in most, and how long
-- the longest list is.
with versions as (
    select neighbour, count(*) as lists
    from links
    where neighbour in (select number from cards join songs using (track_id) where song_id = $song_id)
    group by neighbour
)
select
    coalesce(max(lists) filter (where neighbour = $number), 0) as own,
    coalesce(max(lists), 0) as most,
    (select max(rank) from links) as longest
from versions
