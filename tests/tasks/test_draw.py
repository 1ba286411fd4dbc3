"""Pages and charts out of a warehouse file, covers out of a cache: without Prefect, a browser or a network."""

import json
import re
import shutil
from pathlib import Path

import pytest

from reports.figures.registry import FIGURES
from schemas.errors import HomeError, SegueError, WarehouseError
from schemas.values import Home
from tasks.draw import CHARTS, draw_chart, draw_pages, night_before
from tasks.posters import posters
from tasks.standin import Album, Catalogue, StandIn, song
from tests.reports.demo_night import RUN_ID, demo_night, night_of
from warehouse import reading
from warehouse.night import building, writing

COVERS = "http://127.0.0.1:8974"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_night(Home(tmp_path_factory.mktemp("night")), songs=150)


def test_a_night_becomes_two_pages_a_twin_and_the_explorers_files(night: Path, tmp_path: Path) -> None:
    draw_pages(night, tmp_path / "pages", covers=tmp_path / "posters", routes={})
    files = sorted(str(path.relative_to(tmp_path / "pages")) for path in (tmp_path / "pages").rglob("*.*"))
    assert files == ["explorer.html", "explorer/near-0.js", "explorer/songs-0.js", "index.html", "index.json"]
    twin = json.loads((tmp_path / "pages" / "index.json").read_text())
    assert twin["queries"]["summary"]["rows"][0]["songs"] == 150
    assert twin["queries"]["runs"]["rows"][0]["run_id"] == RUN_ID


def test_the_same_night_is_drawn_the_same_twice(night: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        draw_pages(night, tmp_path / folder, covers=tmp_path / "posters", routes={})
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path.name


def test_what_changed_is_told_against_last_night(night: Path, tmp_path: Path) -> None:
    before = demo_night(Home(tmp_path), songs=140)
    draw_pages(night, tmp_path / "pages", previous=before, covers=tmp_path / "posters", routes={})
    twin = json.loads((tmp_path / "pages" / "index.json").read_text())
    assert twin["queries"]["changes"]["rows"][0] == {
        "what": "songs",
        "tonight": 150,
        "last_night": 140,
        "added": 10,
        "removed": 0,
    }
    assert twin["headline"].startswith("10 new songs")


def test_a_last_night_that_cannot_be_read_costs_only_the_comparison(
    night: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.duckdb").write_bytes(b"not a database")
    draw_pages(night, tmp_path / "pages", previous=tmp_path / "broken.duckdb", covers=tmp_path / "posters", routes={})
    assert json.loads((tmp_path / "pages" / "index.json").read_text())["headline"].startswith("The first night is in")
    assert "without a comparison with last night" in caplog.text


def test_a_warehouse_without_a_single_song_still_has_its_pages(tmp_path: Path) -> None:
    draw_pages(night_of(Home(tmp_path), []), tmp_path / "pages", covers=tmp_path / "posters", routes={})
    assert "None of them related yet".lower() in (tmp_path / "pages" / "index.html").read_text().lower()


def test_a_night_that_knows_no_sound_genre_popularity_or_album_still_has_its_pages(tmp_path: Path) -> None:
    """What a new Spotify app is told in 2026 is little."""
    build = night_of(Home(tmp_path), [song(f"Song {number}", "Somebody", features=None) for number in range(30)])
    bare = reading.table(build, "tracks").with_columns(popularity=None, album_id=None, spotify_url=None)
    writing.replace(build, "tracks", bare)
    building.finish(build)
    draw_pages(build, tmp_path / "pages", covers=tmp_path / "posters", routes={})
    charts = json.loads((tmp_path / "pages" / "index.json").read_text())["charts"]
    silent = {name for name, chart in charts.items() if chart["finding"] is None}
    assert silent >= {
        "feature_ridges",
        "feature_correlations",
        "genre_map",
        "genre_sounds",
        "popularity",
        "release_years",
    }
    assert charts["row_flow"]["finding"]


def test_a_missing_warehouse_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="`segue refresh`"):
        draw_pages(tmp_path / "none.duckdb", tmp_path / "pages", covers=tmp_path / "posters", routes={})


@pytest.mark.parametrize(("ending", "start"), [(".png", b"\x89PNG"), (".svg", b"<svg")])
def test_a_single_chart_is_written_by_its_name(ending: str, start: bytes, night: Path, tmp_path: Path) -> None:
    draw_chart(night, "row_flow", tmp_path / f"chart{ending}")
    assert (tmp_path / f"chart{ending}").read_bytes().startswith(start)


def test_every_chart_of_the_night_can_be_written_alone(night: Path, tmp_path: Path) -> None:
    written = []
    for name in CHARTS:
        try:
            draw_chart(night, name, tmp_path / f"{name}.svg")
        except SegueError as error:
            assert "There is nothing to draw for" in str(error)
        else:
            written.append(name)
    assert set(CHARTS) - set(written) == {"release_years"}  # the bundled catalogue tells no years
    for name in written:
        finding = (tmp_path / f"{name}.svg").read_text()
        assert finding.count("<text") > 3


def test_the_night_before_is_the_latest_earlier_one_of_the_same_source(night: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copy(night, home.warehouse)
    assert night_before(home) is None
    home.history.mkdir()
    for ordinal, run_id in (
        (1, "20261101T030000-aaaaaa"),
        (2, "20261124T030000-000000"),
        (3, "20270101T030000-ffffff"),
    ):
        shutil.copy(night, home.history / f"{ordinal:06d}-{run_id}.duckdb")
    before = night_before(home)
    assert before is not None
    assert before.name == "000002-20261124T030000-000000.duckdb"


def test_a_chart_that_cannot_be_drawn_says_why(night: Path, tmp_path: Path) -> None:
    with pytest.raises(SegueError, match=re.escape(f"No chart is called 'pie'. There are: {', '.join(FIGURES)}.")):
        draw_chart(night, "pie", tmp_path / "chart.png")
    with pytest.raises(SegueError, match=re.escape("There is nothing to draw for 'release_years' tonight. No album")):
        draw_chart(night, "release_years", tmp_path / "chart.png")
    with pytest.raises(
        SegueError, match=re.escape("chart.gif has an ending that no chart is written in: end it in .png or .svg")
    ):
        draw_chart(night, "row_flow", tmp_path / "chart.gif")
    with pytest.raises(HomeError, match="No such file or directory; choose another place with --out"):
        draw_chart(night, "row_flow", tmp_path / "nowhere" / "chart.png")


def test_covers_are_asked_for_once_and_kept(tmp_path: Path) -> None:
    album = Album("album-1", "One", ())
    url = f"{COVERS}/image/{album.id}/64.png"
    with StandIn(Catalogue([song("One", "Somebody")])) as stand_in:
        first = posters([url, url], tmp_path, routes={COVERS: stand_in.base_url})
        again = posters([url], tmp_path, routes={COVERS: stand_in.base_url})
        assert stand_in.count("/image/*") == 1
    assert first == again
    assert first[url].startswith("data:image/png;base64,")


def test_what_is_no_cover_is_left_out(tmp_path: Path) -> None:
    with StandIn() as stand_in:
        routes = {COVERS: stand_in.base_url}
        urls = [
            f"{COVERS}/image/some/63.png",
            f"{COVERS}/api/token",
            "http://127.0.0.1:1/x.png",
            "https://[",
            "file:///etc/passwd",
            "",
        ]
        assert posters(urls, tmp_path, routes=routes) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_night_without_a_network_asks_nobody(tmp_path: Path) -> None:
    with StandIn() as stand_in:
        assert posters([f"{stand_in.base_url}/image/some/64.png"], tmp_path, routes={}) == {}
        assert stand_in.requests == []
