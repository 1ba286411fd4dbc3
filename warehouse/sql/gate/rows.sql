-- One row is a table of the open file and how many rows it has.
select 'tracks' as entity, count(*) as rows from tracks
union all
select 'artists', count(*) from artists
union all
select 'albums', count(*) from albums
union all
select 'track_artists', count(*) from track_artists
union all
select 'playlists', count(*) from playlists
union all
select 'playlist_tracks', count(*) from playlist_tracks
union all
select 'saved_tracks', count(*) from saved_tracks
union all
select 'plays', count(*) from plays
union all
select 'audio_features', count(*) from audio_features
