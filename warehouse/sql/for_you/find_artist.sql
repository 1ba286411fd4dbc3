-- One row is the artist of this name, id or link; of several of one name the most popular.
select artist_id as entity_id, name
from artists
where artist_id = spotify_id($text) or name_key(name) = name_key($text)
order by artist_id = spotify_id($text) desc, name = $text desc, popularity desc nulls last, artist_id
limit 1
