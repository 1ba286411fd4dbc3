-- One row is the moment from which evidence is dated back: the latest play or save, whichever the clock says now.
select greatest((select max(played_at) from plays), (select max(added_at) from saved_tracks)) as at
