-- One row is a track that the person does not want to hear now: blocked itself, as another pressing, by an artist or by a genre.
create or replace temp table barred as
select track_id
from songs
where list_contains($recording::varchar[], recording_id)
    or list_has_any(artist_ids, $artist::varchar[])
    or list_has_any(list_transform(genres, lambda genre: lower(genre)), $genre::varchar[])
