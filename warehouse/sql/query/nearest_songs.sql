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
        songs.name_key,
        songs.title_key,
        greatest(
            jaro_winkler_similarity(songs.name_key, wanted.name_key),
            case
                when songs.title_key != songs.name_key then jaro_winkler_similarity(songs.title_key, wanted.name_key)
            end
        ) as nearness
    from songs, wanted
    where wanted.artist_key is null
        or len(list_filter(songs.artists, lambda artist: contains(name_key(artist), wanted.artist_key))) > 0
    order by nearness desc, popularity desc nulls last, track_id
    limit 100  -- more than one song has versions
)
select
    track_id,
    name,
    artists,
    album,
    song_id,
    least(damerau_levenshtein(near.name_key, wanted.name_key), damerau_levenshtein(near.title_key, wanted.name_key)) as edits
from near, wanted
qualify row_number() over (partition by song_id order by nearness desc, popularity desc nulls last, track_id) = 1
order by nearness desc, popularity desc nulls last, track_id
limit 5
