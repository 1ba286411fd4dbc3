"""Limits, parks, faults and dead processes: what the night waits, what it keeps, and what it never asks twice."""

import gzip
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import astuple
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.errors import ApiError, SignInError
from tasks.spotify.walk.landing import purge
from tasks.standin import Account, Catalogue, StandIn, sample_account, sample_catalogue, song
from tasks.standin.faults import (
    broken_off,
    empty,
    every,
    html_page,
    on,
    quota_exceeded,
    rate_limited,
    refused,
    reset,
    server_error,
    stale_401,
    token_expired,
    truncated,
)
from warehouse.night.publishing import rollback

MAIN = (
    "tracks",
    "artists",
    "albums",
    "track_artists",
    "playlists",
    "playlist_tracks",
    "saved_tracks",
    "top_tracks",
    "plays",
    "audio_features",
)


def library() -> tuple[Catalogue, Account]:
    """230 songs: a list of all of them, three short ones, 120 saved."""
    catalogue = Catalogue([song(f"Song {number}", f"Artist {number % 7}") for number in range(230)])
    names = [track.name for track in catalogue.tracks.values()]
    short = {f"Short {number}": names[number : number + 5] for number in range(3)}
    return catalogue, Account.of(catalogue, playlists={"All": names, **short}, saved=names[:120])


@pytest.fixture(scope="module")
def undisturbed(a_home):
    """The tables of a night in which nothing goes wrong."""
    nights = a_home()
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        told = nights.run(spotify)
        return {name: told.table(name) for name in MAIN}


def repeated(spotify: StandIn) -> list[str]:
    """Requests that were answered well more than once."""
    counts = Counter(f"{request.path}?{request.query}" for request in spotify.requests if request.status == 200)
    return [asked for asked, times in counts.items() if times > 1 and not asked.startswith("/api/token")]


def test_faults_of_every_kind_change_nothing_but_the_count_of_tries(nights, undisturbed):
    kinds = [
        server_error(500),
        html_page(502),
        empty(503),
        reset(),
        truncated(),
        broken_off(),
        token_expired(),
        stale_401(),
    ]
    faults = [
        on("/v1/me/tracks", kinds[0], kinds[1], kinds[4], nth=2),
        on("/v1/playlists/*/items", kinds[2], None, kinds[3], None, kinds[5], nth=2),
        on("/v1/me/top/tracks", kinds[6], None, kinds[7]),
        on("/v1/me/player/recently-played", rate_limited(2), rate_limited(None), rate_limited("nonsense")),
        on("/reccobeats/*", server_error(500), rate_limited(1), html_page(504)),
        on("/api/token", html_page(503)),
    ]
    with StandIn(*library(), faults=faults, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)

    for name, table in undisturbed.items():
        assert told.table(name).equals(table), name
    assert {stage.stage: (stage.verdict, stage.retries) for stage in told.night.ledger.entries} == {
        "token": ("done", 1),
        "probe": ("done", 0),
        "extract": ("done", 11),
        "features": ("done", 3),
    }
    assert "HTTP 429 ×3" in told.stage("extract").note
    assert told.stage("extract").waited_seconds >= 2
    assert told.night.problems == []


def test_a_short_limit_is_sat_out_visibly_and_to_the_second(nights, caplog):
    caplog.set_level(logging.INFO)
    with (
        StandIn(faults=[on("/v1/me", rate_limited(40))], clock=nights.time.unix) as spotify,
        nights.api(spotify) as api,
    ):
        api.ask("/me")
        refused, answered = (request.at for request in spotify.requests if request.path == "/v1/me")

    countdown = [record.getMessage() for record in caplog.records if "going on in" in record.getMessage()]
    assert countdown[0] == "Spotify asks us to wait: going on in 40 s"
    assert len(countdown) == 41  # a little longer than told, lest the clocks differ
    assert 40 <= answered - refused < 42


def test_the_rate_that_is_set_is_never_passed(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        began = nights.time.unix()
        nights.walk(spotify, requests_per_second=4.0)
        at = [request.at - began for request in spotify.requests if request.path.startswith("/v1")]

    assert len(at) > 20
    assert all(second >= place / 4 - 1e-3 for place, second in enumerate(sorted(at)))


@pytest.mark.parametrize("trouble", [rate_limited(7293), quota_exceeded()], ids=["long Retry-After", "quota"])
def test_a_long_limit_parks_asks_nothing_meanwhile_and_then_repeats_nothing(nights, undisturbed, trouble):
    faults = [on("/v1/playlists/*/items", trouble, nth=3)]
    with StandIn(*library(), faults=faults, clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
        until = first.night.parked_until
        refusals = [request.at for request in spotify.requests if request.status == 429]
        asked = len(spotify.requests)

        nights.time.pass_by(minutes=10)
        second = nights.run(spotify)
        assert len(spotify.requests) == asked
        assert second.night.parked_until == until
        assert "left alone until" in second.night.problems[0]

        nights.time.pass_by(seconds=(until - nights.time.now).total_seconds() + 1)
        third = nights.run(spotify)
        assert repeated(spotify) == []

    assert len(refusals) == 1
    assert (first.stage("extract").verdict, first.stage("features").verdict) == ("parked", "done")
    assert first.table("saved_tracks").height == 120  # the night is built from what is there
    assert third.night.parked_until is None
    for name, table in undisturbed.items():
        assert third.table(name).equals(table), name


def test_a_limit_beyond_the_end_of_time_parks_for_a_year(nights):
    with StandIn(*library(), faults=[on("/v1/me/tracks", rate_limited(10**15))], clock=nights.time.unix) as spotify:
        outcome = nights.run(spotify)
    assert outcome.stage("extract").verdict == "parked"
    assert timedelta(days=365) < outcome.night.parked_until - nights.time.now <= timedelta(days=366)


def test_a_park_of_reccobeats_lets_spotify_go_on(nights, undisturbed):
    with StandIn(
        *library(), faults=[on("/reccobeats/*", rate_limited(9000), nth=2)], clock=nights.time.unix
    ) as spotify:
        first = nights.run(spotify)
        assert first.night.parked_until is not None
        assert (first.stage("extract").verdict, first.stage("features").verdict) == ("done", "parked")
        nights.time.pass_by(hours=3)
        second = nights.run(spotify)
        assert repeated(spotify) == []

    for name, table in undisturbed.items():
        assert second.table(name).equals(table), name


def test_a_night_that_fails_later_is_repeated_from_the_landing_alone(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        first = nights.run(spotify, publish=False)
        asked = len(spotify.requests)
        tables = {name: first.table(name) for name in MAIN}
        nights.time.pass_by(minutes=20)
        second = nights.run(spotify)
        assert [request.path for request in spotify.requests[asked:]] == ["/api/token"]

    for name, table in tables.items():
        assert second.table(name).equals(table), name


def test_after_a_rollback_the_answers_of_the_withdrawn_night_are_not_used_again(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        nights.run(spotify)
        nights.time.pass_by(hours=24)
        asked = [len(spotify.requests)]
        for _ in range(2):
            nights.run(spotify, full=True)
            asked.append(len(spotify.requests))
            rollback(nights.home)
            nights.time.pass_by(minutes=20)
        withdrawn, after = (
            sorted(request.path for request in spotify.requests[slice(*ends)]) for ends in pairwise(asked)
        )
        assert after == withdrawn
        assert len(after) > 1


KILLED = """
import sys, time
from datetime import datetime
from pathlib import Path
from schemas.values import Home
from tasks.night.acquire import acquire_token, extract_pages, probe_capabilities
from tasks.night.context import Night
from tasks.spotify.walk.api import Access
from tasks.night.ledger import Ledger
from warehouse.night import building

root, run_id, *access = sys.argv[1:]
wishes = {"requests_per_second": 1000.0, "max_wait_seconds": 120.0, "landing_days": 14}
night = Night(run_id, "spotify", Home(Path(root)), wishes, Ledger(run_id), datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S"))
night.build = building.start(night.home, run_id, "spotify")
with acquire_token.fn(night, Access(*access)) as api:
    extract_pages.fn(night, api, probe_capabilities.fn(night, api))
"""


def test_a_killed_process_loses_no_page_that_has_landed(nights, undisturbed):
    catalogue, account = library()
    processes = []

    def kill(right):
        os.kill(processes[0].pid, signal.SIGKILL)
        return right()

    with StandIn(
        catalogue, account, faults=[on("/v1/playlists/*/items", kill, nth=4)], clock=nights.time.unix
    ) as spotify:
        access = nights.access(spotify)
        night = f"{nights.time.now:%Y%m%dT%H%M%S}-000000"
        command = [sys.executable, "-c", KILLED, str(nights.home.root), night, *astuple(access)]
        processes.append(subprocess.Popen(command, cwd=Path(__file__).parents[3]))
        assert processes[0].wait(timeout=60) == -signal.SIGKILL
        landed = len(list(nights.home.landing.glob("*/*.json.gz")))
        nights.time.pass_by(minutes=5)
        told = nights.run(spotify)
        # a request that was on its way when the process died had no time to land
        assert len(repeated(spotify)) <= 4

    assert landed >= 8
    for name, table in undisturbed.items():
        assert told.table(name).equals(table), name


def test_a_torn_page_is_asked_for_again(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        first = nights.run(spotify, publish=False).table("playlist_tracks")
        pages = sorted(nights.home.landing.glob("*/*.json.gz"))
        pages[3].write_bytes(pages[3].read_bytes()[:20])
        pages[5].write_bytes(b"")
        asked = len(spotify.requests)
        second = nights.run(spotify)
        assert len(spotify.requests) - asked == 3  # the token, two pages

    assert second.table("playlist_tracks").equals(first)


def test_pages_are_kept_for_replay_and_then_purged(nights):
    with StandIn(sample_catalogue(), sample_account(sample_catalogue()), clock=nights.time.unix) as spotify:
        nights.walk(spotify)
        nights.time.pass_by(days=13)
        nights.walk(spotify)
        assert len(list(nights.home.landing.glob("*/walk.json"))) == 2
        nights.time.pass_by(days=3)
        nights.walk(spotify)

    assert len(list(nights.home.landing.glob("*/walk.json"))) == 2
    assert purge(nights.home, 0, nights.time.now) == 2


def test_what_is_refused_for_one_object_costs_that_object_only(nights):
    catalogue, account = library()
    gone, closed = account["Short 0"], account["Short 1"]
    faults = [
        on(f"/v1/playlists/{gone.id}/items", refused(404, "Resource not found")),
        on(f"/v1/playlists/{closed.id}/items", refused(403, "Forbidden")),
        on("/v1/me/albums", refused(403, "Insufficient client scope")),
    ]
    with StandIn(catalogue, account, faults=faults, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)

    assert told.table("playlist_tracks").height == 235
    assert told.table("playlists").height == 4
    assert told.night.problems == [
        "saved_albums cannot be read: the sign-in does not allow /me/albums (insufficient scope): run `segue login` and "
        "agree to what it asks for"
    ]


def test_an_object_that_never_answers_fails_alone_and_the_run_says_so(nights):
    catalogue, account = library()
    broken = account["Short 2"]
    faults = [on(f"/v1/playlists/{broken.id}/items", *[server_error(500)] * 5)]
    with StandIn(catalogue, account, faults=faults, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)
        tries, rows = spotify.count(f"/v1/playlists/{broken.id}/items"), told.table("playlist_tracks").height
        nights.time.pass_by(minutes=30)
        again = nights.run(spotify)
        assert repeated(spotify) == []

    assert tries == 5
    assert told.stage("extract").verdict == "partial"
    assert told.night.problems[0].startswith(
        f"1 lists could not be read to their end (playlist {broken.id}): Spotify gave no"
    )
    assert (rows, again.table("playlist_tracks").height) == (240, 245)


def test_a_service_that_is_down_ends_the_night_in_one_line_after_few_requests(nights):
    with (
        StandIn(*library(), faults=[every(1, html_page(503))], clock=nights.time.unix) as spotify,
        pytest.raises(
            ApiError, match=r"^Spotify gave no usable answer to GET /v1/me in 5 tries .*run `segue refresh` again"
        ),
    ):
        nights.run(spotify)
    assert spotify.count() == 5


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"premium_owner": False}, "only while its owner has Premium"),
        ({"user_allowlisted": False}, "User Management"),
        ({"refresh_expired": True}, "the sign-in is over .* run `segue login`; nothing that you have is lost"),
    ],
)
def test_a_refusal_of_the_whole_app_names_its_remedy(nights, switches, said):
    with StandIn(clock=nights.time.unix, **switches) as spotify, pytest.raises(SignInError, match=said):
        nights.run(spotify)


def test_lists_that_lie_or_move_are_read_once_and_whole(nights, undisturbed):
    lies = [
        {"next_lie": "nowhere"},
        {"next_lie": "back"},
        {"next_lie": "too_early"},
        {"next_lie": "endless"},
        {"total_lie": -60},
        {"total_lie": 7},
        {"playlists_next": "me"},
    ]
    for lie in lies:
        with StandIn(*library(), clock=nights.time.unix, **lie) as spotify:
            walked = nights.walk(spotify)
        for name, key in (("saved_tracks", ["track_id"]), ("playlist_tracks", ["playlist_id", "position", "track_id"])):
            assert walked.rows(name, *key) == undisturbed[name].select(key).sort(key).rows(), (lie, name)
        nights.time.pass_by(days=4)


@pytest.mark.parametrize("shift", [1, -1])
def test_a_list_that_moves_while_it_is_read_is_read_again(nights, shift):
    with StandIn(*library(), shift=shift, clock=nights.time.unix) as spotify:
        walked = nights.walk(spotify)

    saved = [track_id for (track_id,) in walked.rows("saved_tracks", "track_id")]
    assert len(set(saved)) >= 119
    assert "saved_tracks: the list changed while it was read" in walked.found.notes


def test_a_scope_that_is_missing_is_told_and_its_lists_are_not_asked_for(nights):
    scopes = "playlist-read-private playlist-read-collaborative user-library-read user-top-read user-follow-read"
    with StandIn(*library(), scopes=scopes, clock=nights.time.unix) as spotify:
        told = nights.run(spotify)
        assert spotify.count("/v1/me/player/*") == 0

    assert told.night.problems[0] == (
        "plays are not read: the sign-in lacks user-read-recently-played; run `segue login`"
    )


def test_what_the_api_no_longer_gives_is_told(nights):
    catalogue, account = library()
    with StandIn(catalogue, account, profile="extended", clock=nights.time.unix) as spotify:
        first = nights.run(spotify)
    nights.time.pass_by(days=1)
    with StandIn(catalogue, account, profile="dev_2026", clock=nights.time.unix) as spotify:
        second = nights.run(spotify)

    assert first.night.problems == []
    lost = sorted(problem.split()[5] for problem in second.night.problems)
    assert lost == ["audio_features", "batch_artists", "field:track.available_markets", "field:track.popularity"]
    popularity = second.table("api_capabilities").filter(capability="field:track.popularity").sort("run_id")
    assert popularity["is_available"].to_list() == [True, False]


def test_an_app_without_a_person_is_told_to_sign_in(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        told = nights.run(spotify, given={"refresh_token": ""})

    assert told.table("tracks").height == 0
    assert told.night.problems == [
        "nobody is signed in, the app speaks only for itself: no personal list is read; run `segue login`"
    ]
    with (
        StandIn(clock=nights.time.unix) as spotify,
        pytest.raises(SignInError, match="nobody is signed in: run `segue login`"),
    ):
        nights.run(spotify, given={"refresh_token": "", "client_secret": ""})
    assert spotify.requests == []


def test_a_plan_asks_no_more_than_the_probe_and_keeps_nothing(nights):
    with StandIn(*library(), clock=nights.time.unix) as spotify:
        plan = nights.plan(spotify)
        asked = [request.path for request in spotify.requests]

    assert asked == ["/api/token", "/v1/me", "/v1/me/playlists", "/v1/me/tracks", "/v1/artists", "/v1/audio-features"]
    assert not nights.home.landing.exists()
    assert plan.steps.filter(what="playlist rows").row(0) == (
        "playlist rows",
        "/playlists/*/items, 50 a page",
        8,
        "4 of 4 lists changed",
    )
    assert plan.steps.filter(what="saved tracks").row(0) == ("saved tracks", "fifty a page", 2, "all of them")
    assert "refused to this app: audio_features, batch_artists" in plan.text


def test_no_secret_is_written_anywhere(nights, caplog):
    caplog.set_level(logging.DEBUG)
    with StandIn(
        *library(), rotate_refresh=True, faults=[every(9, server_error(500))], clock=nights.time.unix
    ) as spotify:
        nights.run(spotify)
        tokens = [
            *spotify._service.grants._access,
            *spotify._service.grants._refresh,
            *spotify._service.grants._revoked,
        ]
        secrets = [spotify.client_secret, *tokens]
    assert len(secrets) >= 4

    files = [path for path in nights.home.root.rglob("*") if path.is_file() and path != nights.home.token]
    written = [
        caplog.text.encode(),
        *(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files),
    ]
    for secret in secrets:
        assert not any(secret.encode() in text for text in written)
    assert nights.home.token.stat().st_mode & 0o777 == 0o600
