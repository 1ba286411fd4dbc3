-- One row remembers when a source was last asked for an object, and what it answered; what was merely seen is left out.
select entity, object_id, status, detail, asked_at
from fetches
where source = $source and status != 'seen'
order by entity, object_id
