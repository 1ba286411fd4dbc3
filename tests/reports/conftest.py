"""Nights to draw, their pages, and a real browser to open them in."""

import shutil
from collections.abc import Iterator
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
    """A night on 600 songs of the demo, drawn with covers from a stand-in."""
    root = tmp_path_factory.mktemp("demo")
    night = demo_night(Home(root), songs=600)
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("these tests open the pages in Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Window:
    """A page that was opened, and what it did: console lines and errors, and addresses asked that are not on disk."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    opened = Window(context.new_page())
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.page.on("dialog", lambda dialog: opened.said.append(dialog.message))
    opened.page.on("request", lambda request: note(opened, request.url))
    yield opened
    context.close()


def faults(window: Window) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    return [f"{fault['impact']}: {fault['help']}" for fault in Axe().run(window.page).response["violations"]]


def note(opened: Window, url: str) -> None:
    if not url.startswith(("file:", "data:")):
        opened.asked.append(url)
