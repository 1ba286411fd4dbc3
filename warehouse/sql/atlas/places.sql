-- one row is a song's place on the map
select track_id, x, y from atlas order by track_id
