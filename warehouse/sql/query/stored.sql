-- One row is a stored neighbour of a track, the best first, and in how many lists it stands.
with own as (
    select neighbour, rank, audio + metadata + collaborative + adjustments as score
    from links
    where track = $seed
),
standing as (
    select neighbour, count(*) as lists
    from links
    where neighbour in (select neighbour from own)
    group by neighbour
)
select cards.track_id, songs.song_id, songs.artist_ids[1] as artist_id, own.score, standing.lists
from own
join standing using (neighbour)
join cards on cards.number = own.neighbour
left join songs using (track_id)
order by own.rank
