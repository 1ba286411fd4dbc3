-- One row is an album from the API on which no track stands any more.
delete from albums
where list_contains($sources, source)
    and album_id not in (select album_id from tracks where album_id is not null)
returning album_id
