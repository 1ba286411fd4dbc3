-- One row is a track that has no number yet, with the next one; those that come together are numbered by track_id.
insert into cards (number, track_id)
select (select coalesce(max(number) + 1, 0) from cards) + row_number() over (order by track_id) - 1, track_id
from songs
anti join cards using (track_id)
order by track_id
