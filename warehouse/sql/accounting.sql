-- Where every row that arrived on the latest night went.
select entity, source, received, stored, unchanged, duplicate, rejected, skipped, removed
from accounting
