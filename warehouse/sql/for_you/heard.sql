-- One row is a recording that was played: when last, how often, how often skipped.
select
    songs.recording_id,
    max(plays.played_at) as last_played_at,
    count(*) as plays,
    count(*) filter (plays.is_skipped) as skips
from plays
join songs using (track_id)
group by songs.recording_id
