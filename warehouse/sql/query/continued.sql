-- One row is a song for a list, by its score; one version a song, none that the person blocked.
with versions as (
    select scored.*, songs.song_id
    from scored
    join songs using (track_id)
    anti join barred on barred.track_id = scored.track_id
    qualify row_number() over (partition by scored.list_id, songs.song_id order by scored.score desc, scored.track_id) = 1
)
select list_id, row_number() over (partition by list_id order by score desc, track_id) as rank, track_id, score
from versions
qualify rank <= $depth
order by list_id, rank
