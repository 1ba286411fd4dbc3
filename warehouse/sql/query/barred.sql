-- One row is a track that the person does not want to hear now: blocked itself, by an artist or by a genre.
create temp table barred as
with blocks as (
    select entity, entity_id
    from feedback
    where kind = 'block' and (until is null or until > $now)
)
select entity_id as track_id from blocks where entity = 'track'
union
select songs.track_id
from songs, blocks
where (blocks.entity = 'artist' and list_contains(songs.artist_ids, blocks.entity_id))
    or (
        blocks.entity = 'genre'
        and list_contains(list_transform(songs.genres, lambda genre: lower(genre)), lower(blocks.entity_id))
    )
