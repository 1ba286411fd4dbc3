-- One row is a playlist that is a basket, with its name.
select 'playlist:' || playlist_id as basket_id, name
from playlists
where playlist_id in (select substr(unnest($basket_ids), 10)) and name is not null
