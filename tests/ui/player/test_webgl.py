"""Large graphs with WebGL, without it, and where it is promised and not kept."""

from pathlib import Path

from playwright.sync_api import Page

import tests.ui.player.harness as harness
from charts import theme
from tests.ui.player.harness import STAGE, events, head, press, show, spot, wait

OWN = "const own = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind === '2d' ? own.call(this, kind, ...more) : "


PROMISED_WEBGL = "() => {" + OWN + "this.isConnected ? null : {getExtension: () => ({loseContext() {}})}; }; }"


def flat_film() -> list[dict]:
    """Two nodes and an edge with a gap, as a large graph has them; in the second picture the nodes change places."""
    axes = {"xaxis": {"range": [0, 4]}, "yaxis": {"range": [0, 4]}}
    lines = []
    for x in ([1, 3], [3, 1]):
        line = {"type": "scattergl", "mode": "lines", "x": [1, 3, None, 1], "y": [1, 1, None, 3], "line": {"color": "@c3", "width": 8}, "hoverinfo": "skip"}  # fmt: skip
        marker = {"size": 20, "color": [0, 5], "colorscale": [[0, "@c1"], [1, "@c2"]], "cmin": 0, "cmax": 10, "symbol": "circle"}
        nodes = {
            "type": "scattergl",
            "mode": "markers",
            "x": x,
            "y": [2, 2],
            "marker": marker,
            "meta": {"link": "unit", "click": "unit"},
        }
        nodes["hovertemplate"] = "node %{pointNumber}, class %{marker.color}<extra></extra>"
        picture = harness.picture(0, figure={"data": [line, nodes], "layout": axes}, wide={}, narrow={}, series=[])
        lines += [harness.row(0), picture]
    return [head(), {"total": 2}, *lines, {"done": True}]


def pixel(page: Page, x: float, y: float) -> list[int]:
    """The colour on the canvas at a place of the plot."""
    return page.evaluate(
        """([x, y]) => { const gd = document.querySelector(".th-plot"), sheet = gd.querySelector(".th-sheet"), {xaxis: X, yaxis: Y, width} = gd._fullLayout, r = sheet.width / width;
        return [...sheet.getContext("2d").getImageData(r * (X._offset + X.d2p(x)), r * (Y._offset + Y.d2p(y)), 1, 1).data]; }""", [x, y])  # fmt: skip


def rgb(*colours: str) -> list[int]:
    """The mean of colours, opaque."""
    parts = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in colours]
    return [int(sum(part) / len(part) + 0.5) for part in zip(*parts, strict=True)] + [255]


def test_without_webgl_marks_are_an_image_in_the_same_place_and_are_pointed_at_and_saved(page, server):
    assert page.evaluate("document.createElement('canvas').getContext('webgl')") is None
    server.films["flat"] = flat_film()
    show(page, "flat", start=0)
    wait(page, step=0, state="ready")
    assert page.inner_text(".th-plain") == harness.WORDS["plain"]
    assert pixel(page, 2, 1) == rgb(theme.LIGHT["c3"])
    assert pixel(page, 1, 2) == rgb(theme.LIGHT["c1"])
    assert pixel(page, 3, 2) == rgb(theme.LIGHT["c1"], theme.LIGHT["c2"])
    assert pixel(page, 2, 2) == pixel(page, 2, 3) == [0, 0, 0, 0]
    press(page, "next")
    wait(page, step=1)
    page.evaluate("document.documentElement.className = 'dark'")
    page.wait_for_selector(STAGE + "[data-mood=dark]")
    page.wait_for_function(
        "colour => document.querySelector('.th-plot').layout.template.layout.font.color === colour", arg=theme.DARK["ink2"]
    )
    page.wait_for_timeout(100)
    assert pixel(page, 3, 2) == rgb(theme.DARK["c1"])
    page.mouse.move(*spot(page, 1, 2))
    page.wait_for_selector(".hovertext")
    assert page.text_content(".hovertext") == "node 1, class 5"
    page.mouse.click(*spot(page, 1, 2))
    page.wait_for_function("window.events.length")
    assert [event["index"] for event in events(page, "click")] == [1]
    press(page, "more")
    with page.expect_download() as waiting:
        page.click("text=Picture (SVG)")
    assert "<image" in Path(waiting.value.path()).read_text(encoding="utf-8")
    show(page, "small")
    wait(page, step=11, film="small")
    assert page.locator(".th-sheet").count() == 0
    assert page.is_hidden(".th-plain")


def test_webgl_that_is_promised_and_not_kept_never_shows_plotlys_own_words(fresh, server):
    server.films["flat"] = flat_film()
    fresh.evaluate(PROMISED_WEBGL)
    show(fresh, "flat", start=1)
    wait(fresh, step=1, state="ready")
    assert fresh.locator(".no-webgl").count() == 0
    assert pixel(fresh, 3, 2) == rgb(theme.LIGHT["c1"])
    fresh.mouse.move(*spot(fresh, 1, 2))
    fresh.wait_for_selector(".th-ring")
