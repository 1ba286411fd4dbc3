-- One row is a well known song, one an artist, the best known first: what there is for somebody of whom nothing is known. Among
-- songs of unknown or equal popularity those go first that stand in more lists.
select songs.track_id
from songs
join cards using (track_id)
qualify row_number() over (
    partition by coalesce(songs.artist_ids[1], songs.track_id)
    order by songs.popularity desc nulls last, cards.share desc, songs.track_id
) = 1
order by songs.popularity desc nulls last, cards.share desc, songs.track_id
limit $limit
