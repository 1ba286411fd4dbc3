-- one row is a song that belongs with a seed: no other version of the seed, one version a song, two songs an artist
with candidates as (
    select
        n.track_id as seed_id, n.rank, n.neighbour_id as track_id, n.score, n.audio, n.metadata, n.collaborative,
        n.adjustments, n.baskets_together, n.baskets_expected,
        coalesce(theirs.song_id, n.neighbour_id) as song_id, coalesce(seeds.song_id, n.track_id) as seed_song_id,
        (select a.artist_id from track_artists as a where a.track_id = n.neighbour_id and a.position = 0) as artist_id
    from neighbours as n
    left join recordings as theirs on theirs.track_id = n.neighbour_id
    left join recordings as seeds on seeds.track_id = n.track_id
    where list_contains($seeds, n.track_id)
),
versions as (
    select * from candidates
    where song_id <> seed_song_id
    qualify row_number() over (partition by seed_id, song_id order by rank) = 1
),
capped as (
    select * from versions
    qualify row_number() over (partition by seed_id, coalesce(artist_id, track_id) order by rank) <= 2
)
select
    seed_id, row_number() over (partition by seed_id order by rank)::integer as place, track_id,
    score, audio, metadata, collaborative, adjustments, baskets_together, baskets_expected
from capped
qualify place <= $places
order by seed_id, place
