-- One row is a song by its number, with what the signals of a list read of it.
select
    cards.number,
    track_id,
    songs.song_id,
    songs.album_id,
    songs.released_on,
    songs.popularity,
    songs.artist_ids,
    songs.genres
from songs
join cards using (track_id)
order by track_id
