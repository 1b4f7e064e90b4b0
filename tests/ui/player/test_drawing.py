"""What is drawn: the quick way and the ordinary one, themes, curves, numbers, pictures that leave."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import tests.ui.player.harness as harness
from charts import images
from charts.formula import filled, powers
from charts.numbers import short
from tests.ui.player.harness import STAGE, film, head, press, show, steps, wait


def test_the_quick_way_of_drawing_gives_the_same_picture_as_the_ordinary_one(page):
    for key, last in (("small", 11), ("map", 11)):
        show(page, key)
        wait(page, film=key, step=last)
        page.evaluate(
            "() => { window.reacts = 0; if (!window.react) { window.react = Plotly.react; Plotly.react = (...all) => { window.reacts++; return window.react(...all); }; } }"
        )
        press(page, "back", "back", "back")
        wait(page, step=last - 3)
        page.wait_for_function("window.theoria.player.panes.every(({glide}) => !glide)")  # what glides is not there yet
        assert page.evaluate("window.reacts") == 0
        quick = page.evaluate("document.querySelector('.th-plot .cartesianlayer').outerHTML")
        page.evaluate("document.documentElement.classList.add('dark')")
        wait(page, mood="dark")
        page.wait_for_function("window.reacts === 1")
        page.evaluate("document.documentElement.classList.remove('dark')")
        page.wait_for_function("window.reacts === 2")
        page.wait_for_timeout(50)
        assert shapes(page.evaluate("document.querySelector('.th-plot .cartesianlayer').outerHTML")) == shapes(quick)


def test_another_image_in_the_same_place_takes_the_quick_way(page, server):
    pictures = [images.pixels(np.full((2, 3), grey, np.uint8), (0, 1), (0, 1)) for grey in (20, 90, 160)]

    def lines(i: int) -> list[dict]:
        at, shown = steps(i, i + 1, 3)
        shown["picture"]["figure"]["data"].append(pictures[i])
        return [at, shown]

    server.films["images"] = [head(), {"total": 3}, *lines(0), *lines(1), *lines(2), {"done": True}]
    show(page, "images", start=0)
    wait(page, step=0)
    page.evaluate(
        "() => { window.reacts = 0; const react = Plotly.react; Plotly.react = (...all) => { window.reacts++; return react(...all); }; }"
    )
    for i in (1, 2, 1):
        press(page, "next" if i != 1 or page.evaluate("window.theoria.player.shown") == 0 else "back")
        wait(page, step=i)
        page.wait_for_function(
            "source => document.querySelector('.th-plot .imagelayer image').getAttribute('href') === source",
            arg=pictures[i]["source"],
        )
    assert page.evaluate("window.reacts") == 0


def shapes(svg: str) -> list[str]:
    """What is drawn where: paths, places and colours, in order."""
    return re.findall(r'(?: d| transform| href|fill|stroke|opacity)(?:=|: )"?[^";>]+', svg)


def test_colours_follow_the_theme_without_a_new_film(page, server):
    show(page, "small", "flip")
    wait(page, step=11)
    asked = len(server.asked)
    ink = "getComputedStyle(document.querySelector('.th-plot .scatterlayer .point')).fill"
    assert page.evaluate(ink) == "rgb(27, 28, 30)"
    page.evaluate("document.documentElement.classList.add('dark')")
    wait(page, mood="dark")
    page.wait_for_function(f"{ink} === 'rgb(236, 234, 229)'")
    assert len(server.asked) == asked
    assert page.evaluate("[...document.querySelectorAll('.th-plot')].map((plot) => plot.dataset.flip)") == ["false", "true"]


def test_the_curve_fills_from_the_rows_and_its_axis_fits_all_of_them(page):
    show(page, "small", start=3)
    wait(page, step=3)
    page.wait_for_function("document.querySelector('.th-plot')._fullData.slice(-3).map(({x}) => x.length).join() === '9,4,1'")
    low, high = page.evaluate("document.querySelector('.th-plot')._fullLayout.yaxis3.range")
    assert low == 0
    assert high == pytest.approx(1.08)


def test_words_that_were_empty_are_there_when_they_come(page, server):
    def lines(i: int) -> list[dict]:
        at, shown = steps(i, i + 1, 3)
        words = {"type": "scatter", "mode": "text", "x": [0, 1], "y": [1, 1], "text": [["", ""], ["a", ""], ["a", "b"]][i]}
        shown["picture"]["figure"]["data"].append(words)
        return [at, shown]

    server.films["words"] = [head(), {"total": 3}, *lines(0), *lines(1), *lines(2), {"done": True}]
    show(page, "words", start=0)
    for i, seen in enumerate(["", "a", "ab", "a", ""]):
        if i:
            press(page, "next" if i < 3 else "back")
        wait(page, step=[0, 1, 2, 1, 0][i], state="ready")
        assert "".join(page.locator(".textpoint text").all_text_contents()).replace("\u00a0", "") == seen


def test_while_an_answer_is_awaited_the_curves_do_not_show_what_is_to_come(page):
    show(page, "small", start=3, veiled=True)
    wait(page, step=3)
    lengths = "document.querySelector('.th-plot')._fullData.slice(-3).map(({x}) => x.filter((v) => v !== null).length).join()"
    page.wait_for_function(lengths + " === '0,4,1'")
    show(page, "small", start=3, veiled=False)
    page.wait_for_function(lengths + " === '9,4,1'")


def test_pictures_leave_as_svg_and_png_on_a_background(page):
    show(page, "small", "flip")
    wait(page, step=11)
    press(page, "more")
    with page.expect_download() as waiting:
        page.click("text=Picture (SVG)")
    svg = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "som-11.svg"
    assert '<rect width="100%" height="100%" fill="#FFFFFF"/>' in svg
    assert svg.count("<svg") >= 3
    press(page, "more")
    with page.expect_download() as waiting:
        page.click("text=Picture (PNG)")
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")
    press(page, "more")
    assert page.locator(".th-menu a").evaluate_all("all => all.map((a) => a.getAttribute('href'))") == [
        "/films/small.html",
        "/films/flip.html",
    ]


def test_the_player_writes_numbers_as_python_does(page, server):
    fixed = [
        (value, digits)
        for value in (0.125, -0.125, 2.5, 0.0544, -0.0001, 1.005, 2e15, -3.5e13, 7.0, 1e21)
        for digits in (0, 2, 3)
    ]
    texts = [short(3.14e-7, 2), f"0.5 · {short(1e-7)} · {short(2e-300, 4)}"]
    values = {f"v{k}": [value, digits] for k, (value, digits) in enumerate(fixed)} | {
        f"t{k}": [text, 0] for k, text in enumerate(texts)
    }
    mathml = "<math>" + "<mo>,</mo>".join(f"<mn>⟦({name})⟧</mn>" for name in values) + "</math>"
    server.films["numbers"] = film(1)
    for line in server.films["numbers"]:
        if "picture" in line:
            line["picture"] |= {"formula": mathml, "values": values, "said": f"It is {texts[0]}.", "alt": f"It is {texts[0]}."}
        if "row" in line:
            line["row"] = [0, 3.14e-7, "x"]
    show(page, "numbers")
    expect(page.locator(STAGE)).to_have_attribute("data-state", "ready")
    expect(page.locator(".th-sum math")).to_have_count(1)
    given = {name: value for name, (value, _) in values.items() if name[0] == "v"}
    ours = filled(
        mathml,
        given | {name: math.nan for name in values if name[0] == "t"},
        {name: digits for name, (_, digits) in values.items()},
    )
    expected = [powers(text) for text in texts]
    whole = page.locator(".th-formula").inner_html()
    assert whole.split("<mo>,</mo>")[: len(fixed)] == ours.split("<mo>,</mo>")[: len(fixed)]
    assert whole.removesuffix("</math>").split("<mo>,</mo>")[len(fixed) :] == expected
    assert page.locator(".th-said").inner_html() == "It is 3.1&nbsp;×&nbsp;10<sup>−7</sup>."  # on one line
    assert page.locator(".th-plot").get_attribute("aria-label") == "It is 3.1 × 10⁻⁷."


def test_a_huge_stage_takes_the_huge_layout_and_films_without_one_the_wide(page, server):
    huge = harness.WIDE | {"xaxis": {"domain": [0, 0.7]}, "xaxis2": {"domain": [0.8, 1]}}
    server.films["huge"] = [{"picture": line["picture"] | {"huge": huge}} if "picture" in line else line for line in film(2)]
    ends = "document.querySelector('.th-plot')._fullLayout.xaxis.domain[1]"
    page.set_viewport_size({"width": 1600, "height": 800})
    show(page, "huge")
    page.wait_for_function(f"document.querySelector('.th-plot')?._fullLayout && {ends} === 0.7")
    page.set_viewport_size({"width": 1000, "height": 800})
    page.wait_for_function(f"{ends} === 0.45")
    page.set_viewport_size({"width": 1600, "height": 800})
    show(page, "small")
    page.wait_for_function(f"{ends} === 0.45 && document.querySelector('.th-player').dataset.film === 'small'")


# Traces of every kind that is registered, with lists wherever a list may stand.
LISTED = """async () => {
    const list = [1, 2], words = ["a", "b"], ink = ["#111111", "#222222"], z = [[1, 2], [3, 4]], {findArrayAttributes: ours} = Plotly.PlotSchema;
    const colorbar = {tickvals: list, ticktext: words, tickformatstops: [{value: ".2f", dtickrange: [1, 2]}]};
    const marker = {color: list, size: list, symbol: ["circle", "square"], opacity: [0.5, 1], showscale: true, colorbar, line: {width: list, color: ink}};
    const points = {x: list, y: Float64Array.from(list), text: words, hovertext: words, customdata: words, ids: words, hoverlabel: {bgcolor: ink, font: {size: [9, 10]}}, hoverinfo: ["x", "y"], marker};
    const traces = [
        {type: "scatter", mode: "markers+text+lines", ...points, textfont: {color: ink}, textposition: ["top left", "bottom left"], error_y: {array: list}, line: {color: "#111111"}},
        {type: "bar", ...points, insidetextfont: {color: ink}, base: list}, {type: "heatmap", z, text: [words, words], customdata: z, colorbar}, {type: "contour", z, colorbar},
        {type: "image", z: [[[1, 2, 3], [4, 5, 6]]], customdata: z}, {type: "scattergl", mode: "markers", ...points}, {type: "scatter", x: list, y: list}];
    const gd = document.body.appendChild(document.createElement("div"));
    await Plotly.newPlot(gd, traces);
    const found = gd._fullData.map((trace) => [trace.type, ours(trace), ours.walk(trace)]);
    Plotly.purge(gd); gd.remove();
    return found; }"""


def test_plotly_is_told_of_the_lists_that_it_would_find_by_looking_everywhere(page):
    show(page, "small")
    wait(page, step=11)
    found = page.evaluate(LISTED)
    assert [kind for kind, *_ in found] == ["scatter", "bar", "heatmap", "contour", "image", "scattergl", "scatter"]
    for kind, ours, looked in found:
        assert ours == looked, kind
    assert "marker.line.color" in found[0][1]
    assert found[-1][1] == ["x", "y"]
