-- What the tables that a night remembers hold.
comment on table song_model is
    'One row is a number of the song model as it was last fitted: weights, means, how many tracks share a term. The next nights score with the same';
comment on column song_model.kind is 'What the number is of: weight, mean, deviation, count, a kind of metadata, a basket, or a factor of tracks or artists';
comment on column song_model.name is 'Signal, column, term, basket, track or artist';
comment on column song_model.value is 'The number';
comment on table song_lists is
    'One row is a track as the last night left it: prints of what its scores come from, and its best others, deeper than neighbours shows them. The next night begins from it';
