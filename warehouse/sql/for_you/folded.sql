-- One row is a line of the journal that the night folded in, as warehouse.journal.Said has it.
select kind, entity, entity_id, value, until, null as name, null as undoes, feedback.at, feedback_id
from feedback
