-- one row is a bin of an audio feature, tonight or last night
with ranges (feature, low, high) as (
    values ('danceability', 0.0, 1.0), ('energy', 0.0, 1.0), ('loudness', -40.0, 0.0), ('speechiness', 0.0, 1.0),
        ('acousticness', 0.0, 1.0), ('instrumentalness', 0.0, 1.0), ('liveness', 0.0, 1.0), ('valence', 0.0, 1.0),
        ('tempo', 50.0, 210.0)
),
long as (
    select 'tonight' as night, feature, value from (
        unpivot (
            select danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo
            from audio_features
        ) on columns(*) into name feature value value
    )
    union all
    select 'last night', feature, value from (
        unpivot (
            select danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo
            from earlier.audio_features
        ) on columns(*) into name feature value value
    )
),
binned as (
    select night, feature, low, high, greatest(0, least(39, floor((value - low) / (high - low) * 40)))::integer as bin,
        count(*) as songs, sum(value) as total
    from long join ranges using (feature)
    group by all
)
select feature, night, bin, low + bin * (high - low) / 40 as lower, low + (bin + 1) * (high - low) / 40 as upper, songs,
    songs / sum(songs) over (partition by feature, night) as share,
    sum(total) over (partition by feature, night) / sum(songs) over (partition by feature, night) as mean
from binned
order by feature, night, bin
