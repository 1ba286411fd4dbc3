-- One row is a step of a shape function of the list model; step 0 is what a signal adds when it is unknown.
select signal, step, lower, upper, value
from models
where model = 'list'
order by signal, step
