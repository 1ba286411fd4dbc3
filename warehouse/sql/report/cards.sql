-- one row is what a song shows of itself: names, cover, link
select
    t.track_id, t.name, coalesce(c.artists, []) as artists, a.name as album, year(a.released_on) as released_year,
    coalesce(t.genres[1], (
        select ar.genres[1] from track_artists as ta join artists as ar using (artist_id)
        where ta.track_id = t.track_id and ta.position = 0
    )) as genre,
    t.popularity, t.duration_ms, t.is_explicit, a.poster_url,
    coalesce(a.poster_small_url, a.poster_medium_url) as poster_small_url, a.poster_medium_url, t.spotify_url, t.source
from tracks as t
left join albums as a using (album_id)
left join (
    select ta.track_id, list(ar.name order by ta.position) as artists
    from track_artists as ta join artists as ar using (artist_id)
    where list_contains($track_ids, ta.track_id)
    group by ta.track_id
) as c using (track_id)
where list_contains($track_ids, t.track_id)
order by t.track_id
