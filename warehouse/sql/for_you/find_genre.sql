-- One row is the genre of this name, as the songs have it.
select genre as entity_id, genre as name
from (select distinct unnest(genres) as genre from songs)
where name_key(genre) = name_key($text)
order by genre = $text desc, genre
limit 1
