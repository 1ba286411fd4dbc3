-- One row remembers when a source was last asked for an object, and what it answered.
select entity, object_id, status, detail, asked_at
from fetches
where source = $source
order by entity, object_id
