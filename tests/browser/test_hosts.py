"""Where it is put up: behind other paths, behind proxies that know nothing of films, on restarting servers."""

import re

from playwright.sync_api import expect

from tests.browser.playground import (
    PATIENCE,
    another_film,
    caption,
    data_box,
    film,
    idle,
    press,
    ready,
    slider,
    step,
    unbroken,
)
from tests.browser.proxy import without

RUNS = """() => { const app = document.querySelector("[data-testid=stApp]"); window.runs = 0;
    new MutationObserver(() => { if (app.dataset.testScriptState === "running" && app.dataset.testConnectionState === "CONNECTED") window.runs++; }).observe(app, {attributes: true}); }"""


def test_a_host_without_our_routes_shows_the_film_all_the_same(server, visit):
    lost = ["/films", "/plotly-", "/player-"]
    with without(lost, server.port) as (url, refused):
        page = visit("/som?step=11&data=square", at=url)
        ready(page, step=11)
        assert {path.split("/")[1][:6] for path in refused} >= {route.strip("/")[:6] for route in lost}
        assert page.locator(".th-plot .main-svg path").count() > 100
        with another_film(page):
            slider(page, "rows").press("ArrowLeft")
        press(page, "back")
        ready(page)
        assert page.locator(".th-plot .main-svg path").count() > 100
        assert page.evaluate("window.refused") == []
        unbroken(page)
        page.goto("about:blank")  # before its host is gone


def test_a_deep_link_on_a_fresh_server_under_a_base_path_opens_its_run_and_after_a_restart_the_same_picture_is_there(
    fresh_server, visit
):
    server = fresh_server(base="play", WORKERS="0")
    page = visit("/som?som.rows=7&som.topology=rectangular&som.sigma=3.5&data=moons&step=5&lang=zh&v=1", at=server.url)
    ready(page, step=5, count=61)
    assert [url for url in page.context.watch.asked if "/som/" in url] == []  # it knows where its server is
    ours = [url.split(str(server.port))[1] for url in page.context.watch.asked if re.search("/(films/|plotly-|player-)", url)]
    assert len(ours) == 3
    assert all(path.startswith("/play/") for path in ours)
    assert page.evaluate("document.fonts.check('15px \"Plex Sans\"')")
    press(page, "more")
    away = page.locator(".th-menu a").get_attribute("href")
    assert away.startswith("/play/films/")
    assert page.request.get(f"http://127.0.0.1:{server.port}{away}").ok
    page.keyboard.press("Escape")
    unbroken(page)
    assert page.inner_text("h1") == "自组织映射"
    expect(slider(page, "rows")).to_have_value("7")
    expect(slider(page, "sigma")).to_have_value("3.5")
    expect(slider(page, "cols")).to_have_value("12")
    expect(page.locator(".st-key-som-topology [aria-checked=true], .st-key-som-topology [kind*=Active]")).to_have_count(1)
    assert "300" in data_box(page).input_value()
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    page.fill(".th-scrub", "33")
    ready(page, step=33)
    shown, said = film(page), caption(page)
    server.stop()
    page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
    expect(page.locator(".th-line")).to_contain_text("服务器没有应答")
    page.evaluate(RUNS)
    server.start()
    page.wait_for_function("() => window.runs > 0", timeout=PATIENCE)  # what is set before that is set back by the run
    idle(page)
    ready(page)
    assert film(page) == shown
    assert step(page) == 33
    assert caption(page) == said
    expect(slider(page, "rows")).to_have_value("6")
    expect(page.locator(".th-line")).to_be_empty()
    page.context.set_offline(True)
    expect(page.locator(".th-line")).to_contain_text("网络已断开")
    page.context.set_offline(False)
    expect(page.locator(".th-line")).to_be_empty()
    unbroken(page)
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    unbroken(page)
