"""The newspaper in a real browser: it stands alone, shows what the night holds, and hostile names stay text."""

import json
from typing import Literal

import pytest

from reports.figures.registry import FIGURES
from tests.reports.conftest import Drawn, Window, faults, read
from tests.reports.hostile_night import ATTACKS, SCRIPTS


def test_the_newspaper_of_the_demo_stands_alone(newspaper: Window, demo: Drawn) -> None:
    assert (newspaper.said, newspaper.asked) == ([], [])
    assert (demo.folder / "index.html").stat().st_size < 3_000_000


def test_every_chart_that_has_data_is_drawn_under_a_finding(newspaper: Window) -> None:
    drawn = newspaper.page.locator("figure.chart:has(svg)").evaluate_all("all => all.map((one) => one.id)")
    empty = {"chart-release_years"}  # the bundled catalogue tells no years
    assert set(drawn) == {f"chart-{name}" for name in FIGURES} - empty
    titles = newspaper.page.locator("figure.chart h3").all_inner_texts()
    assert len(titles) == len(set(titles)) == len(FIGURES) - len(empty)
    assert all(titles)


def test_ten_songs_stand_with_their_recommendations_covers_and_reasons(newspaper: Window) -> None:
    seeds = newspaper.page.locator(".seed")
    assert seeds.count() == 10
    for seed in seeds.all():
        suggestions = seed.locator("li")
        assert suggestions.count() == 5
        assert seed.locator("img.cover").count() == 6
        assert all(text.strip() for text in suggestions.locator(".why").all_inner_texts())
    sizes = "all => [...new Set(all.map((one) => one.naturalWidth))]"
    assert newspaper.page.locator("img.cover.large").evaluate_all(sizes) == [300]
    assert newspaper.page.locator("img.cover:not(.large)").evaluate_all(sizes) == [64]


def test_every_cover_is_whole_and_leads_to_its_song_on_spotify(newspaper: Window) -> None:
    covers = newspaper.page.locator("img.cover")
    shapes = (
        "all => [...new Set(all.map((one) => one.clientWidth === one.clientHeight && getComputedStyle(one).filter))]"
    )
    assert covers.evaluate_all(shapes) == ["none"]
    homes = "all => all.every((one) => one.parentElement.href?.startsWith('https://open.spotify.com/track/'))"
    assert covers.evaluate_all(homes)
    assert "to the song on Spotify" in newspaper.page.locator("#for-you .credit").inner_text()


def test_what_broke_stands_beside_what_was_done(newspaper: Window) -> None:
    broke = newspaper.page.locator(".broke").inner_text()
    assert "Extract met errors\n2 requests were sent again, after a wait of 1.0\u202fs that the API asked for." in broke
    assert "6 rows broke a rule: name is empty (6)\nIn quarantine below" in broke
    assert "12 rows were left out: episode (12)\nEach is counted with its reason" in broke


def test_what_the_api_gained_is_said(newspaper: Window) -> None:
    assert "Gained since the night before: playlist_items." in newspaper.page.locator("#night").inner_text()


def test_the_demo_says_what_is_simulated_and_what_is_real(newspaper: Window, demo: Drawn) -> None:
    said = newspaper.page.locator(".simulated").inner_text()
    assert said.startswith("This is the demo. The songs are real")
    assert "simulated" in said


def test_the_columns_of_every_table_are_described(newspaper: Window) -> None:
    row = newspaper.page.locator("#table-tracks tr:has(code:text-is('popularity'))")
    assert "0 to 100" in (row.text_content() or "")
    assert newspaper.page.locator(".nulls-row li").count() > 200


def test_hostile_names_stay_text(window: Window, hostile: Drawn) -> None:
    read(window, hostile)
    assert window.page.evaluate("window.pwned") is None
    assert (window.said, window.asked) == ([], [])
    songs = window.page.locator("#songs").inner_html()
    shown = window.page.locator("#songs .song bdi, #songs h3 bdi").all_inner_texts()
    assert any(attack in shown for attack in ATTACKS[:4])
    assert "<script" not in songs
    assert window.page.locator("[onerror], [onmouseover], a[href^='javascript']").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["demo", "hostile"])
def test_the_newspaper_is_right_at_every_width(
    which: str, theme: Literal["light", "dark"], window: Window, request: pytest.FixtureRequest
) -> None:
    """Nothing sticks out, nothing is said in the console, nothing is asked of the network, and axe finds nothing."""
    window.page.emulate_media(color_scheme=theme)
    read(window, request.getfixturevalue(which))
    for width in (320, 820, 1440):
        window.page.set_viewport_size({"width": width, "height": 900})
        window.page.wait_for_timeout(150)
        assert window.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    assert faults(window) == []
    assert (window.said, window.asked) == ([], [])


def test_every_script_of_the_world_stands_on_the_page(window: Window, hostile: Drawn) -> None:
    read(window, hostile)
    assert SCRIPTS[2] in window.page.locator("body").inner_text()


def test_on_paper_the_page_is_light_and_has_no_buttons(window: Window, demo: Drawn) -> None:
    window.page.emulate_media(color_scheme="dark", media="print")
    read(window, demo)
    assert window.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 249, 244)"
    assert not window.page.locator("nav").is_visible()
    assert not window.page.locator("#theme").is_visible()
    assert window.page.pdf().startswith(b"%PDF")


def test_who_wants_little_motion_gets_none(window: Window, demo: Drawn) -> None:
    read(window, demo)
    scrolls = "getComputedStyle(document.documentElement).scrollBehavior"
    assert window.page.evaluate(scrolls) == "auto"
    window.page.emulate_media(reduced_motion="no-preference")
    assert window.page.evaluate(scrolls) == "smooth"


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_the_twin_has_the_numbers_of_every_chart(name: str, demo: Drawn) -> None:
    twin = json.loads((demo.folder / "index.json").read_text())
    chart = twin["charts"][name]
    query = twin["queries"][chart["query"]]
    assert query["sql"].startswith("-- one row is")
    assert chart["finding"] is None or query["rows"]


def test_the_twin_tells_the_story_too(demo: Drawn) -> None:
    twin = json.loads((demo.folder / "index.json").read_text())
    assert twin["facts"][0].startswith("330 rows arrived; 270 were new or changed, 6 rows went to quarantine.")
    assert twin["broke"][1] == {
        "what": "6 rows broke a rule: name is empty (6)",
        "done": "In quarantine below, each with its rule and value; the other rows went on.",
    }
    assert twin["seconds"] == 31


def test_the_theme_button_changes_every_colour_of_page_and_charts(window: Window, demo: Drawn) -> None:
    window.page.emulate_media(color_scheme="light")
    read(window, demo)
    colours = "() => [document.body, document.querySelector('#chart-hubs .mark-rect path')].map((one) => getComputedStyle(one).backgroundColor + getComputedStyle(one).fill)"
    light = window.page.evaluate(colours)
    window.page.get_by_role("button", name="Change between light and dark").click()
    dark = window.page.evaluate(colours)
    assert dark[0] != light[0]
    assert dark[1] != light[1]


def test_the_query_behind_a_chart_can_be_copied(window: Window, demo: Drawn) -> None:
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    read(window, demo)
    chart = window.page.locator("#chart-hubs")
    chart.locator("summary", has_text="SQL").click()
    chart.get_by_role("button", name="Copy").click()
    chart.get_by_role("button", name="Copied").wait_for()
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert copied == json.loads((demo.folder / "index.json").read_text())["queries"]["hubs"]["sql"]
