-- One row is a song by its number, with all that an answer reads of it.
select number, card
from cards
where track_id = $key and card is not null
