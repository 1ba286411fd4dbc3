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

create view profile as
    select
        tastes.taste,
        songs.name,
        songs.artists,
        tastes.weight,
        tastes.plays,
        tastes.skips,
        tastes.is_liked,
        tastes.last_played_at,
        tastes.track_id
    from tastes
    left join songs using (track_id)
    order by tastes.taste_id, tastes.weight desc, tastes.track_id;

comment on view profile is 'The profile as a person reads it: each taste with its songs, those that speak most for it first; weight below 0 speaks against';
