-- One row is a song as people see it, with what tells it from another one.
select * exclude (poster_small_url, name_key, title_key)
from songs
where track_id in (select unnest($track_ids))
