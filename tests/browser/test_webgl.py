"""A graph too large for SVG, under our policy: drawn by WebGL where there is one, else as an image."""

from playwright.sync_api import Page, expect
from scipy.spatial import cKDTree

from charts import theme
from engine import data
from engine.graphs.gcn.messages import layout
from tests.browser.chromium import another
from tests.browser.conftest import a_context, check
from tests.browser.playground import idle, ready, saved
from ui.text import phrases

LARGE = "/gcn?data=large&gcn.epochs=4"
NODE = """k => { const gd = document.querySelector(".th-plot"), box = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, {x, y} = gd._fullData.find(({meta}) => meta?.link === "node");
    return [box.left + xaxis._offset + xaxis.d2p(x[k]), box.top + yaxis._offset + yaxis.d2p(y[k])]; }"""  # fmt: skip
COLOURS = """([name, colours]) => { const canvas = document.querySelector(name), {width, height} = canvas, pen = Object.assign(document.createElement("canvas"), {width, height}).getContext("2d");
    pen.drawImage(canvas, 0, 0);
    const {data} = pen.getImageData(0, 0, width, height), wanted = colours.map((hex) => parseInt(hex.slice(1), 16)), found = colours.map(() => 0);
    for (let k = 0; k < data.length; k += 4) { const at = wanted.indexOf(data[k] * 65536 + data[k + 1] * 256 + data[k + 2]); if (at >= 0 && data[k + 3] === 255) found[at]++; }
    return found; }"""  # fmt: skip


def alone() -> int:
    """The node farthest from its nearest: no other is meant."""
    places = layout(data.sample("large"))
    return int(cKDTree(places).query(places, 2)[0][:, 1].argmax())


def drawn(page: Page, canvas: str, palette: theme.Palette) -> int:
    """How many pixels the rarest colour of the four classes has on a canvas."""
    page.wait_for_selector(canvas, state="attached")
    return min(page.evaluate(COLOURS, [canvas, [palette[f"c{k}"] for k in range(1, 5)]]))


def points_at(page: Page, node: int) -> str:
    """What the label says of a node under the mouse."""
    page.locator(".th-plot").scroll_into_view_if_needed()
    x, y = page.evaluate(NODE, node)
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    return page.locator(".hovertext").first.text_content()


def test_with_webgl_a_large_graph_is_drawn_by_it_under_the_policy(browser, server, tmp_path):
    chromium = another(browser)
    try:
        context = a_context(chromium)
        page = context.new_page()
        page.goto(server.url + LARGE)
        ready(page)
        assert page.locator(".no-webgl, .th-sheet").count() == 0
        expect(page.locator(".th-plain")).to_be_hidden()
        assert drawn(page, ".gl-canvas-context", theme.LIGHT) > 10
        assert "<image" in saved(page, "SVG", tmp_path).read_text(encoding="utf-8")
        check(context)
    finally:
        chromium.close()


def test_without_webgl_a_large_graph_is_an_image_in_the_colours_of_the_theme_that_can_be_pointed_at(visit):
    page = visit(LARGE + "&lang=zh", dark=True)
    ready(page)
    assert page.evaluate("document.createElement('canvas').getContext('webgl')") is None
    assert page.locator(".no-webgl, .gl-canvas").count() == 0
    expect(page.locator(".th-plain")).to_have_text(phrases("zh")["player"]["plain"])
    assert drawn(page, ".th-sheet", theme.DARK) > 10
    node = alone()
    assert str(node) in points_at(page, node)
    page.emulate_media(color_scheme="light")
    page.wait_for_selector(".th-player[data-mood=light]")
    idle(page)
    ready(page)
    assert drawn(page, ".th-sheet", theme.LIGHT) > 10
