-- one row is a band of popularity (its lower end; five wide): its share of the catalogue, of the library, of the top-ten lists
with library as (
    select track_id from playlist_tracks union select track_id from saved_tracks
),
counted as (
    select least(t.popularity // 5, 19) * 5 as band, count(*) as songs,
        count(*) filter (l.track_id is not null) as in_library, sum(coalesce(n.lists, 0)) as recommended
    from tracks as t
    left join library as l using (track_id)
    left join (select neighbour_id, count(*) as lists from neighbours where rank <= 10 group by neighbour_id) as n
        on n.neighbour_id = t.track_id
    where t.popularity is not null
    group by band
)
select band::integer as band, songs, in_library::bigint as in_library, recommended::bigint as recommended,
    songs / sum(songs) over () as catalogue_share,
    in_library / nullif(sum(in_library) over (), 0) as library_share,
    recommended / nullif(sum(recommended) over (), 0) as recommended_share
from counted
order by band
