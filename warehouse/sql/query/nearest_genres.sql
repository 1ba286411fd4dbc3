-- One row is a genre that comes near to a text, the nearest first.
select genre
from (select distinct unnest(genres) as genre from songs)
order by jaro_winkler_similarity(name_key(genre), name_key($text)) desc, genre
limit 5
