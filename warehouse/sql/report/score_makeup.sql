-- one row is a place in the lists of neighbours: what its score is made of, on average over all songs
select
    rank, count(*) as lists, avg(audio) as audio, avg(metadata) as metadata, avg(collaborative) as collaborative,
    avg(adjustments) as adjustments, avg(score) as score
from neighbours
group by rank
order by rank
