-- One row is a song with everything that a reason may tell of it.
select songs.* exclude (name_key, title_key), audio_features.* exclude (track_id, source)
from songs
left join audio_features using (track_id)
where songs.track_id in (select unnest($track_ids))
order by songs.track_id
