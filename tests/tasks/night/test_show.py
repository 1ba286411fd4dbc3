"""The step that draws: pages beside the night's database, moved to where people find them when it is published."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.values import Home
from tasks.night.context import Night
from tasks.night.ledger import Ledger
from tasks.night.show import draw_atlas, draw_report, pages_of, publish_pages
from tasks.spotify.walk.api import Access
from tasks.standin import StandIn
from tests.reports.demo_night import RUN_ID, demo_night
from warehouse.night.writing import replace
from warehouse.reading import table


@pytest.fixture
def night(tmp_path: Path) -> Night:
    home = Home(tmp_path)
    build = demo_night(home, songs=60)
    return Night(RUN_ID, "demo", home, {}, Ledger(RUN_ID), datetime.now(UTC).replace(tzinfo=None), build=build)


def drawn(night: Night) -> None:
    with StandIn() as stand_in:
        access = Access(stand_in.api_url, stand_in.accounts_url, stand_in.reccobeats_url, "id", "secret", "token")
        draw_report.fn(night, access)


def test_songs_whose_neighbours_stayed_keep_their_places(night: Night) -> None:
    replace(night.build, "atlas", table(night.build, "atlas").clear())
    draw_atlas.fn(night)
    first = table(night.build, "atlas")
    assert (first.height, first["x"].is_between(0, 1).all()) == (60, True)
    moved = first.with_columns(x=1 - pl.col("x"))
    replace(night.build, "atlas", moved)
    shutil.copy(night.build, night.home.warehouse)
    draw_atlas.fn(night)
    assert table(night.build, "atlas")["x"].to_list() == pytest.approx(moved["x"].to_list(), abs=1e-6)
    replace(night.build, "neighbours", table(night.build, "neighbours").filter(pl.col("rank") != 2))
    draw_atlas.fn(night)
    assert table(night.build, "atlas")["x"].to_list() != pytest.approx(moved["x"].to_list(), abs=1e-6)


def test_a_nights_pages_wait_beside_its_database_until_it_is_published(night: Night) -> None:
    drawn(night)
    assert (pages_of(night) / "index.html").exists()
    assert not night.home.reports.exists()
    publish_pages(night)
    assert (night.home.reports / "index.html").exists()
    assert not pages_of(night).exists()
    assert [entry.stage for entry in night.ledger.entries] == ["report"]


def test_the_demos_covers_come_from_tonights_stand_in(night: Night) -> None:
    drawn(night)
    assert len(list(night.home.posters.iterdir())) > 40
    assert "data:image/png;base64," in (pages_of(night) / "index.html").read_text()


def test_tonights_pages_take_the_place_of_the_former_ones_whole(night: Night) -> None:
    night.home.reports.mkdir()
    (night.home.reports / "of-yesterday.html").write_text("old")
    drawn(night)
    publish_pages(night)
    assert sorted(path.name for path in night.home.reports.iterdir()) == [
        "explorer",
        "explorer.html",
        "index.html",
        "index.json",
    ]
    assert [path.name for path in night.home.root.iterdir() if "former" in path.name] == []
