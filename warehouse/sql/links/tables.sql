-- The tracks by number, while the table links and the view neighbours, which follow from the model, stand in warehouse/ddl.py.
-- compression makes ids, which are random, a fifth shorter; without it 200 of a million are found in a third of the time
create table cards (
    number integer not null,
    track_id varchar not null using compression uncompressed,
    share double,
    card varchar
);
comment on table cards is 'One row is a track by the number that links holds in place of its id, with what an answer reads of it';
comment on column cards.number is 'From 0; in the order of track_id as far as tracks were numbered together';
comment on column cards.track_id is 'The track';
comment on column cards.share is 'Its baskets over the root of the number of all: of two tracks the product is how many would hold both by chance';
comment on column cards.card is 'JSON object: what songs, audio_features and baskets say of it; null when songs has no such track';
