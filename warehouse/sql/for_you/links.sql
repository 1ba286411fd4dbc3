-- One row is a song that belongs with one of the strongest songs of the profile.
select track_id as seed, neighbour_id as track_id, score, kind
from taste_links
