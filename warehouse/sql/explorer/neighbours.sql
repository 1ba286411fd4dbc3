-- one row is a song that belongs with another one, both by their numbers; other versions of the same song are left out
with numbered as (
    select t.track_id, (row_number() over (order by t.popularity desc nulls last, t.track_id) - 1)::integer as place,
        coalesce(r.song_id, t.track_id) as song_id
    from tracks as t
    left join recordings as r using (track_id)
)
select
    seed.place as seed, other.place as neighbour, n.audio, n.metadata, n.collaborative, n.adjustments,
    n.baskets_together, n.baskets_expected
from neighbours as n
join numbered as seed using (track_id)
join numbered as other on other.track_id = n.neighbour_id
where n.rank <= $places and other.song_id <> seed.song_id
order by seed.place, n.rank
