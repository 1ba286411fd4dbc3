-- One row is one of the first other songs that the seeds lead to, by {counted}; ties by track, whose order the numbers follow.
select
    neighbour,
    sum({counted}) as score
from links
where track in (select unnest($seeds)) and neighbour not in (select unnest($seeds))
group by neighbour
having $by = 'hybrid' or score != 0 -- 0: the signal says nothing of the song
order by score desc, neighbour
limit $limit
