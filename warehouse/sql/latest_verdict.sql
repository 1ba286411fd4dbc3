-- What the figures of the night of this file say, in words; of a list and of a song, parted by a semicolon.
select stages.note as verdict
from run_stages as stages
join latest_run using (run_id)
where stages.stage = 'evaluate' and stages.note is not null
