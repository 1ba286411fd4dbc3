-- one row is a kind of thing: how many there are, how many last night, which keys came and which went
select 'songs' as what, (select count(*) from tracks) as tonight, (select count(*) from earlier.tracks) as last_night,
    (select count(*) from tracks anti join earlier.tracks using (track_id)) as added,
    (select count(*) from earlier.tracks anti join tracks using (track_id)) as removed
union all
select 'artists', (select count(*) from artists), (select count(*) from earlier.artists),
    (select count(*) from artists anti join earlier.artists using (artist_id)),
    (select count(*) from earlier.artists anti join artists using (artist_id))
union all
select 'playlists', (select count(*) from playlists), (select count(*) from earlier.playlists),
    (select count(*) from playlists anti join earlier.playlists using (playlist_id)),
    (select count(*) from earlier.playlists anti join playlists using (playlist_id))
union all
select 'places in playlists', (select count(*) from playlist_tracks), (select count(*) from earlier.playlist_tracks),
    (select count(*) from playlist_tracks anti join earlier.playlist_tracks using (playlist_id, position, track_id)),
    (select count(*) from earlier.playlist_tracks anti join playlist_tracks using (playlist_id, position, track_id))
union all
select 'saved songs', (select count(*) from saved_tracks), (select count(*) from earlier.saved_tracks),
    (select count(*) from saved_tracks anti join earlier.saved_tracks using (track_id)),
    (select count(*) from earlier.saved_tracks anti join saved_tracks using (track_id))
union all
select 'plays', (select count(*) from plays), (select count(*) from earlier.plays),
    (select count(*) from plays anti join earlier.plays using (played_at, track_id)),
    (select count(*) from earlier.plays anti join plays using (played_at, track_id))
union all
select 'songs in your taste', (select count(distinct track_id) from tastes), (select count(distinct track_id) from earlier.tastes),
    (select count(distinct track_id) from tastes anti join earlier.tastes using (track_id)),
    (select count(distinct track_id) from earlier.tastes anti join tastes using (track_id))
union all
select 'songs for you', (select count(*) from recommendations where list = 'for_you'),
    (select count(*) from earlier.recommendations where list = 'for_you'),
    (
        select count(*) from recommendations as r
        where r.list = 'for_you' and r.track_id not in (select e.track_id from earlier.recommendations as e where e.list = 'for_you')
    ),
    (
        select count(*) from earlier.recommendations as e
        where e.list = 'for_you' and e.track_id not in (select r.track_id from recommendations as r where r.list = 'for_you')
    )
