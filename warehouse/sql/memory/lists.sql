create or replace table song_lists as
select *
from lists
order by track_id
