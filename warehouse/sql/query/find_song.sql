-- One row is a song that a text may mean; step 0 id, 1 exact, 2 without case and accents, 3 another version's title; the best known first.
with wanted as (
    select name_key($text) as name_key, spotify_id($text) as id, name_key($artist) as artist_key
)
select
    songs.track_id,
    songs.name,
    songs.artists,
    songs.album,
    songs.song_id,
    case
        when songs.track_id = wanted.id then 0
        when songs.name = $text then 1
        when songs.name_key = wanted.name_key then 2
        else 3
    end as step
from songs, wanted
where (songs.track_id = wanted.id or songs.name_key = wanted.name_key or songs.title_key = wanted.name_key)
    and (
        wanted.artist_key is null
        or len(list_filter(songs.artists, lambda artist: contains(name_key(artist), wanted.artist_key))) > 0
    )
order by step, songs.popularity desc nulls last, songs.track_id
