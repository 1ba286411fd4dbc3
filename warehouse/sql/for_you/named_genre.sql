-- One row is a song of the genres with this name.
with wanted as (
    select list(genre) as genres
    from (select distinct unnest(genres) as genre from songs)
    where name_key(genre) = name_key($text)
)
select songs.track_id
from songs, wanted
where list_has_any(songs.genres, wanted.genres)
