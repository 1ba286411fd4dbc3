-- One row is a song of the genres with this name.
select track_id
from songs
where len(list_filter(genres, lambda genre: name_key(genre) = name_key($text))) > 0
