"""Many marks that lie under all else in their panel: painted on a canvas below Plotly's drawing, and seen, pointed at and saved as ever."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from scipy.ndimage import uniform_filter

import tests.ui.player.harness as harness
from tests.ui.player.harness import STAGE, Server, events, opened, press, show, spot, wait

SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross", "star"]
UNSEEN = {"gridcolor": "rgba(0,0,0,0)"}  # a grid that keeps marks off the floor
SETTLED = "window.theoria.player.panes.every(({glide}) => !glide)"


@pytest.fixture(scope="module")
def server() -> Server:
    server = Server()
    server.films |= {
        "small": harness.film(),
        "floor": crowd(),
        "drawn": crowd(off=UNSEEN),
        "pale": crowd(pale=True),
        "pale-drawn": crowd(off=UNSEEN, pale=True),
    }
    return server


@pytest.fixture(scope="module")
def shared(browser: Browser, server: Server) -> Page:
    return opened(browser, server)


def crowd(
    n: int = 160, off: dict[str, Any] | None = None, pale: bool = False, dim: float = 1, **more: Any
) -> list[dict[str, Any]]:
    """n marks in rows, of every symbol, size and colour, with rims or pale, a line and a word over them; `off`: what axes say of a grid."""
    rims, pales = [k % 3 for k in range(n)], [0.4 + 0.1 * (k % 7) for k in range(n)]
    look = {"opacity": pales if pale else dim, "line": {"color": "@ink", "width": 0 if pale else rims}}
    axis = {"range": [-1, 20], "zeroline": False} | ({"showgrid": False} if off is None else off)
    lines: list[dict[str, Any]] = [harness.head(), {"total": 3}]
    for i in range(3):
        marker = {"symbol": [SYMBOLS[k % 6] + "-open" * (k % 4 == 3) for k in range(n)], "size": [8 + k % 7 for k in range(n)], "color": [f"@c{k % 5 + 1}" for k in range(n)]} | look  # fmt: skip
        at = [k % 20 + 0.5 * i for k in range(n)], [float(k // 20) for k in range(n)]
        data = [
            {"type": "scatter", "mode": "markers", "x": at[0], "y": at[1], "marker": marker, "meta": {"link": "unit", "click": "unit"}, "hovertemplate": "unit %{pointNumber}<extra></extra>"},
            {"type": "scatter", "mode": "lines", "x": [0, 10, None, 3, 4, 5, None, 0, 19], "y": [0, 7, None, 12, 13, 12, None, 6.5, 6.5], "line": {"color": "@ink"}, "hoverinfo": "skip"},
            {"type": "scatter", "mode": "text", "x": [10], "y": [15], "text": ["a word"], "hoverinfo": "skip"},
        ]  # fmt: skip
        layout = {"xaxis": axis | {"anchor": "y"}, "yaxis": axis | {"anchor": "x"}} | more
        lines += [
            harness.row(i),
            harness.picture(i, figure={"data": data, "layout": layout}, wide={}, narrow={}, alone={}, series=[]),
        ]
    return [*lines, {"done": True}]


def at(page: Page, key: str, step: int) -> None:
    show(page, key, start=step)
    wait(page, step=step, film=key, state="ready")
    page.evaluate("document.fonts.ready")


def seen(page: Page) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(page.locator(".th-plot").screenshot())).convert("RGB"), float)


def floor(page: Page) -> bytes:
    return page.evaluate("document.querySelector('.th-floor').toDataURL()").encode()


@pytest.mark.parametrize(
    ("painted", "drawn", "mood"), [("floor", "drawn", ""), ("floor", "drawn", "dark"), ("pale", "pale-drawn", "")]
)
def test_what_is_painted_looks_as_what_plotly_draws(page, painted, drawn, mood):
    page.evaluate("mood => { document.documentElement.className = mood; }", mood)
    pictures = []
    for key, points in ((painted, 0), (drawn, 160)):
        at(page, key, 1)
        page.wait_for_selector(f"{STAGE}[data-mood={mood or 'light'}]")
        assert page.locator(".th-plot .point").count() == points
        assert page.locator(".th-floor").count() == (points == 0)
        page.wait_for_timeout(50)
        pictures.append(seen(page))
    smooth = [uniform_filter(one, (3, 3, 0)) for one in pictures]  # the two smooth their edges otherwise
    assert (np.abs(pictures[1] - pictures[1][2, 2]).max(-1) > 40).mean() > 0.03  # so much is ink
    assert np.abs(smooth[0] - smooth[1]).max() < 40


def test_the_floor_lies_below_the_lines_and_words(page):
    at(page, "floor", 0)
    assert page.evaluate("document.querySelector('.th-plot .svg-container').firstElementChild.className") == "th-floor"
    assert page.evaluate("getComputedStyle(document.querySelector('.th-plot .main-svg')).position") == "absolute"


def test_marks_on_the_floor_are_pointed_at_ringed_and_clicked(page):
    at(page, "floor", 0)
    page.mouse.move(*spot(page, 7, 2))
    page.wait_for_selector(".hovertext")
    assert page.text_content(".hovertext") == "unit 47"
    page.wait_for_selector(".th-ring")
    page.mouse.click(*spot(page, 7, 2))
    page.wait_for_function("window.events.length")
    assert [event["index"] for event in events(page, "click")] == [47]


def test_marks_on_the_floor_glide_with_the_rest_and_arrive(page):
    at(page, "floor", 1)
    arrived = floor(page)
    press(page, "back")
    wait(page, step=0)
    page.wait_for_function(SETTLED)
    page.evaluate("""() => { window.floors = new Set(); window.theoria.player.handed = -Infinity;
        const look = () => { window.floors.add(document.querySelector(".th-floor").toDataURL()); window.looking = requestAnimationFrame(look); }; look(); }""")
    before = floor(page)
    press(page, "next")
    wait(page, step=1)
    page.wait_for_function(SETTLED)
    page.evaluate(
        "() => { cancelAnimationFrame(window.looking); window.floors.add(document.querySelector('.th-floor').toDataURL()); }"
    )
    assert floor(page) == arrived != before
    assert page.evaluate("window.floors.size") > 3


def test_the_floor_has_the_colours_of_the_theme_and_goes_with_its_film(page):
    at(page, "floor", 0)
    light = floor(page)
    page.evaluate("document.documentElement.className = 'dark'")
    page.wait_for_function("light => document.querySelector('.th-floor').toDataURL() !== light", arg=light.decode())
    show(page, "small")
    wait(page, step=11, film="small", state="ready")
    assert page.locator(".th-floor").count() == 0
    assert page.locator(".th-plot .point").count() > 9


def test_a_saved_picture_has_the_floor_under_its_lines(page):
    at(page, "floor", 0)
    press(page, "more")
    with page.expect_download() as waiting:
        page.click("text=Picture (SVG)")
    svg = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert svg.index("<image") < svg.index("js-line")
    with_marks = len(set(re.findall(r"base64,([\w+/=]+)", svg)))
    assert with_marks == 1


def test_a_small_copy_of_the_picture_has_the_floor_too(page):
    at(page, "floor", 0)
    page.evaluate("data => window.mount(data, 'share')", {"kind": "mini", "words": harness.WORDS})
    page.evaluate("scrollTo(0, 1000)")
    page.wait_for_selector("#share canvas")
    painted = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((v, k) => k % 4 === 3 && v).length"
    assert page.eval_on_selector("#share canvas", painted) > 0.9 * page.eval_on_selector(".th-plot .th-floor", painted) > 500


@pytest.mark.parametrize(
    "crowded",
    [
        pytest.param(crowd(n=140), id="few marks"),
        pytest.param(crowd(off={}), id="lines of a grid"),
        pytest.param(crowd(dim=0.5), id="rims that fade"),
        pytest.param(crowd(shapes=[{"type": "rect", "x0": 0, "x1": 5, "y0": 0, "y1": 5, "layer": "below"}]), id="a shape below"),
    ],
)
def test_marks_that_are_few_or_do_not_lie_lowest_stay_plotlys(page, server, crowded):
    server.films["crowded"] = crowded
    at(page, "crowded", 0)
    assert page.locator(".th-floor").count() == 0
    assert page.locator(".th-plot .point").count() >= 140


def test_a_line_with_gaps_is_one_element_of_the_page(page):
    at(page, "floor", 0)
    paths = page.evaluate("[...document.querySelectorAll('.th-plot .js-line')].map((path) => path.getAttribute('d'))")
    assert [path.count("M") for path in paths] == [3]
    press(page, "next")
    wait(page, step=1)
    page.wait_for_function(SETTLED)
    assert page.evaluate("[...document.querySelectorAll('.th-plot .js-line')].map((path) => path.getAttribute('d'))") == paths
