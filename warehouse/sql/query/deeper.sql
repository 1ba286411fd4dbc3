-- One row: at which place another track stands in the deeper list that the night kept of a track, and what it scores; null where the
-- list does not reach so far, and then it scores no more than the last one there, if that was not left out for its artist.
with own as (
    select
        list_filter(others, lambda other: other >= 0) as others,
        list_transform(
            list_zip(audio, metadata, collaborative), lambda addends: addends[1] + addends[2] + addends[3]
        ) as scores
    from song_lists
    where track_id = $seed
),
placed as (
    select
        scores,
        len(others) as length,
        list_position(others, (select count(*)::integer from song_lists where track_id < $song)) as place
    from own
)
select nullif(place, 0) as place, scores[coalesce(nullif(place, 0), length)] as score
from placed
