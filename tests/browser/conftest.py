"""A server for all, untouched ones on demand, and visitors whose every request is watched."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from contents import SECTIONS
from tests.browser.playground import ASKED, PATIENCE, REFUSED, Server, Shared, Watch, finished, idle, ready
from ui.text import LANGUAGES, REFERENCE, phrases, theory

BUG = re.compile("|".join(phrases(language)["errors"]["title_bug"] for language in LANGUAGES))
HERE = "http://127.0.0.1:"  # where our servers are
TOPICS = [slug for slugs in SECTIONS.values() for slug in slugs]
GONE = """address => { history.pushState({}, "", address); dispatchEvent(new PopStateEvent("popstate")); }"""  # as the way back leads there
SCRIPT = b"navigation.py"  # what a server runs for every page
TURNS = count()  # how often a page was gone to
HOME = "en-US"  # what a browser asks for, if nothing else
WINDOW: Any = {"width": 1280, "height": 800}
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def fresh_server() -> Iterator[Callable[..., Server]]:
    """Starts servers nobody has visited."""
    servers: list[Server] = []

    def start(*options: str, **more: str) -> Server:
        servers.append(Server(*options, **more))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def a_context(browser: Browser, **more: Any) -> BrowserContext:
    context = browser.new_context(viewport=WINDOW, locale=HOME, accept_downloads=True, **more)
    context.add_init_script(REFUSED)
    context.add_init_script(ASKED)
    context.set_default_timeout(PATIENCE)
    context.watch = Watch(context)
    return context


def check(context: BrowserContext) -> None:
    """No page of a context broke, none was refused what it needs, and none asked another machine for anything."""
    for page in context.pages:
        if page.url.startswith("http"):
            assert page.get_by_test_id("stException").count() == 0
            assert page.get_by_text(BUG).count() == 0
    assert context.watch.strangers == []
    assert context.watch.broken == []
    assert context.watch.refused == []


@pytest.fixture(scope="session")
def _free(browser: Browser) -> Iterator[Callable[..., list[Page]]]:
    """Pages that wait for a visitor, each in a context of its own, by what a context keeps for life."""
    free: dict[str, list[Page]] = defaultdict(list)
    yield lambda **life: free[repr(sorted(life.items()))]
    for pages in free.values():
        for page in pages:
            page.context.close()


@pytest.fixture
def visit(browser: Browser, server: Shared, _free: Callable[..., list[Page]]) -> Iterator[Callable[..., Page]]:
    """Opens a page as another visitor: visit("/som", dark=True, locale="zh-CN", width=390).

    A visitor gets the page of one who has left, with nothing of theirs but the scripts that Chromium has read: half the time.
    Who opens a file, or visits by the name of another machine, gets a new one.
    """
    taken: list[tuple[list[Page], Page, str]] = []

    def open_page(
        path: str = "/som", *, at: str | None = None, dark: bool = False, locale: str = HOME, width: int = 1280, height: int = 800,
        reduced_motion: Any = "no-preference", **more: Any,
    ) -> Page:  # fmt: skip
        address = path if "://" in path else (at or server.url) + path
        origin = "/".join(address.split("/")[:3])
        free = _free(**more) if origin.startswith(HERE) else []
        page = free.pop() if free else a_context(browser, **more).new_page()
        taken.append((free, page, origin))
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion=reduced_motion)
        if locale != HOME:
            speaks(page, locale)
        page.goto(address)
        return page

    yield open_page
    for free, page, origin in taken:
        check(page.context)
        if origin.startswith(HERE):
            leave(page, origin)
            free.append(page)
        else:
            page.context.close()


def speaks(page: Page, locale: str) -> None:
    """A browser of another language. A context has one for life; this is taken back when its visitor leaves."""
    page.spoken = page.context.new_cdp_session(page)
    page.spoken.send(
        "Emulation.setUserAgentOverride", {"userAgent": page.evaluate("navigator.userAgent"), "acceptLanguage": locale}
    )


def leave(page: Page, origin: str) -> None:
    """Nothing stays of a visitor: what was kept, allowed, put in between, noted or spoken."""
    page.goto("about:blank")
    page.unroute_all()
    line = page.context.new_cdp_session(page)
    line.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    line.detach()
    if spoken := vars(page).pop("spoken", None):
        spoken.detach()
    page.context.clear_cookies()
    page.context.clear_permissions()
    page.context.watch.forget()


@pytest.fixture(scope="session")
def _seat(browser: Browser, server: Shared) -> Iterator[dict[str, Any]]:
    context = a_context(browser)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, seat = context.new_page(), {}
    page.on("websocket", lambda line: seat.update(line=line))
    page.goto(server.url + "/som")
    ready(page)
    yield {"page": page, "seat": seat}
    context.close()


@pytest.fixture
def sit(_seat: dict[str, Any], server: Shared) -> Iterator[Callable[[str], Page]]:
    """The one open page, gone to another by its address without a reload, for tests that only look: sit("em").

    A page takes its settings from an address that is gone to, so nothing of an earlier test's is left; what a session keeps
    beside them (language, a pinned run, an experiment) a test must not touch. `sit("som").line` is its websocket.
    """
    page: Page = _seat["page"]

    def go_to(address: str) -> Page:
        if page.get_by_test_id("stException").count() or page.locator(".stApp, [data-testid=stApp]").count() != 1:
            page.goto(f"{server.url}/{address}")  # another test left it broken
        else:
            gone(page, _seat["seat"]["line"], address)
        slug = address.partition("?")[0]
        title = theory(slug, REFERENCE).title if slug in TOPICS else ""
        page.locator("h1", has_text=title).first.wait_for()
        as_at_first(page)
        finished(page)
        if slug in TOPICS:
            ready(page)
        page.line = _seat["seat"]["line"]
        return page

    yield go_to
    page.mouse.move(3, 3)
    check(page.context)


def as_at_first(page: Page) -> None:
    """Window and taste are those of a new visitor. Said once the page before has gone: it would be drawn anew for nobody."""
    if page.viewport_size != WINDOW:
        page.set_viewport_size(WINDOW)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def gone(page: Page, line: WebSocket, address: str) -> None:
    """A page gone to by its address, once the server has begun to run it.

    The message that asks for it holds the address, and so a mark of ours (which pages do not look at); the answer that begins
    a run holds the script's name. Other messages may come and go in between.
    """
    mark, asked = f"utm_id={next(TURNS)}", []
    noted = lambda message: asked.append(message) if mark.encode() in message else None  # noqa: E731
    line.on("framesent", noted)
    with line.expect_event("framereceived", lambda message: bool(asked) and SCRIPT in message, timeout=PATIENCE):
        page.evaluate(GONE, f"/{address}{'&' if '?' in address else '?'}{mark}")
    line.remove_listener("framesent", noted)


@pytest.fixture
def som(sit: Callable[[str], Page]) -> Page:
    """The map of the penguins at its last step, the mouse in the corner: a third of the default run’s points to draw."""
    page = sit("som?data=penguins")
    page.mouse.move(3, 3)
    page.evaluate("document.activeElement.blur(); document.querySelector('.th-scrub').scrollIntoView({block: 'nearest'})")
    page.keyboard.press("End")
    ready(page, step=60)
    idle(page)
    return page
