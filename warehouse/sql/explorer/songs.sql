-- one row is a song as the explorer knows it, numbered from the best known one; features are null where nobody measured them
select
    (row_number() over (order by t.popularity desc nulls last, t.track_id) - 1)::integer as place,
    t.track_id, t.name, coalesce(c.artists, []) as artists, a.name as album, t.album_id, coalesce(a.poster_small_url, a.poster_medium_url) as poster_small_url,
    a.poster_medium_url, t.spotify_url,
    year(a.released_on)::integer as released_year,
    coalesce(t.genres[1], (
        select ar.genres[1] from track_artists as ta join artists as ar using (artist_id)
        where ta.track_id = t.track_id and ta.position = 0
    )) as genre,
    t.popularity, t.is_explicit,
    f.danceability, f.energy, f.valence, f.acousticness, f.instrumentalness, f.speechiness, f.liveness, f.tempo, f.loudness,
    m.x, m.y
from tracks as t
left join albums as a using (album_id)
left join audio_features as f using (track_id)
left join atlas as m using (track_id)
left join (
    select ta.track_id, list(ar.name order by ta.position) as artists
    from track_artists as ta join artists as ar using (artist_id)
    group by ta.track_id
) as c using (track_id)
order by place
