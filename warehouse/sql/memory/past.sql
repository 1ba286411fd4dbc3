create table song_model as from past.song_model;
create table song_lists as from past.song_lists
