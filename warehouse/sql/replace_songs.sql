-- One row is a track as people look for it and see it; the latest tracks, credits, albums and recordings decide.
insert into songs by name
with credits as (
    select
        track_artists.track_id,
        list(artists.name order by track_artists.position) as artists,
        list(artists.artist_id order by track_artists.position) as artist_ids,
        flatten(list(coalesce(artists.genres, []) order by track_artists.position)) as genres
    from track_artists
    join artists using (artist_id)
    group by track_artists.track_id
)
select
    tracks.track_id,
    tracks.name,
    coalesce(credits.artists, []) as artists,
    albums.name as album,
    albums.poster_url,
    albums.poster_small_url,
    tracks.spotify_url,
    tracks.popularity,
    coalesce(recordings.recording_id, tracks.track_id) as recording_id,
    coalesce(recordings.song_id, tracks.track_id) as song_id,
    coalesce(credits.artist_ids, []) as artist_ids,
    tracks.album_id,
    list_sort(list_distinct(list_concat(coalesce(tracks.genres, []), coalesce(credits.genres, [])))) as genres,
    albums.released_on,
    tracks.duration_ms,
    name_key(tracks.name) as name_key,
    title_key(tracks.name) as title_key
from tracks
left join credits using (track_id)
left join albums using (album_id)
left join recordings using (track_id)
order by tracks.track_id
