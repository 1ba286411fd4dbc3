-- one row is a song on tonight's list for the person, with its reasons
select r.rank, r.track_id, r.score, r.reasons, r.taste_id, t.taste
from recommendations as r
left join (select distinct taste_id, taste from tastes) as t using (taste_id)
where r.list = 'for_you'
order by r.rank
