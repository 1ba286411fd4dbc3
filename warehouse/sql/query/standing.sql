-- One row: in how many lists of neighbours a track stands, and how long the longest list is.
select
    count(*) filter (where neighbour = $song) as lists,
    max(rank) as longest
from links
