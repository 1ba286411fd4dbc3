-- One row is the id of a track, in the order of the numbers.
select track_id
from cards
order by number
