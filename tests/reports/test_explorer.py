"""The explorer in a real browser, as a person uses it: search, open, walk on, weigh, filter, compare, go back."""

from typing import Literal

import pytest

from tests.reports.conftest import Drawn, Window, faults


def explore(window: Window, night: Drawn) -> None:
    window.page.goto((night.folder / "explorer.html").as_uri())
    window.page.wait_for_selector("html[data-ready]", state="attached")


def heading(window: Window) -> str:
    return window.page.locator("#song h1").inner_text()


def listed(window: Window) -> list[str]:
    return window.page.locator("#list .song").all_inner_texts()


def walk(window: Window, seen: list[str]) -> str:
    """Follow the first song of the list that is not among the `seen` ones, and return its title."""
    place, name = next((place, name) for place, name in enumerate(listed(window)) if name not in seen)
    window.page.locator("#list .song a").nth(place).click()
    window.page.wait_for_function("name => document.querySelector('#song h1').innerText === name", arg=name)
    return name


def test_a_song_shown_large_has_a_large_cover_that_leads_to_spotify(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    cover = window.page.locator("#song .art img.cover")
    assert cover.evaluate("one => [one.naturalWidth, one.clientWidth, one.clientHeight]") == [300, 144, 144]
    home = window.page.locator("#song .art").get_attribute("href") or ""
    assert home.startswith("https://open.spotify.com/track/")


def test_a_filter_without_anything_to_go_by_says_so(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    assert window.page.locator("[name=year-least]").is_disabled()
    assert window.page.locator("p:has([name=year-least])").inner_text().endswith("known of no song")
    assert window.page.locator("[name=energy-least]").is_enabled()


def test_the_explorer_opens_from_disk_without_a_network(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    assert (window.said, window.asked) == ([], [])
    assert len(listed(window)) == 20
    assert window.page.locator("#list .waterfall rect").count() >= 20
    assert all(window.page.locator("#list .why").all_inner_texts())


def test_a_person_searches_opens_walks_three_songs_and_goes_back(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    opening = heading(window)
    artist = window.page.locator("#list .by").nth(9).inner_text().split(",")[0]
    window.page.fill("#search", artist.upper())
    window.page.locator("#found li").first.click()
    window.page.wait_for_function("name => document.querySelector('#song .by').innerText.includes(name)", arg=artist)
    walked = [heading(window)]
    for _ in range(3):
        walked.append(walk(window, walked))
    window.page.go_back()
    window.page.wait_for_function("name => document.querySelector('#song h1').innerText === name", arg=walked[-2])
    trail = window.page.locator("#trail li").all_inner_texts()
    assert [name[:20] for name in trail] == [name[:20] for name in [opening, *walked[:-2]]]
    before = window.page.locator("#list .score").all_inner_texts()
    slider = window.page.locator("#weight-audio")
    slider.click(position={"x": slider.bounding_box()["width"] * 0.9, "y": 8})
    assert window.page.locator("#list .score").all_inner_texts() != before
    window.page.locator("[name=tempo-least]").click()
    window.page.keyboard.type("150")
    assert "do not pass the filters" in window.page.locator("#told").inner_text()
    assert (window.said, window.asked) == ([], [])


def tab_to(window: Window, selector: str) -> None:
    """Press Tab until what the selector names has the focus; it must come within a screenful of stops."""
    for _ in range(140):
        if window.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        window.page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {selector}")


def test_the_same_by_keyboard_alone_with_a_slider_and_a_filter(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    keys = window.page.keyboard
    keys.press("/")
    keys.type("love")
    window.page.wait_for_selector("#found li")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    walked = [window.page.locator("#found li[aria-selected=true] b").inner_text()]
    keys.press("Enter")
    window.page.wait_for_function("name => document.querySelector('#song h1').innerText === name", arg=walked[-1])
    assert window.page.evaluate("document.activeElement.tagName") == "H1"
    for _ in range(3):
        tab_to(window, "#list .song a")
        while (name := window.page.evaluate("document.activeElement.innerText")) in walked:
            keys.press("Tab")
            tab_to(window, "#list .song a")
        keys.press("Enter")
        window.page.wait_for_function("name => document.querySelector('#song h1').innerText === name", arg=name)
        walked.append(name)
    before = window.page.locator("#list .score").all_inner_texts()
    tab_to(window, "#weight-metadata")
    keys.press("ArrowRight")
    assert window.page.locator("output[for=weight-metadata]").inner_text() == "× 1.1"
    assert window.page.locator("#list .score").all_inner_texts() != before
    keys.press("Home")
    assert window.page.locator("#list .metadata").count() == 0
    tab_to(window, "#genre")
    keys.press("ArrowDown")
    assert window.page.locator("#genre option:checked").inner_text() != "any"
    tab_to(window, "#trail li:last-child a")
    keys.press("Enter")
    window.page.wait_for_function("name => document.querySelector('#song h1').innerText === name", arg=walked[-2])
    assert (window.said, window.asked) == ([], [])


def test_sliders_rank_anew_from_the_stored_addends(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    before = listed(window)
    for name in ("weight-collaborative", "weight-metadata"):
        window.page.locator(f"#{name}").fill("0")
    assert listed(window) != before
    kinds = window.page.locator("#list .waterfall rect").evaluate_all(
        "all => [...new Set(all.map((one) => one.getAttribute('class')))]"
    )
    assert kinds == ["audio"]
    scores = [float(text) for text in window.page.locator("#list .score").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    window.page.get_by_role("button", name="Start over").click()
    window.page.wait_for_function(
        "names => JSON.stringify([...document.querySelectorAll('#list .song')].map((one) => one.innerText)) === JSON.stringify(names)",
        arg=before,
    )


def test_filters_keep_out_what_does_not_pass(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    window.page.locator("[name=tempo-least]").fill("200")
    window.page.locator("[name=tempo-most]").fill("201")
    assert "do not pass the filters" in window.page.locator("#told").inner_text()
    window.page.locator("[name=tempo-least]").fill("")
    window.page.locator("[name=tempo-most]").fill("")
    window.page.locator("#genre").select_option(index=1)
    genre = window.page.locator("#genre option:checked").inner_text()
    for place in range(min(2, len(listed(window)))):
        window.page.locator("#list .song a").nth(place).click()
        window.page.wait_for_timeout(100)
        assert genre in window.page.locator("#song").inner_text()
        window.page.go_back()
        window.page.wait_for_timeout(100)


def test_two_songs_are_compared(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    first, second = heading(window), listed(window)[0]
    window.page.locator("#song [data-compare]").click()
    window.page.locator("#list [data-compare]").first.click()
    window.page.wait_for_selector("#compared:not([hidden])")
    heads = window.page.locator("#comparison thead th").all_inner_texts()
    assert heads == [first[:40], second[:40]]
    assert window.page.locator("#linked").inner_text().startswith("They belong together: ")
    assert "energy" in window.page.locator("#comparison").inner_text()


def test_a_click_on_the_map_opens_a_song(window: Window, demo: Drawn) -> None:
    explore(window, demo)
    before = heading(window)
    window.page.locator("#map").focus()
    for _ in range(4):
        window.page.keyboard.press("ArrowLeft")
    window.page.keyboard.press("+")
    window.page.keyboard.press("Enter")
    window.page.wait_for_function("name => document.querySelector('#song h1').innerText !== name", arg=before)


def test_hostile_names_stay_text_here_too(window: Window, hostile: Drawn) -> None:
    explore(window, hostile)
    window.page.fill("#search", "<script>")
    assert window.page.locator("#found li").count() > 0
    window.page.keyboard.press("Enter")
    window.page.wait_for_timeout(200)
    for _ in range(3):
        window.page.locator("#list .song a").first.click()
        window.page.wait_for_timeout(150)
    window.page.locator("#song [data-compare]").click()
    window.page.locator("#list [data-compare]").first.click()
    assert window.page.evaluate("window.pwned") is None
    assert (window.said, window.asked) == ([], [])
    assert window.page.locator("main script, [onerror], [onmouseover], a[href^='javascript']").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["demo", "hostile"])
def test_the_explorer_is_right_at_every_width(
    which: str, theme: Literal["light", "dark"], window: Window, request: pytest.FixtureRequest
) -> None:
    """Nothing sticks out, nothing is said in the console, nothing is asked of the network, and axe finds nothing."""
    window.page.emulate_media(color_scheme=theme)
    explore(window, request.getfixturevalue(which))
    window.page.locator("#song [data-compare]").click()
    window.page.locator("#list [data-compare]").first.click()
    window.page.wait_for_selector("#compared:not([hidden])")
    for width in (320, 820, 1440):
        window.page.set_viewport_size({"width": width, "height": 900})
        assert window.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    assert faults(window) == []
    assert (window.said, window.asked) == ([], [])


def test_a_search_knows_letters_as_a_plain_keyboard_writes_them(window: Window, hostile: Drawn) -> None:
    explore(window, hostile)
    window.page.fill("#search", "smorrebrod pa thingvellir aenima LODZ strasse")
    assert "Smørrebrød på Þingvellir Ænima Łódź Straße" in window.page.locator("#found li").first.inner_text()
