-- One row is a song that belongs with this one: one seed at a time, by its number, so that only its stretch of the sorted table is read.
select
    cards.track_id,
    (links.audio + links.metadata + links.collaborative + links.adjustments) / 1e6 as score,
    strongest_signal(links.audio, links.metadata, links.collaborative) as kind
from links
join cards on cards.number = links.neighbour
where links.track = $seed
order by links.rank
