"""Nights to draw, their pages, and a real browser to open them in."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from schemas.values import Home
from tasks.draw import draw_pages
from tasks.standin import StandIn
from tests.reports.demo_night import demo_night
from tests.reports.hostile_night import hostile_night

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COVERS = "http://127.0.0.1:8974"


@dataclass
class Drawn:
    """A night's database and its pages."""

    warehouse: Path
    folder: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A night on 400 songs of the demo, drawn with covers from a stand-in."""
    root = tmp_path_factory.mktemp("demo")
    night = demo_night(Home(root), songs=400)
    with StandIn() as stand_in:
        draw_pages(night, root / "pages", covers=root / "posters", routes={COVERS: stand_in.base_url})
    return Drawn(night, root / "pages")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A night in which every free text tries to get out of the page."""
    root = tmp_path_factory.mktemp("hostile")
    night = hostile_night(Home(root))
    draw_pages(night, root / "pages", covers=root / "posters", routes={})
    return Drawn(night, root / "pages")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as long as a file of tests: Playwright's event loop must be gone when Prefect's tests begin one of theirs."""
    if CHROMIUM is None:
        pytest.skip("the pages are tried in Chromium, which is not there: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print a line at the end of the run."""
    return lambda line: record_property("said", line)


@dataclass
class Window:
    """A page that was opened, and what it did: console lines and errors, and addresses asked that are not on disk."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """A window of one's own, to do things in."""
    with opened(browser) as one:
        yield one


@pytest.fixture(scope="module")
def newspaper(browser: Browser, demo: Drawn) -> Iterator[Window]:
    """The newspaper of the demo, for tests that only look at it."""
    with opened(browser) as one:
        read(one, demo)
        yield one


def read(window: Window, night: Drawn) -> None:
    """Open the newspaper and wait until its last chart is drawn."""
    window.page.goto((night.folder / "index.html").as_uri())
    window.page.wait_for_selector("html[data-drawn]", state="attached")


@contextmanager
def opened(browser: Browser) -> Iterator[Window]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    one = Window(context.new_page())
    one.page.on("console", lambda message: one.said.append(message.text))
    one.page.on("pageerror", lambda error: one.said.append(str(error)))
    one.page.on("dialog", lambda dialog: one.said.append(dialog.message))
    one.page.on("request", lambda request: note(one, request.url))
    yield one
    context.close()


def faults(window: Window) -> list[str]:
    """What axe-core finds wrong with the page as it is; charts are hidden from readers, who have the finding and a table."""
    found = Axe().run(window.page, context={"exclude": [[".drawing svg"]]}).response["violations"]
    return [f"{fault['impact']}: {fault['help']}" for fault in found]


def note(window: Window, url: str) -> None:
    if not url.startswith(("file:", "data:")):
        window.asked.append(url)
