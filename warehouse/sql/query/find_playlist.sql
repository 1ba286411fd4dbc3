-- One row is a playlist that a text may mean, the likeliest first; step 0 id, 1 exact, 2 without case and accents, 3 only near.
with wanted as (
    select name_key($text) as name_key, spotify_id($text) as id
)
select
    playlists.playlist_id,
    coalesce(playlists.name, playlists.playlist_id) as name,
    case
        when playlists.playlist_id = wanted.id then 0
        when playlists.name = $text then 1
        when name_key(playlists.name) = wanted.name_key then 2
        else 3
    end as step
from playlists, wanted
order by
    step,
    jaro_winkler_similarity(coalesce(name_key(playlists.name), ''), coalesce(wanted.name_key, '')) desc,
    playlists.playlist_id
limit 5
