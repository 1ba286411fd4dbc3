-- One row is a song whose title and artists a text holds both; looked for where no song has the text as its name.
with wanted as (
    select name_key($text) as name_key
)
select songs.track_id, songs.name, songs.artists, songs.album, songs.song_id, 4 as step
from songs, wanted
where names_artist(wanted.name_key, songs.name_key, songs.artists)
    or names_artist(wanted.name_key, songs.title_key, songs.artists)
order by songs.popularity desc nulls last, songs.track_id
