-- One row is a number of the song model that tonight was scored with.
create or replace table song_model as
select kind, name, value
from model
