-- one row is a pair of audio features: how far they move together over the songs that have both
with long as (
    unpivot (
        select track_id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence,
            tempo, mode::double as mode
        from audio_features
    ) on columns(* exclude (track_id)) into name feature value value
)
select a.feature, b.feature as other, corr(a.value, b.value) as correlation, count(*) as songs
from long as a join long as b using (track_id)
group by a.feature, b.feature
order by a.feature, b.feature
