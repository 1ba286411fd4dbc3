-- The views that live in the published file: how the latest night went, and where its rows stayed.

create view latest_run as
    from runs
    order by started_at desc, run_id desc
    limit 1;

comment on view latest_run is 'One row: the night that this file comes from';

create view accounting as
    select row_accounting.*
    from row_accounting
    join latest_run using (run_id)
    order by entity, row_accounting.source;

comment on view accounting is 'Where every row that arrived on the latest night went, per table and source';
