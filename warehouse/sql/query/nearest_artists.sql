-- One row is the name of an artist that comes near to a text, the nearest first.
select name
from artists
group by name
order by jaro_winkler_similarity(name_key(name), name_key($text)) desc, name
limit 5
