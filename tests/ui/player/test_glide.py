"""What two neighbouring pictures share glides from the one to the other, and nothing is left of it afterwards."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import tests.ui.player.harness as harness
from tests.ui.player.harness import Server, film, opened, press, remember_steps, show, wait

SETTLED = "window.theoria.player.panes.every(({glide}) => !glide)"
DRAWN = "[...document.querySelectorAll('.th-plot .main-svg')].map((svg) => svg.outerHTML).join('')"
# Whether a picture that has just been drawn glides, and every place its marks are seen at.
WATCH = """() => { const stage = document.querySelector(".th-player"); window.glides = []; window.ways = new Set();
    new MutationObserver(() => window.glides.push(Boolean(window.theoria.player.panes[0].glide))).observe(stage, {attributes: true, attributeFilter: ["data-step"]});
    new MutationObserver((all) => all.forEach(({target}) => window.ways.add(target.getAttribute("d") + target.getAttribute("transform")))).observe(stage, {subtree: true, attributes: true, attributeFilter: ["d", "transform"]}); }"""
SLOW = "() => { window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 90); window.cancelAnimationFrame = clearTimeout; }"


@pytest.fixture(scope="module")
def server() -> Server:
    server = Server()
    server.films |= {"shapes": shapes(), "slow": film(6, rate=4)}
    return server


@pytest.fixture(scope="module")
def shared(browser: Browser, server: Server) -> Page:
    return opened(browser, server)


def shapes(n: int = 4) -> list[dict[str, Any]]:
    """Everything that can glide: marks by index, words, an area with a gap, bars, an image that changes and one that travels."""
    lines: list[dict[str, Any]] = [harness.head(), {"total": n}]
    for i in range(n):
        order = [(k + i) % 4 for k in range(4)]
        image = {"type": "heatmap", "xaxis": "x2", "yaxis": "y2", "showscale": False, "hoverinfo": "skip"}
        data = [
            {"type": "scatter", "mode": "markers+text", "x": [k + i / 5 for k in order], "y": [0.5] * 4, "text": list("abcd"), "meta": {"link": "unit", "index": order}},
            {"type": "scatter", "mode": "lines", "fill": "toself", "x": [0, 1, 1, None, 2, 3, 3], "y": [1, 1 + i / 9, 2, None, 1, 1, 2 + i / 9]},
            {"type": "bar", "x": [0, 1], "y": [1 + i, 3 - i / 2], "xaxis": "x3", "yaxis": "y3"},
            {**image, "z": [[i, 1], [2, 3]], "zmin": 0, "zmax": 3, "opacity": 0.6},
            {**image, "z": [[1, 0], [0, 1]], "x0": 2 + i / 3, "colorscale": [[0, "@c1"], [1, "@c2"]]},
            {"type": "scatter", "mode": "markers", "x": [i], "y": [3], "marker": {"symbol": "square"}, "meta": {"still": True}},
        ]  # fmt: skip
        axes = {
            f"{name}axis{k}": {"range": [-0.5, 4.5], "anchor": f"{other}{k}"}
            for k in ("", "2", "3")
            for name, other in ("xy", "yx")
        }
        lines += [harness.row(i), harness.picture(i, n, figure={"data": data, "layout": axes}, series=[])]
    return [*lines, {"done": True}]


def at(page: Any, key: str, step: int) -> None:
    show(page, key, start=step)
    wait(page, step=step, film=key, state="ready")
    page.evaluate(WATCH)
    page.evaluate("window.theoria.player.handed = -Infinity")  # no hand was felt for a while


def test_a_step_glides_and_leaves_the_picture_as_it_is_drawn_at_once(page):
    plain, written = [], 0
    at(page, "shapes", 0)
    for step in range(4):
        page.evaluate("window.ways.clear()")
        page.fill(".th-scrub", str(step))
        wait(page, step=step)
        assert page.evaluate(SETTLED)
        plain.append(page.evaluate(DRAWN))
        written = max(written, page.evaluate("window.ways.size"))
    assert len(set(plain)) == 4
    press(page, "first")
    wait(page, step=0)
    for step in range(1, 4):
        page.evaluate("window.theoria.player.handed = -Infinity; window.ways.clear()")
        press(page, "next")
        wait(page, step=step)
        page.wait_for_function(SETTLED)
        assert page.evaluate("window.glides.at(-1)")
        assert page.evaluate("window.ways.size") > written
        assert page.evaluate(DRAWN) == plain[step]


def test_a_glide_that_is_overtaken_leaves_nothing(page):
    at(page, "shapes", 0)
    page.fill(".th-scrub", "2")
    wait(page, step=2)
    plain = page.evaluate(DRAWN)
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.evaluate("window.theoria.player.handed = -Infinity")
        page.keyboard.press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    wait(page, step=2)
    page.wait_for_function(SETTLED)
    assert page.evaluate(DRAWN) == plain


@pytest.mark.parametrize("how", ["scrubbing", "haste", "a jump", "reduced motion"])
def test_nothing_glides_where_nobody_looks_at_single_steps(page, how):
    at(page, "shapes", 0)
    if how == "reduced motion":
        page.emulate_media(reduced_motion="reduce")
        press(page, "next")
    elif how == "haste":
        page.evaluate("window.theoria.player.handed = Infinity")
        press(page, "next")
    else:
        page.fill(".th-scrub", "1" if how == "scrubbing" else "3")
    wait(page, step=3 if how == "a jump" else 1)
    assert page.evaluate("window.glides") == [False]


def test_a_playing_film_shows_every_picture_though_it_glides(page):
    at(page, "slow", 0)
    remember_steps(page)
    press(page, "play")
    wait(page, step=5, playing="false")
    assert page.evaluate("window.seen") == [1, 2, 3, 4, 5]
    assert page.evaluate("window.glides[0]")


def test_a_film_plays_without_gliding_where_the_machine_is_too_slow_for_it(browser, server):
    slow = opened(browser, server)
    slow.evaluate(SLOW)
    show(slow, "slow", start=0)
    wait(slow, step=0, state="ready")
    slow.evaluate(WATCH)
    press(slow, "play")
    wait(slow, step=5, playing="false")
    glides = slow.evaluate("window.glides")
    assert glides[:2] == [True, True]
    assert glides[3:] == [False, False]  # the third has begun where a draw overtook a glide before its end was seen
    slow.evaluate("window.theoria.player.handed = -Infinity")
    press(slow, "back")
    wait(slow, step=4)
    assert slow.evaluate("window.glides.at(-1)")  # a single step may always
    slow.context.close()
