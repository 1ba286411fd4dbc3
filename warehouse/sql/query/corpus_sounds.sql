-- One row is the sound of a song, as far as the signals of a list listen to it.
select
    track_id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo,
    key, mode
from audio_features
order by track_id
