-- One row is a track as tonight leaves it, in the order of its id.
create or replace table song_lists as
select *
from lists
order by track_id
