-- How the published neighbours treat songs: the most lists that one track stands in, their length, and songs with a list that stand in none.
with lists as (
    select track, max(rank) as places
    from links
    group by track
),
stands as (
    select neighbour, count(*) as times
    from links
    group by neighbour
),
listed as (
    select distinct songs.song_id
    from lists
    join cards on cards.number = lists.track
    join songs using (track_id)
),
named as (
    select distinct songs.song_id
    from stands
    join cards on cards.number = stands.neighbour
    join songs using (track_id)
)
select
    (select max(times) from stands) as most,
    (select max(places) from lists) as places,
    (select count(*) from listed) as songs,
    (select count(*) from listed anti join named using (song_id)) as never
