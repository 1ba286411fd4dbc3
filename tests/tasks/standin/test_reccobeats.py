"""ReccoBeats: forty ids, unknown ones left out, order of its own, mapped by `href`."""

import pytest

from tasks.standin import sample_account, sample_catalogue
from tasks.standin.web.reccobeats import FEATURES, uuid


def asked(guest, what, *ids):
    return guest.plain(f"/reccobeats/v1/{what}", ids=",".join(ids))


def by_href(answer):
    return {row["href"].rsplit("/", 1)[1]: row for row in answer.json()["content"]}


def test_features_come_with_href_and_without_time_signature(serve):
    guest = serve()
    song = guest.spotify.catalogue["Paper Boats"]
    assert asked(guest, "audio-features", song.id).json() == {
        "content": [
            {
                "id": uuid(song.id),
                "href": f"https://open.spotify.com/track/{song.id}",
                "isrc": "QZAAA0400002",
                **{name: song.features[name] for name in FEATURES},
            }
        ]
    }


def test_unknown_ids_and_unmeasured_tracks_are_left_out(serve):
    catalogue = sample_catalogue()
    known, unmeasured, unknown = (catalogue[name].id for name in ("Cinder", "Demo Tape", "Slow Anchor"))
    guest = serve(catalogue, sample_account(catalogue), features_unknown=[unknown])
    ids = (unknown, unmeasured, "0" * 22, known)
    assert set(by_href(asked(guest, "audio-features", *ids))) == {known}
    assert set(by_href(asked(guest, "track", *ids))) == {known, unmeasured}


def test_popularity_is_told_by_track(serve):
    guest = serve()
    song = guest.spotify.catalogue["Iron Orchard"]
    (row,) = asked(guest, "track", song.id).json()["content"]
    assert (row["trackTitle"], row["popularity"], row["durationMs"]) == ("Iron Orchard", 71, 200_000)
    assert [artist["name"] for artist in row["artists"]] == ["Harrow"]


def test_the_order_is_not_that_of_the_ids(serve):
    guest = serve()
    ids = [track.id for track in guest.spotify.catalogue.tracks.values() if track.features]
    forth, back = (
        list(by_href(asked(guest, "audio-features", *ids))),
        by_href(asked(guest, "audio-features", *ids[::-1])),
    )
    assert forth == list(back)
    assert forth != ids
    assert set(forth) == set(ids)


def test_ids_may_be_repeated_keys_or_uuids_or_isrcs(serve):
    guest = serve()
    catalogue = guest.spotify.catalogue
    cinder, boats = catalogue["Cinder"], catalogue["Paper Boats"]
    answer = guest.plain("/reccobeats/v1/audio-features", ids=[uuid(cinder.id), "QZAAA0400002"])
    assert set(by_href(answer)) == {cinder.id, boats.id}


@pytest.mark.parametrize(("over_limit", "status"), [("refuse", 400), ("drop", 200)])
def test_more_than_forty_ids(serve, over_limit, status):
    guest = serve(features_over_limit=over_limit)
    known = guest.spotify.catalogue["Cinder"].id
    strangers = [f"{number:022d}" for number in range(40)]
    assert set(by_href(asked(guest, "audio-features", known, *strangers[:39]))) == {known}
    assert asked(guest, "audio-features", known, *strangers).status_code == status
    assert guest.plain("/reccobeats/v1/audio-features").status_code == 400
