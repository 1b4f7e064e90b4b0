"""Where it is put up: behind other paths, behind proxies that know nothing of films, on restarting servers, without a network."""

import pytest
from playwright.sync_api import expect

from tests.browser.playground import (
    PATIENCE,
    TABLE,
    another_film,
    bring,
    caption,
    film,
    idle,
    picture,
    press,
    ready,
    slider,
    step,
    unbroken,
)
from tests.browser.proxy import without

RUNS = """() => { const app = document.querySelector("[data-testid=stApp]"); window.runs = 0;
    new MutationObserver(() => { if (app.dataset.testScriptState === "running" && app.dataset.testConnectionState === "CONNECTED") window.runs++; }).observe(app, {attributes: true}); }"""


def test_nothing_leaves_the_machine_on_a_tour_of_everything(visit):
    page = visit("/")
    page.get_by_role("link", name="Self-organising map").first.click()
    ready(page)
    for tab in ("Numbers", "Code", "Errata", "Theory"):
        page.get_by_role("tab", name=tab).click()
        idle(page)
    with another_film(page):
        bring(page, "mine.png", picture(), "image/png")
    with another_film(page):
        bring(page, "mine.csv", TABLE)
    page.locator(".th-tongue").click()
    idle(page)
    assert len(page.context.watch.asked) > 20
    assert any(url.startswith("ws://") for url in page.context.watch.asked)
    assert page.context.watch.strangers == []


@pytest.mark.parametrize("lost", [["/films"], ["/films", "/plotly-"]])
def test_a_host_without_our_routes_shows_the_film_all_the_same(server, visit, lost):
    with without(lost, server.port) as (url, refused):
        page = visit("/som?step=11", at=url)
        ready(page, step=11)
        assert {path.split("/")[1][:6] for path in refused} >= {route.strip("/")[:6] for route in lost}
        with another_film(page):
            slider(page, "rows").press("ArrowLeft")
        press(page, "back")
        ready(page)
        assert page.locator(".th-plot .main-svg path").count() > 100
        unbroken(page)
        page.close()


def test_a_server_that_is_restarted_brings_the_same_picture_back(fresh_server, visit):
    server = fresh_server()
    page = visit("/som?data=moons", at=server.url)
    ready(page)
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    page.fill(".th-scrub", "33")
    ready(page, step=33)
    shown, said = film(page), caption(page)
    server.stop()
    page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
    page.evaluate(RUNS)
    server.start()
    page.wait_for_function("() => window.runs > 0", timeout=PATIENCE)  # what is set before that is set back by the run
    idle(page)
    ready(page)
    assert film(page) == shown
    assert step(page) == 33
    assert caption(page) == said
    expect(slider(page, "rows")).to_have_value("11")
    unbroken(page)
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    unbroken(page)


def test_everything_works_under_a_base_path(fresh_server, visit):
    server = fresh_server(base="play")
    page = visit("/som?step=8", at=server.url)
    ready(page, step=8)
    ours = [url.split(str(server.port))[1] for url in page.context.watch.asked if "/films/" in url or "/plotly-" in url]
    assert len(ours) == 2
    assert all(path.startswith("/play/") for path in ours)
    assert page.evaluate("document.fonts.check('15px \"Plex Sans\"')")
    press(page, "more")
    assert page.locator(".th-menu a").get_attribute("href").startswith("/play/films/")
    assert page.request.get(f"http://127.0.0.1:{server.port}" + page.locator(".th-menu a").get_attribute("href")).ok
    unbroken(page)
