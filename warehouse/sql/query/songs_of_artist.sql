-- One row is a song of the artist with this name or id, the most popular first, one version a song.
with wanted as (
    select artist_id, row_number() over (
        order by
            artist_id = spotify_id($text) desc,
            name = $text desc,
            popularity desc nulls last,
            artist_id
    ) as choice
    from artists
    where artist_id = spotify_id($text) or name_key(name) = name_key($text)
)
select songs.track_id
from songs
join wanted on wanted.choice = 1 and list_contains(songs.artist_ids, wanted.artist_id)
qualify row_number() over (partition by songs.song_id order by songs.popularity desc nulls last, songs.track_id) = 1
order by songs.popularity desc nulls last, songs.track_id
limit $limit
