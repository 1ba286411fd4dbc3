-- One row is a track by its number, with all that an answer reads of it: as one text it is read ten times as fast as from its columns.
create temp table told as
with held as (
    select track_id, kind, list(basket_id order by basket_id) as basket_ids
    from baskets
    group by track_id, kind
),
kept as (
    select
        track_id,
        map(list(kind order by kind), list(basket_ids order by kind)) as baskets,
        sum(len(basket_ids)) / sqrt((select count(distinct basket_id) from baskets)) as share
    from held
    group by track_id
)
select
    cards.number,
    cards.track_id,
    coalesce(kept.share, 0) as share,
    case when songs.track_id is not null then to_json({
        track_id: songs.track_id,
        name: songs.name,
        artists: songs.artists,
        album: songs.album,
        poster_url: songs.poster_url,
        spotify_url: songs.spotify_url,
        popularity: songs.popularity,
        recording_id: songs.recording_id,
        song_id: songs.song_id,
        artist_ids: songs.artist_ids,
        album_id: songs.album_id,
        genres: songs.genres,
        released_on: songs.released_on,
        duration_ms: songs.duration_ms,
        danceability: sounds.danceability,
        energy: sounds.energy,
        key: sounds.key,
        loudness: sounds.loudness,
        mode: sounds.mode,
        speechiness: sounds.speechiness,
        acousticness: sounds.acousticness,
        instrumentalness: sounds.instrumentalness,
        liveness: sounds.liveness,
        valence: sounds.valence,
        tempo: sounds.tempo,
        time_signature: sounds.time_signature,
        baskets: kept.baskets,
        share: coalesce(kept.share, 0)
    })::varchar end as card
from cards
left join songs using (track_id)
left join audio_features as sounds using (track_id)
left join kept using (track_id)
order by cards.number
