-- The macros that live in the published file: names resolved, songs that belong together, songs for a playlist.

create macro folded(text) as
    case
        when strlen(text) = length(text) then lower(text)  -- of ASCII alone, as most names are
        else translate(
            replace(replace(replace(replace(lower(strip_accents(text)), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
            'øłđðı',
            'olddi'
        )
    end;

comment on macro folded is 'A text in small letters of a plain keyboard where it is Latin: "Smørrebrød" is "smorrebrod"';

create macro name_key(text) as
    coalesce(
        nullif(trim(regexp_replace(folded(text), '[^\p{L}\p{N}]+', ' ', 'g')), ''),
        lower(trim(text))
    );

comment on macro name_key is 'A name without case, accents and punctuation; what two spellings of one name share';

create macro title_key(text) as
    name_key(
        coalesce(
            nullif(trim(regexp_replace(text, '\s+[(\[].*$|\s+[-–—]\s+.*$|\s+(feat|ft|featuring)\.?\s.*$', '', 'i')), ''),
            text
        )
    );

comment on macro title_key is 'name_key of a title without what follows " - ", a bracket or "feat."';

create macro spotify_id(text) as
    coalesce(nullif(regexp_extract(text, '(?:track|playlist|artist|album)[:/]([A-Za-z0-9]{22})', 1), ''), text);

comment on macro spotify_id is 'The id in a Spotify link or URI; any other text as it is';

create macro strongest_signal(audio, metadata, collaborative) as
    case greatest(audio, metadata, collaborative)
        when collaborative then 'collaborative'
        when metadata then 'metadata'
        else 'audio'
    end;

comment on macro strongest_signal is 'The signal that gives most to a score';

create macro names_artist(said, title, artists) as
    (starts_with(said, title || ' ') or ends_with(said, ' ' || title))  -- of few songs, and only their artists are looked at
    and list_contains(
        list_transform(list_append(artists, array_to_string(artists, ' ')), lambda artist: name_key(artist)),
        case
            when starts_with(said, title || ' by ') then said[len(title) + 5:]
            when starts_with(said, title || ' ') then said[len(title) + 2:]
            when ends_with(said, ' ' || title) then said[:len(said) - len(title) - 1]
        end
    );

comment on macro names_artist is
    'Whether a name_key is that of a title and one or all of its artists: "numb by linkin park", "linkin park numb"';

create macro is_slip(said, name) as
    jaro_winkler_similarity(name, said) >= 0.8
    and 2 * len(name) >= len(said);  -- what only begins alike is another name

comment on macro is_slip is 'Whether the first name_key may be the second one, misspelt';

create macro songs_named(song) as table
    with wanted as (
        select name_key(song) as name_key, spotify_id(song) as id
    ),
    matched as (
        select
            songs.*,
            case
                when songs.track_id = wanted.id then 0
                when songs.name = song then 1
                when songs.name_key = wanted.name_key then 2
                else 3
            end as step
        from songs, wanted
        where songs.track_id = wanted.id
            or songs.name_key = wanted.name_key
            or songs.title_key = wanted.name_key
    ),
    credited as (
        select songs.*, 4 as step
        from songs, wanted
        where not exists (from matched)
            and (
                names_artist(wanted.name_key, songs.name_key, songs.artists)
                or names_artist(wanted.name_key, songs.title_key, songs.artists)
            )
    ),
    nearest as (
        select songs.*, 5 as step
        from songs, wanted
        where not exists (from matched)
            and not exists (from credited)
            and is_slip(wanted.name_key, songs.name_key)
        order by
            jaro_winkler_similarity(songs.name_key, wanted.name_key) desc,
            songs.popularity desc nulls last,
            songs.track_id
        limit 1
    )
    from matched
    union all by name
    from credited
    union all by name
    from nearest;

comment on macro table songs_named is
    'Songs that a name, id or link may mean; step 0 id, 1 exact, 2 without case and accents, 3 other version, 4 with its artist, 5 nearest';

create macro similar_to(song) as table
    with seed as (
        from songs_named(song)
        order by step, popularity desc nulls last, track_id
        limit 1
    ),
    versions as (
        select
            neighbours.*,
            songs.* exclude (track_id),
            seed.name as seed,
            row_number() over (partition by songs.song_id order by neighbours.rank) as version
        from seed
        join neighbours on neighbours.track_id = seed.track_id
        join songs on songs.track_id = neighbours.neighbour_id
        where songs.song_id != seed.song_id and songs.recording_id != seed.recording_id
    )
    select
        row_number() over (order by versions.rank) as rank,
        name,
        array_to_string(artists, ', ') as artists,
        album,
        poster_url,
        spotify_url,
        score,
        audio,
        metadata,
        collaborative,
        adjustments,
        neighbour_id as track_id,
        seed
    from versions
    where version = 1
    order by rank;

comment on macro table similar_to is 'Songs that belong with the one of this name; score = audio + metadata + collaborative + adjustments';

create macro playlists_named(playlist) as table
    with wanted as (
        select name_key(playlist) as name_key, spotify_id(playlist) as id
    ),
    scored as (
        select
            playlists.*,
            case
                when playlists.playlist_id = wanted.id then 0
                when playlists.name = playlist then 1
                when name_key(playlists.name) = wanted.name_key then 2
                else 3
            end as step,
            jaro_winkler_similarity(name_key(playlists.name), wanted.name_key) as nearness,
            is_slip(wanted.name_key, name_key(playlists.name)) as is_slip
        from playlists, wanted
    )
    select * exclude (is_slip)
    from scored
    where step < 3 or is_slip;

comment on macro table playlists_named is
    'Playlists that a name, id or link may mean; step 0 id, 1 exact, 2 without case and accents, 3 nearest';

create macro recommend_for(playlist) as table
    with chosen as (
        from playlists_named(playlist)
        order by step, nearness desc, playlist_id
        limit 1
    ),
    held as (
        select distinct songs.track_id, songs.song_id, songs.recording_id
        from chosen
        join playlist_tracks using (playlist_id)
        join songs using (track_id)
    ),
    summed as (  -- decimals: the same sum in any order
        select
            neighbour_id as track_id,
            sum(score::decimal(18, 12))::double as score,
            sum(audio::decimal(18, 12))::double as audio,
            sum(metadata::decimal(18, 12))::double as metadata,
            sum(collaborative::decimal(18, 12))::double as collaborative,
            sum(adjustments::decimal(18, 12))::double as adjustments,
            count(*) as because_of
        from held
        join neighbours using (track_id)
        group by neighbour_id
    ),
    versions as (
        select
            summed.*,
            songs.* exclude (track_id),
            row_number() over (partition by songs.song_id order by summed.score desc, summed.track_id) as version
        from summed
        join songs using (track_id)
        where songs.song_id not in (select song_id from held)
            and songs.recording_id not in (select recording_id from held)
    )
    select
        row_number() over (order by score desc, versions.track_id) as rank,
        versions.name,
        array_to_string(artists, ', ') as artists,
        album,
        versions.poster_url,
        versions.spotify_url,
        score,
        audio,
        metadata,
        collaborative,
        adjustments,
        because_of,
        track_id,
        chosen.name as playlist
    from versions, chosen
    where version = 1
    order by rank
    limit 100;

comment on macro table recommend_for is
    'Songs for the playlist of this name: neighbours of its songs, their scores summed; because_of counts those songs';

create macro list_on(what, list_name, moment) as table
    with held as (
        select track_ids
        from past_lists
        where kind = what and list_id = list_name and left(run_id, 15) <= strftime(moment::timestamp, '%Y%m%dT%H%M%S')
        order by run_id desc
        limit 1
    ),
    placed as (
        select generate_subscripts(track_ids, 1) as rank, unnest(track_ids) as track_id
        from held
    )
    select
        placed.rank,
        songs.name,
        array_to_string(songs.artists, ', ') as artists,
        songs.album,
        songs.poster_url,
        songs.spotify_url,
        placed.track_id
    from placed
    left join songs using (track_id)
    order by placed.rank;

comment on macro table list_on is
    'A list as it stood at a moment (UTC): list_on(''recommendations'', ''for_you'', ''2026-11-25''); names are today''s';

create macro similar_on(song, moment) as table
    from list_on(
        'neighbours',
        (select track_id from songs_named(song) order by step, popularity desc nulls last, track_id limit 1),
        moment
    );

comment on macro table similar_on is 'The first songs that belonged with the one of this name at a moment (UTC)';
