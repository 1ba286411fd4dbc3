-- one row is the whole warehouse in numbers
select
    (select count(*) from tracks) as songs,
    (select count(*) from artists) as artists,
    (select count(*) from albums) as albums,
    (select count(*) from playlists) as playlists,
    (select count(*) from saved_tracks) as saved,
    (select count(*) from plays) as plays,
    (select min(played_at) from plays) as first_played_at,
    (select max(played_at) from plays) as last_played_at,
    (select count(*) from audio_features where energy is not null) as songs_with_sound,
    (select count(*) from tracks semi join neighbours using (track_id)) as songs_with_neighbours,
    (select count(*) from tracks semi join (select album_id from albums where poster_url is not null) using (album_id))
        as songs_with_poster,
    (select count(*) from neighbours) as neighbours,
    (select count(*) from rejected_rows where run_id = (select max(run_id) from runs)) as quarantined
