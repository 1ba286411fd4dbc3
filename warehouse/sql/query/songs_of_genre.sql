-- One row is a song of this genre, the most popular first, one song an artist.
select track_id
from songs
where len(list_filter(genres, lambda genre: name_key(genre) = name_key($text))) > 0
qualify row_number() over (partition by coalesce(artist_ids[1], track_id) order by popularity desc nulls last, track_id) = 1
order by popularity desc nulls last, track_id
limit $limit
