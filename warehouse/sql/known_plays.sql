-- One row says when the latest play ended that a source told of.
select max(played_at) as last_played_at
from plays
where source = $source
