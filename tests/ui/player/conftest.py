"""One page with the player for most tests of it, and a server with the films that many of them show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import tests.ui.player.harness as harness
from tests.ui.player.harness import Server, film, opened


@pytest.fixture(scope="package")
def server() -> Server:
    server = Server()
    server.films |= {"small": film(rate=30), "other": film(6, rate=30), "flip": film(3, flip=True), "map": harness.map_film(12)}
    return server


@pytest.fixture(scope="package")
def shared(browser: Browser, server: Server) -> Page:
    return opened(browser, server)


@pytest.fixture
def page(shared: Page) -> Iterator[Page]:
    """One page for most tests, since Plotly's script takes a second to start: everything is unmounted after each."""
    yield shared
    shared.evaluate(
        "() => { Object.values(window.stops).forEach((stop) => stop()); window.theoria.shelf = []; window.events = []; document.documentElement.className = ''; document.activeElement.blur(); scrollTo(0, 0); }"
    )
    assert shared.evaluate("window.theoriaLoops") == 0
    shared.set_viewport_size({"width": 1280, "height": 800})
    shared.emulate_media(reduced_motion="no-preference")
    shared.mouse.move(5, 5)
    assert shared.problems == []


@pytest.fixture
def fresh(browser: Browser, server: Server) -> Iterator[Page]:
    page = opened(browser, server)
    yield page
    page.context.close()
