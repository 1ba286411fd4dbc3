-- One row is a song that stands elsewhere on a published list than it stood, with its places (null: not on it) and why.
with moved as (
    select
        list,
        track_id,
        coalesce(songs.name, former.name) as name,
        coalesce(songs.artist_ids, former.artist_ids) as artist_ids,
        coalesce(songs.genres, former.genres) as genres,
        earlier_place.rank as was,
        place.rank as "is"
    from recommendations as place
    full join earlier.recommendations as earlier_place using (list, track_id)
    left join songs using (track_id)
    left join earlier.songs as former using (track_id)
    where place.rank is distinct from earlier_place.rank
),
touched as (
    select
        * exclude (artist_ids, genres),
        exists (
            from new_words
            where case entity
                when 'track' then entity_id = track_id
                when 'artist' then list_contains(artist_ids, entity_id)
                else list_contains(list_transform(genres, lambda genre: lower(genre)), lower(entity_id))  -- as blocks do
            end
        ) as is_spoken_of,
        track_id in (from new_listening) as is_heard,
        track_id in (from new_data) as has_new_data,
        track_id in (from new_sound) as has_new_sound
    from moved
)
select
    list,
    track_id,
    name,
    was,
    "is",
    case
        when is_spoken_of then 'new feedback'
        when is_heard then 'new listening'
        when has_new_data then 'new data'
        when has_new_sound then 'changed features'
        when has_new_words then 'new feedback'
        when has_new_exclusions then 'changed exclusions'
        when has_new_listening then 'new listening'
        else night.cause
    end as cause,
    is_spoken_of or is_heard or has_new_data or has_new_sound as is_direct
from touched
cross join night
order by list, "is" nulls last, was
