-- One row is a track that the person does not want to hear now: blocked itself, by an artist or by a genre.
create or replace temp table barred as
select unnest($track::varchar[]) as track_id
union
select track_id
from songs
where list_has_any(artist_ids, $artist::varchar[])
    or list_has_any(list_transform(genres, lambda genre: lower(genre)), $genre::varchar[])
