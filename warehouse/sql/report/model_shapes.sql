-- one row is a step of a shape function, or a weight: what a signal between lower and upper adds to the score
select model, algorithm, signal, step, lower, upper, value, is_default
from models
order by model, signal, step
