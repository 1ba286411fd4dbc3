-- One row is a track, an artist or a genre that the person does not want to hear now.
select entity, entity_id
from feedback
where kind = 'block' and (until is null or until > $now)
