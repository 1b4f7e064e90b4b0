"""The page in headless Chromium: how long until there is something to see, what it weighs. `python -m benchmarks.page [visits]`.

It writes its section of RESULTS.md. `visits`: first visits alone, only printed. Each figure is the median of several tries with
its least and greatest; there is no peer, so the aims are absolute, and a busy machine makes them worse: its load is said. The
server is the real one, started anew where a figure asks for it.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from benchmarks.classroom import host
from tests.browser.chromium import launch

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "RESULTS.md"
SECTION = "## The page\n"
UP_AND_DOWN = ("downloadThroughput", "uploadThroughput")
Row = tuple[str, list[float], float, str, bool]  # what, values, aim, unit, whether less is better

# Clicks, then waits in the page itself until another film has put its first picture on the screen: milliseconds.
CHANGE = """async (selector) => {
  const stage = document.querySelector('.th-player'), film = stage.dataset.film;
  const drawn = () => stage.dataset.film !== film && +stage.dataset.step >= 0;
  const began = performance.now();
  document.querySelector(selector).click();
  while (!drawn() && performance.now() - began < 8000) await new Promise((wake) => setTimeout(wake, 2));
  return performance.now() - began;
}"""
SWITCH = """async ([selector, title]) => {
  const began = performance.now();
  document.querySelector(selector).click();
  const there = () => document.querySelector('h1')?.textContent === title;
  while (!there() && performance.now() - began < 8000) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
PLAY = """async () => {
  const stage = document.querySelector('.th-player');
  let pictures = 0;
  new MutationObserver(() => pictures++).observe(stage, {attributeFilter: ['data-step']});
  document.querySelector('.th-play').click();
  const began = performance.now();
  do await new Promise((wake) => setTimeout(wake, 20));
  while (stage.dataset.playing === 'true' && performance.now() - began < 30000);
  return [pictures, (performance.now() - began) / 1000];
}"""


@contextlib.contextmanager
def served() -> Iterator[tuple[str, float]]:
    """A fresh server: its address, and the seconds until it said it was healthy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "WORKERS"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        while not _healthy(address):
            time.sleep(0.02)
        yield address, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=10)


def _healthy(address: str) -> bool:
    try:
        return bool(urlopen(address + "/_stcore/health", timeout=1).read() == b"ok")
    except (URLError, OSError):
        return False


DRAWN = """new MutationObserver(() => {
  if (document.querySelector('.th-player')?.dataset.drawn === 'true') window.firstPicture ??= performance.now();
}).observe(document, {subtree: true, childList: true, attributeFilter: ['data-drawn']});"""


def opened(browser: Any, address: str) -> tuple[Page, float]:
    """A page on the map, and the seconds from its navigation to its first picture. `browser`: a new visitor's, or a context."""
    page = (
        browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        if hasattr(browser, "new_context")
        else browser.new_page()
    )
    page.add_init_script(DRAWN)
    page.goto(address + "/som", wait_until="commit")
    page.wait_for_function("() => window.firstPicture", polling=50, timeout=30_000)
    return page, page.evaluate("window.firstPicture") / 1000


def first_visit(browser: Any, address: str, come: Callable[[Page], float]) -> tuple[float, float, float]:
    """A browser that has nothing yet, at 10 Mbit/s and 40 ms: MB and requests in all, seconds until what is waited for."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US").new_page()
    line, sizes = page.context.new_cdp_session(page), list[float]()
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 40, **dict.fromkeys(UP_AND_DOWN, 10e6 / 8)})
    page.add_init_script(DRAWN)
    page.goto(address, wait_until="commit")
    seconds = come(page)
    page.wait_for_timeout(2000)
    page.context.close()
    return sum(sizes) / 1e6, len(sizes), seconds


def to_picture(page: Page) -> float:
    page.wait_for_function("() => window.firstPicture", polling=50, timeout=60_000)
    settle(page)
    return float(page.evaluate("window.firstPicture")) / 1000


def to_home(page: Page) -> float:
    page.wait_for_function("() => document.querySelector('h1')?.textContent", polling=50, timeout=60_000)
    return float(page.evaluate("performance.now()")) / 1000


def visits() -> list[Row]:
    """What first visits take, on a server that is warm."""
    with sync_playwright() as playwright, host() as there:
        browser = launch(playwright)
        rows = visit_rows(browser, there.address)
        browser.close()
    return rows


def visit_rows(browser: Any, address: str, tries: int = 4) -> list[Row]:
    map_ = [first_visit(browser, address + "/som", to_picture) for _ in range(tries)]
    size, requests, seconds = (list(values) for values in zip(*map_, strict=True))
    home = [first_visit(browser, address + "/", to_home)[0] for _ in range(2)]
    return [
        ("first visit to the map", size, 2.4, "MB", True),
        ("first visit to the map, requests", requests, 119, "requests", True),
        ("first visit to the map at 10 Mbit/s and 40 ms, to its picture", seconds, 3, "s", True),
        ("first visit to the home page, its film not asked for", home, 1, "MB", True),
    ]


def measure() -> list[Row]:
    """All rows."""
    health, first = [], []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        browser.new_page().close()
        for _ in range(3):
            with served() as (address, seconds):
                health.append(seconds)
                page, seconds = opened(browser, address)
                page.context.close()  # it would ask for its server for ever
                first.append(seconds)
        with host() as there:
            address = there.address
            visitor = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
            opened(visitor, address)[0].wait_for_timeout(3000)  # it stays: a browser that is warm has the scripts at hand
            warm = []
            for _ in range(7):
                page, seconds = opened(visitor, address)
                page.close()
                warm.append(seconds)
            visitor.close()
            page, _ = opened(browser, address)
            settle(page)
            computed, cached = changes(page)
            switch = switches(page)
            page.context.close()
            rate, size = played(browser, address)
            firsts = visit_rows(browser, address)
        browser.close()
    return [
        *firsts,
        ("start to healthy", health, 4, "s", True),
        ("first request on a fresh server to first picture", first, 2.6, "s", True),
        ("warm page to picture", warm, 1.3, "s", True),
        ("control to first new picture, cached", cached, 200, "ms", True),
        ("control to first new picture, computed", computed, 500, "ms", True),
        ("page switch", switch, 100, "ms", True),
        ("default film, pictures a second at 1280 px", rate, 25, "1/s", False),
        ("default film", [size], 2, "MB", True),
    ]


def settle(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('.th-player')?.dataset.state === 'ready'")
    page.wait_for_timeout(400)


def changes(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds from a click on "batch" or "one by one", with a size of the map nobody asked for before, and again."""
    computed, cached = [], []
    for number in range(5):
        page.evaluate("window.scrollTo(0, 0)")
        slider = page.locator(".st-key-som-rows").get_by_role("slider")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(1200)
        settle(page)
        radio = page.locator(".st-key-som-topology button")
        for index, into in ((1, computed), (0, cached), (1, cached), (0, cached)):
            page.evaluate(
                "(n) => document.querySelectorAll('[data-bench]').forEach((node) => node.removeAttribute('data-bench'))", number
            )
            radio.nth(index).evaluate("(node) => node.setAttribute('data-bench', 'yes')")
            into.append(page.evaluate(CHANGE, "[data-bench]"))
            settle(page)
    return computed, cached


def switches(page: Page) -> list[float]:
    """Milliseconds from a click in the menu to the other page's title."""
    values = []
    for _ in range(5):
        home = page.locator(".th-home")
        home.evaluate("(node) => node.setAttribute('data-bench', 'home')")
        values.append(page.evaluate(SWITCH, ["[data-bench=home]", "Watch machine-learning theory run."]))
        page.wait_for_timeout(800)
        page.locator(".st-key-rows [data-go=som]").evaluate("(node) => node.setAttribute('data-bench', 'som')")
        values.append(page.evaluate(SWITCH, ["[data-bench=som]", "Self-organising map"]))
        settle(page)
    return values


def played(browser: Any, address: str) -> tuple[list[float], float]:
    """Pictures a second while the default film plays as fast as it can, and its size in MB."""
    page, _ = opened(browser, address)
    settle(page)
    page.hover(".th-bar")  # the whole of it comes
    page.wait_for_timeout(1500)
    size = page.evaluate(
        "performance.getEntriesByType('resource').filter(({name}) => /films[^.]*$/.test(name)).at(-1).encodedBodySize"
    )
    for _ in range(2):
        page.locator(".th-speed").click()  # 1 → 2 → 4
    rates = []
    for _ in range(3):
        pictures, seconds = page.evaluate(PLAY)
        rates.append(pictures / seconds)
        page.wait_for_timeout(300)
    return rates, size / 1e6


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| page | median | least–greatest | aim | |", "|---|---|---|---|---|"]
    for what, values, aim, unit, less in rows:
        middle = median(values)
        met = middle <= aim if less else middle >= aim
        spread = f"{min(values):.3g}–{max(values):.3g}" if len(values) > 1 else "–"
        verdict = "met" if met else "**missed**"
        lines.append(f"| {what} | {middle:.3g} {unit} | {spread} | {'≤' if less else '≥'} {aim:g} {unit} | {verdict} |")
    return "\n".join(lines)


def write() -> str:
    """Measure, and put it in its place in RESULTS.md."""
    load, rows = os.getloadavg()[0], measure()
    said = f"`python -m benchmarks.page`, {date.today()}, {os.cpu_count()} cores, headless Chromium with software rendering, "
    said += f"load average {load:.0f} before and {os.getloadavg()[0]:.0f} after."
    text = f"{SECTION}\n{said}\n\n{table(rows)}\n\n"
    before, _, after = RESULTS.read_text(encoding="utf-8").partition(SECTION)
    rest = after[after.find("\n## ") + 1 :]
    RESULTS.write_text(before + text + rest, encoding="utf-8")
    return text


if __name__ == "__main__":
    print(table(visits()) if sys.argv[1:] == ["visits"] else write())
