create or replace table song_model as
select kind, name, value
from model
