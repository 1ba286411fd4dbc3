-- One row is a song by an artist of the seed, or with a genre of it, for seeds that have no neighbours; the best known first.
select
    songs.track_id,
    list_has_any(songs.artist_ids, $artist_ids) as is_same_artist,
    len(list_intersect(songs.genres, $genres)) / greatest(len(list_distinct(list_concat(songs.genres, $genres))), 1) as genres_shared
from songs
where list_has_any(songs.artist_ids, $artist_ids) or list_has_any(songs.genres, $genres)
order by is_same_artist desc, genres_shared desc, songs.popularity desc nulls last, songs.track_id
limit 100
