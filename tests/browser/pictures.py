"""Make the pictures of the home page and the README from real runs: `make screenshots`; with TOPIC=… the poster of one alone."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import hero, posters
from tests.browser.chromium import launch
from tests.browser.playground import Server

ROOT = Path(__file__).parents[2]


def main() -> None:
    topics = sys.argv[1:]
    posters.main(topics)
    if topics:
        return
    hero.write()
    server = Server()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            take(browser, server.url)
            browser.close()
    finally:
        server.stop()


def take(browser: Browser, address: str) -> None:
    """The README's picture, and what a link to the project shows."""
    page = visitor(browser, height=800)
    page.goto(address + "/som?data=xkcd&step=30")
    page.wait_for_selector("[data-state=ready][data-drawn=true]")
    page.wait_for_timeout(1000)
    page.screenshot(path=ROOT / "assets" / "theoria.png")
    social(visitor(browser, height=640), address)


def visitor(browser: Browser, height: int) -> Page:
    """A page of somebody who was never here."""
    page = browser.new_context(viewport={"width": 1280, "height": height}, locale="en-US", reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)
    return page


def social(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".th-hero[data-step]").wait_for()
    page.wait_for_timeout(2000)
    page.screenshot(path=ROOT / "assets" / "social.png")


if __name__ == "__main__":
    main()
