-- One row is a row of neighbours, in the order of its key.
from neighbours
order by track_id, rank
