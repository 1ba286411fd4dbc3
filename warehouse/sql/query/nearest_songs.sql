-- One row is a song whose name comes near to a text, the nearest first; edits counts the letters that differ.
with wanted as (
    select name_key($text) as name_key, name_key($artist) as artist_key
),
near as (
    select
        songs.track_id,
        songs.name,
        songs.artists,
        songs.album,
        songs.song_id,
        songs.popularity,
        least(
            damerau_levenshtein(songs.name_key, wanted.name_key),
            damerau_levenshtein(songs.title_key, wanted.name_key)
        ) as edits,
        greatest(
            jaro_winkler_similarity(songs.name_key, wanted.name_key),
            jaro_winkler_similarity(songs.title_key, wanted.name_key)
        ) as nearness
    from songs, wanted
    where wanted.artist_key is null
        or len(list_filter(songs.artists, lambda artist: contains(name_key(artist), wanted.artist_key))) > 0
)
select track_id, name, artists, album, song_id, edits
from near
qualify row_number() over (partition by song_id order by nearness desc, popularity desc nulls last, track_id) = 1
order by nearness desc, popularity desc nulls last, track_id
limit 5
