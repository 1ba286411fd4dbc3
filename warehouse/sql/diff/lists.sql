-- One row is a song that stands elsewhere on a published list than it stood, with its places (null: not on it).
select
    list,
    track_id,
    coalesce(songs.name, former.name) as name,
    earlier_place.rank as was,
    place.rank as "is"
from recommendations as place
full join earlier.recommendations as earlier_place using (list, track_id)
left join songs using (track_id)
left join earlier.songs as former using (track_id)
where place.rank is distinct from earlier_place.rank
order by list, "is" nulls last, was
