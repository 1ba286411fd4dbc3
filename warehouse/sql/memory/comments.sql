-- What the tables that a night remembers hold.
comment on table song_model is
    'One row is a number of the song model as it was last fitted: weights, means, how many tracks share a term. The next nights score with the same';
comment on column song_model.kind is 'What the number is of: weight, mean, deviation, count, a kind of metadata, a basket, or a factor of tracks or artists';
comment on column song_model.name is 'Signal, column, term, basket, track or artist';
comment on column song_model.value is 'The number';
comment on table song_lists is
    'One row is a track as the last night left it: prints of what its scores come from, and its best others, deeper than neighbours shows them. The next night begins from it';
comment on column song_lists.track_id is 'The track';
comment on column song_lists.song_id is 'The song that it is a version of';
comment on column song_lists.own is 'Print of what the track is';
comment on column song_lists.company is 'Print of the company that it keeps in baskets';
comment on column song_lists.fitted is 'Its own print when the model was fitted; null when it came later';
comment on column song_lists.stood is 'Prints of its places in baskets when the model was fitted; null when it stood in none or came later';
comment on column song_lists.is_whole is 'Whether its list ends because nothing else scores at all';
comment on column song_lists.others is 'Rows of this table, counted from 0 in the order of track_id: the best others, best first; -1 where the list has ended';
comment on column song_lists.audio is 'What their sounds add to the score of each of the others, in millionths';
comment on column song_lists.metadata is 'What is written about both adds, in millionths';
comment on column song_lists.collaborative is 'What baskets add, in millionths';
comment on column song_lists.together is 'How many baskets hold both';
