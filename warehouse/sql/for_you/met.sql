-- One row is a recording that rests: played since a moment, or skipped often and in at least half of its plays.
with met as (
    select distinct track_id
    from plays
    where played_at > $since
    union
    select track_id
    from plays
    group by track_id
    having count(*) filter (is_skipped) >= $skips and count(*) filter (is_skipped) * 2 >= count(*)
)
select distinct recording_id
from songs
where track_id in (from met)
