-- One row is a song of the profile, as the night left it.
select track_id, recording_id, taste_id, weight, plays, is_liked, last_played_at
from tastes
order by track_id
