-- One row is a well known song, one an artist, the best known first: what there is for somebody of whom nothing is known.
select track_id
from songs
qualify row_number() over (partition by coalesce(artist_ids[1], track_id) order by popularity desc nulls last, track_id) = 1
order by popularity desc nulls last, track_id
limit $limit
