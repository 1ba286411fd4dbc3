-- one row is a song that the map places: what names a region; in the order of ids, whatever is known of it
select t.track_id, s.genres[1] as genre, s.artists, f.energy, f.acousticness, f.valence, f.danceability, f.instrumentalness,
    f.speechiness, f.tempo
from tracks as t
left join songs as s using (track_id)
left join audio_features as f using (track_id)
order by t.track_id
