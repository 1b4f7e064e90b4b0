"""The picture in the real page: pointing, clicking, keys, films in a row, numbers, colours."""

import csv
import re

from playwright.sync_api import expect

from tests.browser.playground import (
    another_film,
    count,
    film,
    go,
    heard_by_python,
    light,
    on_the_error_curve,
    press,
    ready,
    saved,
    slider,
    spot,
    step,
    unbroken,
)
from tests.hostile import MARKUP

FORMULA = ".th-sum"


def test_pointing_at_a_unit_rings_it_in_both_panels_and_puts_its_numbers_in_the_formula(som):
    for panel, unit in (("2", 30), ("", 100)):
        before = som.text_content(FORMULA)
        som.mouse.move(*spot(som, panel, unit))
        som.wait_for_function("before => document.querySelector('.th-sum').textContent !== before", arg=before)
        rings = som.locator(".th-ring").evaluate_all("""rings => { const X = document.querySelector(".th-plot")._fullLayout.xaxis2;
            return rings.map((ring) => parseFloat(ring.style.left) >= X._offset); }""")
        assert {True, False} == set(rings)
        assert som.locator(".th-ring").count() < 60
        assert step(som) == 60
    som.mouse.move(3, 3)
    expect(som.locator(".th-ring")).to_have_count(0)


def test_pointing_never_moves_time_and_a_click_on_the_error_goes_to_its_picture(som):
    som.mouse.move(*on_the_error_curve(som, 20))
    som.wait_for_selector(".th-plot .hoverlayer .hovertext, .th-plot .hoverlayer .axistext", state="attached")
    assert step(som) == 60
    som.mouse.click(*on_the_error_curve(som, 20))
    ready(som, step=20)
    som.mouse.move(3, 3)
    som.mouse.move(*on_the_error_curve(som, 45))
    som.wait_for_timeout(100)
    assert step(som) == 20
    som.mouse.click(*on_the_error_curve(som, 45))  # a picture that is yet to come
    ready(som, step=45)


def test_a_click_on_a_cell_reaches_python_and_the_film_plays_on(som):
    shown = film(som)
    som.mouse.move(*spot(som, "2", 50))
    som.wait_for_selector(".th-ring")
    with heard_by_python(som, som.line):
        som.mouse.click(*spot(som, "2", 50))
    assert step(som) == 60
    press(som, "play")
    ready(som, playing="true")
    som.mouse.move(*spot(som, "2", 51))
    with heard_by_python(som, som.line):
        som.mouse.click(*spot(som, "2", 51))
    at = step(som)
    som.wait_for_function("at => +document.querySelector('.th-player').dataset.step > at", arg=at)
    assert som.get_attribute(".th-player", "data-playing") == "true"
    assert film(som) == shown
    press(som, "play")  # it has been seen to play
    unbroken(som)


def test_keys_step_play_and_jump_but_not_while_somebody_types(som):
    for key, to in (("ArrowLeft", 59), ("ArrowLeft", 58), ("ArrowRight", 59), ("Home", 0), ("End", 60)):
        som.keyboard.press(key)
        ready(som, step=to)
    som.keyboard.press("Space")
    ready(som, playing="true")
    som.keyboard.press("Space")
    ready(som, playing="false")
    som.keyboard.press("End")
    ready(som, step=60)
    opener = som.get_by_text("Place a new sample", exact=True)
    opener.click()
    field = som.locator(".st-key-som-place input")
    field.click()
    for key in ("4", "Space", "ArrowLeft", "Home", "Delete", "Delete"):
        field.press(key)
    som.wait_for_timeout(100)
    assert step(som) == 60
    assert som.get_attribute(".th-player", "data-playing") == "false"
    expect(field).to_have_value("")
    opener.click()


def test_arrow_keys_on_the_figure_move_a_cursor_that_is_read_out(som):
    som.focus(".th-plot")
    heard = []
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "PageDown"):
        before = som.inner_text(".th-live")
        som.keyboard.press(key)
        som.wait_for_function("before => document.querySelector('.th-live').textContent.trim() !== before", arg=before.strip())
        heard.append(som.inner_text(".th-live"))
        expect(som.locator(".th-ring").first).to_be_visible()
    assert all(any(digit in words for digit in "0123456789") for words in heard)
    assert step(som) == 60
    som.keyboard.press("Escape")
    expect(som.locator(".th-ring")).to_have_count(0)
    som.keyboard.press("ArrowLeft")
    ready(som, step=59)


def test_films_in_a_row_share_one_figure_and_one_loop_and_leaving_ends_it(sit):
    page = sit("som?som.rows=5&som.cols=4&som.steps=500&data=square")
    page.evaluate("""() => { document.querySelector(".js-plotly-plot").mine = "plot"; document.querySelectorAll(".js-plotly-plot .main-svg").forEach((svg) => svg.mine = "svg");
        document.querySelector(".th-player").mine = "stage"; window.removed = 0;
        new MutationObserver((all) => all.forEach(({removedNodes}) => removedNodes.forEach((node) => window.removed += node.mine ? 1 : 0))).observe(document.body, {childList: true, subtree: true}); }""")
    kept = """() => [document.querySelector(".th-player").mine, document.querySelector(".js-plotly-plot").mine, document.querySelectorAll(".js-plotly-plot").length,
        [...document.querySelectorAll(".js-plotly-plot .main-svg")].filter((svg) => svg.mine === "svg").length > 0, window.theoriaLoops, window.removed]"""
    for change in ("ArrowLeft", "ArrowLeft", "ArrowRight"):
        with another_film(page):
            slider(page, "rows").press(change)
        assert page.evaluate(kept) == ["stage", "plot", 1, True, 1, 0]
    expect(slider(page, "rows")).to_have_value("4")
    page.locator(".th-home").click()
    expect(page.get_by_role("heading", name="Watch machine-learning theory run.")).to_be_visible()
    expect(page.locator(".th-player")).to_have_count(0)
    assert page.evaluate("window.theoriaLoops") == 0
    page.locator(".st-key-rows [data-go=som]").click()
    ready(page)
    assert page.evaluate("window.theoriaLoops") == 1
    expect(slider(page, "rows")).to_have_value("4")
    unbroken(page)


def test_a_close_look_shows_the_sub_steps_and_the_whole_comes_back(sit):
    page = sit("som?som.rows=5&som.cols=4&data=square")
    go(page, 12)
    whole = film(page)
    with another_film(page):
        page.get_by_role("button", name="Look closely here").click()
    page.keyboard.press("Home")
    ready(page, step=0)
    phases = []
    for k in range(1, 5):
        page.keyboard.press("ArrowRight")
        ready(page, step=k)
        phases.append(page.inner_text(".th-phase"))
    joined = " ".join(phases)
    assert joined.index("draw") < joined.index("match") < joined.index("pull")
    assert count(page) > 100
    assert "Step 60" in joined  # picture 12 of this run is step 600
    with another_film(page):
        page.get_by_role("button", name="Back to the whole").click()
    assert film(page) == whole
    expect(page.get_by_role("button", name="Look closely here")).to_be_visible()
    unbroken(page)


def test_the_table_has_a_row_for_every_picture_and_a_row_leads_to_its_picture(som):
    som.get_by_role("tab", name="Numbers").click()
    som.wait_for_function("() => document.activeElement === document.body")  # a tab that was clicked lets go of the arrows
    som.keyboard.press("ArrowLeft")
    ready(som, step=59)
    rows = som.locator(".th-numbers tr[data-i]")
    expect(rows).to_have_count(count(som))
    rows.nth(5).click()
    ready(som, step=5)
    expect(som.locator(".th-numbers tr[aria-current]")).to_have_attribute("data-i", "5")
    som.keyboard.press("ArrowRight")
    ready(som, step=6)
    som.get_by_role("tab", name="Theory").click()


def test_numbers_and_picture_can_be_saved(som, tmp_path):
    go(som, 30)
    rows = list(csv.reader(saved(som, "Numbers (CSV)", tmp_path).read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 62
    assert rows[0][0] == "step"
    assert rows[31][0] == "1500"
    picture = saved(som, "Picture (SVG)", tmp_path)
    assert picture.name == "som-30.svg"
    svg = picture.read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert svg.count("<path") > 100
    assert "@" not in svg.replace("@font-face", "").replace("@import", "")  # every role has become a colour


def test_a_saved_film_plays_without_server_and_network_and_runs_nothing_but_its_own_scripts(som, visit, tmp_path):
    file = saved(som, "Film (one HTML file)", tmp_path)
    page = visit(file.as_uri(), offline=True)
    ready(page, step=60)
    for key, to in (("ArrowLeft", 59), ("Home", 0), ("ArrowRight", 1)):
        before = page.inner_html(".th-plot .cartesianlayer")
        page.keyboard.press(key)
        ready(page, step=to)
        assert page.inner_html(".th-plot .cartesianlayer") != before
    press(page, "play")
    page.wait_for_function("() => +document.querySelector('.th-player').dataset.step > 3")
    assert page.inner_text("h1") == "Self-organising map"
    expect(page.locator(".th-code [data-shown=true] > p").first).to_have_text("walk · engine/learning/som/rules.py")
    expect(page.locator(".th-code [aria-current=step]").last).to_have_text(re.compile("W \\+= gap.*→"))
    assert [url for url in page.context.watch.asked if url.startswith("http")] == []
    assert page.context.watch.refused == []
    evil, stage = file.with_name("evil.html"), '<div id="stage">'
    whole = file.read_text(encoding="utf-8")
    assert stage in whole
    evil.write_text(whole.replace(stage, f"{MARKUP}<script>window.hacked = 1</script>{stage}", 1), encoding="utf-8")
    page.goto(evil.as_uri())
    ready(page)
    page.wait_for_function("() => document.querySelector('img[src=x]').complete")
    assert page.evaluate("window.hacked") is None
    assert page.context.watch.refused
    page.context.watch.refused.clear()  # as it should


def test_the_dark_theme_has_light_ink_and_a_change_of_theme_keeps_the_step(sit):
    page = sit("som?data=penguins")
    page.emulate_media(color_scheme="dark")
    go(page, 20)
    ready(page, step=20, mood="dark")
    assert light(page, ".th-plot", "backgroundColor") < 60
    assert light(page, ".th-plot .xtick text", "fill") > 120
    assert light(page, ".th-phase", "color") > 150
    page.keyboard.press("ArrowRight")
    ready(page, step=21)
    shown = film(page)
    page.emulate_media(color_scheme="light")
    ready(page, mood="light", step=21)
    page.wait_for_function(
        "() => parseInt(getComputedStyle(document.querySelector('.th-plot .xtick text')).fill.match(/\\d+/)) < 140"
    )
    assert light(page, ".th-plot", "backgroundColor") > 220
    page.emulate_media(color_scheme="dark")
    ready(page, mood="dark", step=21)
    assert film(page) == shown
    assert page.evaluate("window.theoriaLoops") == 1
