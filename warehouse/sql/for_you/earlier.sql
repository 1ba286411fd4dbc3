-- One row is a song of the published list.
select track_id from recommendations where list = 'for_you' order by rank
