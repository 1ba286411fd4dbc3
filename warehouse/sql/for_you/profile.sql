-- One row is a song of the profile, as the night left it, with its recording.
select tastes.track_id, tastes.taste_id, tastes.taste, tastes.weight, tastes.plays, tastes.is_liked
from tastes
order by tastes.track_id
