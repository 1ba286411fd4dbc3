-- one row is a song to begin from: the person's strongest songs taste by taste, else the best known genre by genre, one an artist
with liked as (
    select track_id, any_value(taste_id) as taste_id, max(weight) as weight from tastes where weight > 0 group by track_id
),
candidates as (
    select
        t.track_id,
        coalesce('taste ' || l.taste_id, s.genres[1], '') as shelf,
        coalesce(l.weight, 0) as weight,
        coalesce(t.popularity, 0) as popularity,
        (select a.artist_id from track_artists as a where a.track_id = t.track_id and a.position = 0) as artist_id
    from tracks as t
    left join liked as l using (track_id)
    left join (select track_id, genres from songs) as s using (track_id)
    where t.track_id in (select n.track_id from neighbours as n)
    qualify row_number() over (
        partition by coalesce(artist_id, t.track_id) order by weight desc, popularity desc, t.track_id
    ) = 1
),
shelved as (
    select *, row_number() over (partition by shelf order by weight desc, popularity desc, track_id) as place
    from candidates
)
select track_id, row_number() over (order by weight > 0 desc, place, weight desc, popularity desc, track_id)::integer as rank
from shelved
order by rank
limit 10
