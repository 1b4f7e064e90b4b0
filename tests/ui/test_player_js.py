"""The player in a real browser, on films that come whole, slowly, torn, or not at all."""

import base64
import csv
import gzip
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import tests.ui.player_harness as harness
from charts import theme
from charts.formula import filled, powers
from charts.numbers import short
from runtime import script
from tests.ui.player_harness import Server, Stream, error_at, film, head, show, steps

STAGE = ".th-player"


@pytest.fixture(scope="module")
def server() -> Server:
    server = Server()
    server.films |= {"small": film(rate=30), "other": film(6, rate=30), "flip": film(3, flip=True), "map": harness.map_film(12)}
    return server


def opened(browser: Browser, server: Server, **more: object) -> Page:
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | more).new_page()
    page.problems = []
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    page.goto(server.url)
    page.wait_for_function("window.ready")
    return page


@pytest.fixture(scope="module")
def shared(browser: Browser, server: Server) -> Page:
    return opened(browser, server)


@pytest.fixture
def page(shared: Page) -> Iterator[Page]:
    """One page for most tests, since Plotly's script takes a second to start: everything is unmounted after each."""
    yield shared
    shared.evaluate(
        "() => { Object.values(window.stops).forEach((stop) => stop()); window.events = []; document.documentElement.className = ''; document.activeElement.blur(); scrollTo(0, 0); }"
    )
    assert shared.evaluate("window.theoriaLoops") == 0
    shared.set_viewport_size({"width": 1280, "height": 800})
    shared.emulate_media(reduced_motion="no-preference")
    shared.mouse.move(5, 5)
    assert shared.problems == []


@pytest.fixture
def fresh(browser: Browser, server: Server) -> Iterator[Page]:
    page = opened(browser, server)
    yield page
    page.context.close()


def wait(page: Page, **hooks: object) -> None:
    """Until the stage says so: wait(page, step=3, state="ready")."""
    page.wait_for_selector(STAGE + "".join(f'[data-{name}="{value}"]' for name, value in hooks.items()), timeout=40_000)


def step(page: Page) -> int:
    return int(page.get_attribute(STAGE, "data-step"))


def press(page: Page, *names: str) -> None:
    for name in names:
        page.click(f".th-player .th-{name}")


def events(page: Page, kind: str) -> list[dict]:
    return [value for name, value in page.evaluate("window.events") if name == "event" and value["kind"] == kind]


def spot(page: Page, x: float, y: float, axes: str = "") -> tuple[float, float]:
    """Where a point of the first plot is on the screen."""
    return tuple(page.evaluate(
        """([x, y, k]) => { const gd = document.querySelector(".th-plot"), box = gd.getBoundingClientRect(), X = gd._fullLayout["xaxis" + k], Y = gd._fullLayout["yaxis" + k];
        return [box.left + X._offset + X.l2p(x), box.top + Y._offset + Y.l2p(y)]; }""", [x, y, axes]))  # fmt: skip


def remember_steps(page: Page) -> None:
    page.evaluate("""() => { window.seen = []; const stage = document.querySelector(".th-player");
        new MutationObserver(() => window.seen.push(+stage.dataset.step)).observe(stage, {attributes: true, attributeFilter: ["data-step"]}); }""")


def packed(lines: list[dict]) -> str:
    return base64.b64encode(gzip.compress(b"".join(map(harness.packed, lines)))).decode()


# ---- opening and playing


def test_a_finished_film_opens_on_its_last_picture_and_rests(page):
    show(page, "small")
    wait(page, step=11, state="ready", count=12, playing="false", film="small")
    assert page.inner_text(".th-phase") == "Step 11"
    assert page.inner_html(".th-said") == "Unit <b>2</b> moves."
    assert page.text_content(".th-sum") == "w=0.20·(−0.5)=−0.100"
    assert page.get_attribute(".th-plot", "aria-label") == "Alt text of step 11."
    assert page.inner_text(".th-live") == "Alt text of step 11."


def test_the_step_of_a_link_is_shown_first(page):
    show(page, "small", start=4)
    wait(page, step=4, state="ready")
    show(page, "other", start=99)
    wait(page, step=5, film="other")


def test_play_at_the_end_starts_from_the_start_and_shows_every_picture(page):
    show(page, "small")
    wait(page, step=11)
    remember_steps(page)
    press(page, "play")
    wait(page, step=11, playing="false")
    assert page.evaluate("window.seen") == list(range(12))


def test_autoplay_plays_from_the_start_unless_the_system_wants_no_motion(page):
    show(page, "small", autoplay=True)
    wait(page, playing="true")
    wait(page, step=11, playing="false")
    page.emulate_media(reduced_motion="reduce")
    show(page, "other", autoplay=True)
    wait(page, step=0, playing="false", film="other")


def test_buttons_and_keys_step_and_a_field_keeps_its_own_keys(page):
    show(page, "small")
    wait(page, step=11)
    press(page, "back", "back")
    wait(page, step=9)
    page.keyboard.press("ArrowRight")
    wait(page, step=10)
    page.keyboard.press("Home")
    wait(page, step=0)
    assert page.is_disabled(".th-back")
    press(page, "last")
    wait(page, step=11)
    page.focus("#field")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.wait_for_timeout(80)
    assert step(page) == 11
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    wait(page, playing="true")
    page.keyboard.press("Space")
    wait(page, playing="false")


def test_the_track_scrubs_and_speed_and_loop_take_effect(page):
    show(page, "small")
    wait(page, step=11)
    page.fill(".th-scrub", "3")
    wait(page, step=3)
    remember_steps(page)
    press(page, "speed", "speed", "loop", "play")
    assert page.inner_text(".th-speed") == "4×"
    page.wait_for_function("window.seen.includes(11) && window.seen.lastIndexOf(0) > window.seen.indexOf(11)")
    press(page, "play")
    wait(page, playing="false")
    assert page.locator(".th-ticks i").count() == 3


# ---- growing


def test_a_growing_film_is_followed_until_a_hand_touches_it(page, server):
    growing = server.films["grow"] = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "grow")
    wait(page, step=2, state="running", count=3)
    assert page.inner_text(".th-note") == "computing 2 / 11"
    growing.say(*steps(3, 6))
    wait(page, step=5)
    press(page, "back")
    wait(page, step=4)
    growing.say(*steps(6, 8))
    wait(page, count=8, step=4)
    page.wait_for_function(
        "document.querySelector('.th-plot')._fullData.at(-3).x.length === 4"
    )  # the future of the curve grows though time stands still
    growing.say(*steps(8, 12), {"done": True})
    wait(page, state="ready", step=4)


def test_a_growing_film_goes_to_the_step_of_the_link_as_soon_as_it_has_come(page, server):
    growing = server.films["later"] = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "later", start=4)
    wait(page, count=3)
    growing.say(*steps(3, 7))
    wait(page, count=7, step=4)


def opening(at: int, n: int = 12, **more: Any) -> list[dict[str, Any]]:
    """A film up to the picture that its page opens at, its run done."""
    course = {"step": [10 * i for i in range(n)], "error": [error_at(i) for i in range(n)]}
    return [head(**more), {"total": n}, {"course": course}, {"at": at}, *steps(at, at + 1, n)]


def curve(page) -> int:
    return page.evaluate("document.querySelector('.th-plot')._fullData.at(-2).x.length")


def test_the_picture_that_a_page_opens_at_stands_there_with_its_curves_and_the_others_are_not_asked_for(page, server):
    early = server.films["early"] = Stream()
    early.say(*opening(11))
    show(page, "early")
    wait(page, step=11, state="ready", count=12)
    assert page.inner_text(".th-note") == ""  # nothing is being computed
    assert page.inner_text(".th-count") == "11 / 11"
    assert curve(page) == 12
    assert page.evaluate("document.querySelectorAll('.th-ticks i').length") == 11  # where its steps begin
    page.wait_for_timeout(200)
    assert server.asked.count("/films/early") == 1
    with page.expect_request("**/films/early"):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelector('.th-count').textContent === '9 / 11'")  # there is where it goes
    early.say(*steps(0, 6))
    page.wait_for_timeout(200)
    assert page.get_attribute(".th-player", "data-step") == "11"
    early.say(*steps(6, 11), {"done": True})
    wait(page, step=9, state="ready", count=12)
    assert curve(page) == 10
    assert "moves" in page.inner_text(".th-said")


def test_a_film_that_rests_plays_from_its_start_as_its_pictures_come(page, server):
    early = server.films["early2"] = Stream()
    early.say(*opening(5, 6, rate=30))
    show(page, "early2")
    wait(page, step=5, count=6)
    press(page, "play")
    early.say(*steps(0, 3, 6))
    wait(page, step=2, playing="true")
    early.say(*steps(3, 5, 6), {"done": True})
    wait(page, step=5, state="ready", playing="false")


def test_a_film_opened_elsewhere_than_at_its_early_picture_asks_for_its_own(page, server):
    early = server.films["early3"] = Stream()
    early.say(*opening(5, 6), *steps(0, 2, 6))
    show(page, "early3", start=3)
    early.say(*steps(2, 5, 6), {"done": True})
    wait(page, step=3, state="ready", count=6)


def test_a_film_whose_curves_come_with_its_pictures_alone_is_asked_for_whole_at_once(page, server):
    early = opening(5, 6)
    del early[2]["course"]["error"]
    server.films["early5"] = [*early, *steps(0, 5, 6), {"done": True}]
    show(page, "early5")
    wait(page, step=5, count=6, state="ready")
    assert curve(page) == 6


def test_the_table_and_the_file_of_numbers_are_whole_though_the_film_rests(page, server):
    server.films["early4"] = [*opening(5, 6), *steps(0, 5, 6), {"done": True}]
    show(page, "early4")
    wait(page, step=5, count=6)
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.wait_for_selector("#numbers tr[data-i='5']", state="attached")
    assert page.locator("#numbers tr[data-i]").count() == 6


def test_a_waiting_film_says_how_many_runs_are_ahead(page, server):
    waiting = server.films["wait"] = Stream()
    waiting.say(head(), {"queued": 3})
    show(page, "wait")
    wait(page, state="queued")
    expect(page.locator(".th-veil")).to_contain_text("3 runs are ahead")
    waiting.say(*steps(0, 2), {"done": True})
    wait(page, state="ready", step=1)
    expect(page.locator(".th-veil")).to_be_hidden()


def test_the_old_picture_stays_while_a_new_film_opens_in_the_same_figure(page, server):
    show(page, "small")
    wait(page, step=11)
    page.evaluate(
        """() => { const gd = document.querySelector(".th-plot"); gd.mine = true; window.plots = 0; const plot = Plotly.newPlot; Plotly.newPlot = (...all) => { window.plots++; return plot(...all); }; }"""
    )
    slow = server.films["slow"] = Stream()
    slow.say(head())
    show(page, "slow")
    wait(page, state="opening", film="slow", step=-1)
    page.wait_for_timeout(600)
    assert page.locator(".th-plot .point").count() > 9
    assert float(page.evaluate("getComputedStyle(document.querySelector('.th-plot')).opacity")) == pytest.approx(0.45)
    expect(page.locator(".th-veil")).to_be_hidden()
    slow.say(*steps(0, 2), {"done": True})
    wait(page, state="ready", film="slow", step=1)
    assert page.evaluate("document.querySelector('.th-plot').mine && window.plots === 0")


def test_a_rerun_with_the_same_film_keeps_playing_and_another_start_goes_there(page, server):
    server.films["steady"] = film(16)
    show(page, "steady", autoplay=True)
    page.wait_for_function("+document.querySelector('.th-player').dataset.step >= 2")
    asked = len(server.asked)
    show(page, "steady", autoplay=True, words=harness.WORDS | {"play": "Los"})
    assert page.get_attribute(STAGE, "data-playing") == "true"
    wait(page, step=15, playing="false")
    assert page.get_attribute(".th-play", "aria-label") == "Los"
    show(page, "steady", start=5, nonce=1)
    wait(page, step=5)
    press(page, "next")
    show(page, "steady", start=5, nonce=1, link="https://theoria.example/other")
    wait(page, step=6)
    page.wait_for_timeout(60)
    assert step(page) == 6
    assert len(server.asked) == asked


def test_only_one_loop_runs_and_none_is_left_after_the_page_is_gone(page, server):
    endless = server.films["endless"] = Stream()
    endless.say(head(), *steps(0, 2))
    for key in ("small", "other", "flip", "small", "endless"):
        show(page, key)
        wait(page, film=key)
    wait(page, step=1, state="running")
    assert page.evaluate("window.theoriaLoops") == 1
    page.evaluate("window.unmount('player')")
    assert page.evaluate("[window.theoriaLoops, document.querySelectorAll('.th-player').length, window.theoria.player]") == [
        0,
        0,
        None,
    ]
    for i in range(2, 40):  # the server notices at one of the next lines that nobody reads
        endless.say(*steps(i, i + 1))
        page.wait_for_timeout(10)
    assert server.reading["/films/endless"] == 0
    page.keyboard.press("ArrowLeft")
    show(page, "small")
    wait(page, step=11)
    assert page.evaluate("window.theoriaLoops") == 1


# ---- pointing


def test_pointing_rings_the_same_thing_in_every_panel_and_fills_the_formula_and_time_stands_still(page):
    show(page, "small")
    wait(page, step=11)
    page.mouse.move(*spot(page, 1.22, 1.11))  # unit 4
    expect(page.locator(".th-ring")).to_have_count(2)
    assert page.locator(".th-cell").count() == 1
    assert "0.40" in page.text_content(".th-sum")
    page.mouse.move(*spot(page, 0, 1, "2"))  # cell 3: no silent point there belongs to it
    page.wait_for_function("document.querySelector('.th-sum').textContent.includes('0.30')")
    page.mouse.move(*spot(page, 0, 0, "2"))  # cell 0: the point, the cell and two silent points
    expect(page.locator(".th-ring")).to_have_count(4)
    page.mouse.move(5, 5)
    expect(page.locator(".th-ring")).to_have_count(0)
    assert "0.20" in page.text_content(".th-sum")
    assert step(page) == 11


def test_a_click_on_a_curve_goes_to_that_picture_and_a_click_on_a_thing_tells_the_page(page):
    show(page, "small")
    wait(page, step=11)
    page.mouse.click(*spot(page, 40, harness.error_at(4), "3"))
    wait(page, step=4)
    page.mouse.move(*spot(page, 70, harness.error_at(7), "3"))
    page.wait_for_timeout(80)
    page.mouse.click(*spot(page, 70, harness.error_at(7), "3"))  # a point of the future is a door, too
    wait(page, step=7)
    page.mouse.click(*spot(page, 1.14, 1.07))
    page.wait_for_function("window.events.length")
    assert events(page, "click") == [{"kind": "click", "name": "unit", "index": 4, "step": 7}]


def test_arrow_keys_on_the_figure_move_over_points_and_enter_chooses(page):
    show(page, "small", start=0)
    wait(page, step=0)
    page.focus(".th-plot")
    page.keyboard.press("ArrowRight")  # comes in where the formula is: unit 0
    expect(page.locator(".th-ring")).to_have_count(4)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".th-live")).to_have_text("unit 4, x 1.00")
    page.keyboard.press("Enter")
    page.wait_for_function("window.events.length")
    assert events(page, "click")[0]["index"] == 4
    page.keyboard.press("PageDown")
    expect(page.locator(".th-live")).to_have_text("cell 1, 1")
    assert step(page) == 0
    page.keyboard.press("Escape")
    expect(page.locator(".th-ring")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    wait(page, step=1)


# ---- drawing


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
        wait(page, step=[0, 1, 2, 1, 0][i])
        assert "".join(page.locator(".textpoint text").all_text_contents()).replace("\u00a0", "") == seen


def test_while_an_answer_is_awaited_the_curves_do_not_show_what_is_to_come(page):
    show(page, "small", start=3, veiled=True)
    wait(page, step=3)
    lengths = "document.querySelector('.th-plot')._fullData.slice(-3).map(({x}) => x.filter((v) => v !== null).length).join()"
    page.wait_for_function(lengths + " === '0,4,1'")
    show(page, "small", start=3, veiled=False)
    page.wait_for_function(lengths + " === '9,4,1'")


def test_two_films_move_in_lock_step_and_the_shorter_waits_at_its_end(page):
    show(page, "small", "other")
    wait(page, step=11, film="small,other", count=12)
    assert page.locator(".th-pane").count() == 2
    assert page.locator(".th-name").all_inner_texts() == ["film small", "film other"]
    assert page.locator(".th-phase").all_inner_texts() == ["Step 11", "Step 5"]
    page.fill(".th-scrub", "2")
    wait(page, step=2)
    assert page.locator(".th-phase").all_inner_texts() == ["Step 2", "Step 2"]
    boxes = [pane.bounding_box() for pane in page.locator(".th-plot").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    show(page, "small")
    wait(page, film="small", step=11)
    assert page.locator(".th-pane").count() == 1


def dense(n: int) -> list[dict]:
    """A film whose steps are half as far apart as those of the others."""
    lines = film(n, rate=30)
    for i, line in enumerate(line for line in lines if "row" in line):
        line["row"][0] = 5 * i
    return lines


def test_two_films_whose_steps_do_not_match_stand_at_the_same_part_and_that_is_said(page, server):
    server.films["dense"] = dense(23)
    lock = page.locator(".th-lock")
    show(page, "small", "dense")
    wait(page, step=22, film="small,dense", count=23)
    expect(lock).to_have_text(harness.WORDS["lock_part"])
    assert page.locator(".th-phase").all_inner_texts() == ["Step 11", "Step 22"]
    for at, phases in ((0, ["Step 0", "Step 0"]), (10, ["Step 5", "Step 10"]), (20, ["Step 10", "Step 20"])):
        page.fill(".th-scrub", str(at))
        wait(page, step=at)
        assert page.locator(".th-phase").all_inner_texts() == phases
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.locator(".th-numbers tr[data-i='3']").first.click()  # the third picture of the first film
    wait(page, step=6)
    assert page.locator(".th-when").all_inner_texts() == ["Step 3", "Step 6"]
    show(page, "small", "other")
    wait(page, film="small,other", step=11)
    expect(lock).to_have_text(harness.WORDS["lock_step"])


def test_of_two_films_the_main_panels_stand_beside_each_other_and_on_a_phone_one_above_the_other(page):
    for width, beside in ((1280, True), (700, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 800})
        show(page, "small", "other")
        wait(page, step=11, film="small,other")
        page.wait_for_function("beside => document.querySelector('.th-panes').dataset.beside === String(beside)", arg=beside)
        boxes = [view.bounding_box() for view in page.locator(".th-view").all()]
        assert (boxes[0]["y"] == boxes[1]["y"]) == beside
        panels = "() => [...document.querySelectorAll('.th-plot')].map(({_fullLayout}) => Object.keys(_fullLayout._plots).join())"
        assert page.evaluate(panels) == ["xy", "xy"]
        assert page.locator(".th-caption:visible").count() == 1
        assert (
            page.locator(".th-versus").evaluate_all(
                "all => all.filter((one) => one.scrollWidth > one.parentElement.clientWidth).length"
            )
            == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_films_share_a_scale_where_it_says_the_same_of_both(page, server):
    reach = "() => [...document.querySelectorAll('.th-plot')].map(({_fullLayout: {xaxis, yaxis}}) => [xaxis.range, yaxis.range])"
    server.films["far"], server.films["named"] = film(4), film(4)
    for line in server.films["far"] + server.films["named"]:
        if "picture" in line:
            line["picture"]["figure"]["layout"]["xaxis"] = {"range": [2, 9], "anchor": "y"}
    for line in server.films["named"]:
        if "picture" in line:
            line["picture"]["figure"]["layout"]["xaxis"]["title"] = {"text": "another quantity"}
    show(page, "small", "far", start=2)
    wait(page, step=2, film="small,far")
    assert page.evaluate(reach) == [[[-0.5, 9], [-0.5, 3.5]]] * 2
    show(page, "small", "named", start=2)
    wait(page, step=2, film="small,named")
    assert page.evaluate(reach) == [[[-0.5, 3.5], [-0.5, 3.5]], [[2, 9], [-0.5, 3.5]]]


@pytest.mark.parametrize(
    ("now", "pinned", "said", "gap"),
    [
        (0.523, 0.61, ("0.523", "0.610"), "−0.087"), (0.6104, 0.61, ("0.610", "0.610"), "0.000"), (12, 9, ("12", "9"), "+3"),
        (0.83, 0.78, ("83\u00a0%", "78\u00a0%"), "+5\u00a0%"), (0.83, 0.78, ("83%", "78%"), "+5%"), (2e-9, 5e-9, ("2 × 10⁻⁹", "5 × 10⁻⁹"), "−3 × 10−9"),
        (None, 0.61, ("–", "0.610"), "–"), ("7 × 7", "3 × 3", ("7 × 7", "3 × 3"), "–"),
    ],
)  # fmt: skip
def test_the_caption_of_two_films_says_what_lies_between_their_metrics(page, server, now, pinned, said, gap):
    for key, value, text in zip("ab", (now, pinned), said, strict=True):
        lines = [head(), {"row": [0, value, ""]}, harness.picture(0, metrics=[["error", text], ["only here" + key, "1"]])]
        server.films[key] = [*lines, {"done": True}]
    show(page, "a", "b")
    wait(page, step=0, film="a,b")
    rows = [row.locator("td").all_inner_texts() for row in page.locator(".th-versus tbody tr").all()]
    assert [row[0] for row in rows] == [page.evaluate("text => text.replace(/10⁻⁹/, '10−9')", text) for text in said] + [gap]
    assert [row[1] for row in rows] == ["1", "–", "–"]
    assert page.locator(".th-versus tbody th").all_inner_texts() == ["now", "pinned", "now − pinned"]


def test_the_table_says_what_lies_between_the_numbers_that_are_shown(page):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    show(page, "small", "other")
    wait(page, step=11)
    page.fill(".th-scrub", "8")
    wait(page, step=8)
    rows = page.locator(".th-both tr")
    assert rows.locator("th").all_inner_texts() == ["now", "pinned", "difference"]
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert [row[0] for row in cells] == ["80", "50", "30"]  # the shorter one waits at its end
    assert cells[2][1] == short(error_at(8) - error_at(5), 5)
    show(page, "small")
    wait(page, film="small")
    expect(page.locator(".th-both")).to_have_count(0)


def test_the_pin_tells_the_page_and_a_pinned_run_is_only_looked_at(page):
    show(page, "small")
    expect(page.locator(".th-pin")).to_be_hidden()  # where there is nothing to pin with, as in a saved film
    show(page, "small", pinned=False)
    wait(page, step=11)
    press(page, "pin")
    page.wait_for_function("window.events.some(([, {kind}]) => kind === 'pin')")
    show(page, "small", pinned=True)
    expect(page.locator(".th-lock")).to_have_text(harness.WORDS["pin_waits"])
    show(page, "small", "other", pinned=True)
    wait(page, step=11, film="small,other")
    page.evaluate("""() => { const gd = document.querySelectorAll(".th-plot")[1], box = gd.getBoundingClientRect(), X = gd._fullLayout.xaxis, Y = gd._fullLayout.yaxis;
        window.at = [box.left + X._offset + X.l2p(gd.data[0].x[4]), box.top + Y._offset + Y.l2p(gd.data[0].y[4])]; }""")
    page.mouse.click(*page.evaluate("window.at"))
    page.wait_for_timeout(200)
    assert events(page, "click") == []
    press(page, "pin")
    page.wait_for_function("window.events.some(([, {kind}]) => kind === 'unpin')")


# ---- when things go wrong


def test_a_run_that_diverged_stays_at_its_last_picture_and_explains_itself(page, server):
    server.films["far"] = [
        head(),
        {"total": 12},
        *steps(0, 4),
        {"error": {"title": "The map ran away", "text": "α &lt; 1 is <b>enough</b>.", "diverged": True}},
    ]
    show(page, "far")
    wait(page, state="error", step=3)
    assert page.inner_text(".th-phase") == "! The map ran away"
    assert page.inner_text(".th-said") == "α < 1 is enough."
    assert page.get_attribute(".th-plot", "aria-label") == "The map ran away. α < 1 is enough."
    expect(page.locator(".th-sum")).to_be_hidden()
    press(page, "back")
    wait(page, step=2)
    assert page.inner_text(".th-phase") == "Step 2"


def test_a_run_without_a_picture_says_why(page, server):
    server.films["none"] = [head(), {"error": {"title": "Too big", "text": "Take fewer units.", "diverged": False}}]
    show(page, "none")
    wait(page, state="error")
    expect(page.locator(".th-veil")).to_have_text(re.compile("Too big.*Take fewer units.", re.S))


def test_a_forgotten_film_is_asked_for_again_and_the_picture_stays(page, server):
    show(page, "small")
    wait(page, step=11)
    show(page, "lost")
    page.wait_for_function("window.events.length")
    assert [event["film"] for event in events(page, "gone")] == ["lost"]
    assert page.locator(".th-plot .point").count() > 9
    server.films["lost"] = film(4)
    show(page, "lost", nonce=1)
    wait(page, film="lost", step=3, state="ready")
    assert len(events(page, "gone")) == 1


@pytest.mark.parametrize(
    "answer", [(404, "text/html", "<h1>no</h1>"), (200, "text/html", "<h1>Streamlit</h1>"), (502, "text/plain", "")]
)
def test_a_host_without_our_routes_is_told_once_and_the_page_hands_the_film_over(page, server, answer):
    server.films["host"] = answer
    show(page, "host")
    page.wait_for_function("window.events.length")
    page.wait_for_timeout(1100)
    assert events(page, "inline") == [{"kind": "inline", "films": ["host"], "plotly": False}]
    show(page, "host", inline={"films": {"host": packed(film(5))}, "plotly": None})
    wait(page, film="host", step=4, state="ready")


def test_a_server_that_says_nothing_is_a_host_without_our_routes(page, server):
    page.route("**/films/mute*", lambda route: None)
    show(page, "mute")
    page.wait_for_function("window.events.length", timeout=5000)
    assert events(page, "inline") == [{"kind": "inline", "films": ["mute"], "plotly": False}]


def test_a_missing_plotly_script_is_handed_over_by_the_page(fresh):
    page = fresh
    show(page, "small", plotly="/nothing.js")
    page.wait_for_function("window.events.length")
    assert events(page, "inline") == [{"kind": "inline", "films": [], "plotly": True}]
    show(
        page,
        "small",
        plotly="/nothing.js",
        inline={"films": {}, "plotly": base64.b64encode(gzip.compress(script.FILE.read_bytes(), 1)).decode()},
    )
    wait(page, step=11, state="ready")


def test_a_torn_stream_keeps_its_picture_and_is_read_again(page, server):
    torn = server.films["torn"] = Stream()
    torn.say(head(), {"total": 12}, *steps(0, 4))
    show(page, "torn")
    wait(page, step=3, state="running")
    server.films["torn"] = film()
    torn.tear()
    wait(page, step=11, state="ready")
    assert events(page, "inline") == []


# ---- the companions


def test_the_table_follows_the_film_and_leads_to_its_steps(page, server):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    expect(page.locator(".th-empty")).to_be_visible()
    growing = server.films["table"] = Stream()
    growing.say(head(), *steps(0, 3))
    show(page, "table")
    expect(page.locator(".th-numbers tr[data-i]")).to_have_count(3)
    growing.say(*steps(3, 5), {"done": True})
    expect(page.locator(".th-numbers tr[aria-current]")).to_have_text(re.compile("^4"))
    assert page.locator(".th-numbers thead th").all_inner_texts() == ["Picture", "step", "error", "=kind"]
    assert page.locator(".th-numbers tr[data-i='1'] td").all_inner_texts() == ["10", "0.8333", 'a "1"']
    page.click(".th-numbers tr[data-i='1']")
    wait(page, step=1)
    expect(page.locator(".th-numbers tr[aria-current]")).to_have_attribute("data-i", "1")
    page.keyboard.press("ArrowDown")
    page.focus(".th-numbers tr[data-i='2']")
    page.keyboard.press("Enter")
    wait(page, step=2)
    show(page, "other")
    expect(page.locator(".th-numbers tr[data-i]")).to_have_count(6)
    page.evaluate("window.unmount('player')")
    expect(page.locator(".th-empty")).to_be_visible()


def test_the_lines_that_make_the_picture_are_lit_one_function_at_a_time(page, server):
    parts, made = ["", "draw", "move", "draw"], {"draw": [0, [1]], "move": [1, [1, 2]]}
    functions = [{"name": name, "file": "a.py", "lines": [[0, "def <i>f</i>():"], [4, "one"], [4, "two"]]} for name in "fg"]
    pictures = [line for i, part in enumerate(parts) for line in (harness.row(i), harness.picture(i, 4, part=part))]
    server.films["parts"] = [head(), {"total": 4}, *pictures, {"done": True}]
    words = harness.WORDS | {"code_whole": "Whole."}
    page.evaluate("data => window.mount(data, 'numbers')", {"kind": "code", "words": words})
    show(page, "parts", start=0, code={"functions": functions, "parts": made, "says": []})
    wait(page, step=0)
    expect(page.locator(".th-code [aria-current=step]")).to_have_count(0)
    expect(page.locator(".th-code .th-invite")).to_have_text(re.compile("Whole. *Look closely here"))
    for k, lit in ((1, ["one"]), (2, ["one", "two"]), (3, ["one"])):
        press(page, "next")
        wait(page, step=k)
        expect(page.locator(".th-code [data-shown=true] [aria-current=step]")).to_have_text(lit)
        expect(page.locator(".th-code [data-shown=true] > p")).to_have_text("g · a.py" if k == 2 else "f · a.py")
        expect(page.locator(".th-code [aria-current=step]")).to_have_count(len(lit))
        assert page.inner_text(".th-code aside .th-sum") == page.inner_text(".th-player .th-sum")
        expect(page.locator(".th-code .th-invite")).to_be_hidden()
    press(page, "first")
    wait(page, step=0)
    page.click(".th-code .th-invite button")
    page.wait_for_function("window.events.some(([, value]) => value.kind === 'closer')")


SAID = ".th-column [data-shown=true] li span"


def test_values_stand_beside_the_lines_and_those_of_earlier_parts_of_the_step_stay_grey(page, server):
    parts = ["", "match", "pull", "match"]
    lines = [[0, "def f():"], [4, "winner = 1"], [4, "W += 2"]]
    code = {
        "functions": [{"name": "f", "file": "a.py", "lines": lines}],
        "parts": {"match": [0, [1]], "pull": [0, [2]]},
        "says": [[0, 1, "u = ⟦error⟧", 12], [0, 2, "⟦before⟧ → ⟦after⟧", 9]],
    }
    values = {"before": [[0.25] * 9, 2], "after": [[0.5 + k for k in range(9)], 2]}
    pictures = [
        line
        for i, part in enumerate(parts)
        for line in (harness.row(i), harness.picture(i, 4, part=part, step=i - i // 2, values=values))
    ]
    server.films["says"] = [head(), {"total": 4}, *pictures, {"done": True}]
    page.set_viewport_size({"width": 1600, "height": 900})
    show(page, "says", start=0, code=code)
    wait(page, step=0)
    expect(page.locator(".th-column")).to_be_hidden()
    press(page, "more")
    page.get_by_text("Code beside the picture").click()
    expect(page.locator(".th-column")).to_be_visible()
    stage = page.locator(STAGE).bounding_box()
    column = page.locator(".th-column").bounding_box()
    assert column["x"] > stage["x"] + stage["width"]
    assert column["height"] == pytest.approx(stage["height"], abs=1)
    places = page.locator(".th-column li").evaluate_all("(all) => all.map((line) => line.offsetTop)")
    for k, (winner, moved, lit) in enumerate(
        [
            ("", "", []),
            ("u = 0.8333", "", ["winner = 1"]),
            ("u = 0.8333", "0.25 → 2.50", ["W += 2"]),
            ("u = 0.625", "", ["winner = 1"]),
        ]
    ):
        if k:
            press(page, "next")
        wait(page, step=k)
        expect(page.locator(SAID)).to_have_text([winner, moved])
        expect(page.locator(f"{SAID}[data-now=true]")).to_have_text([moved or winner] if k else [])
        expect(page.locator(".th-column [aria-current=step] code")).to_have_text(lit)
        assert page.locator(".th-column li").evaluate_all("(all) => all.map((line) => line.offsetTop)") == places
    page.set_viewport_size({"width": 1400, "height": 900})
    expect(page.locator(".th-column")).to_be_hidden()
    page.evaluate("() => { delete window.theoria.code.page; }")


def test_numbers_leave_as_csv_that_no_spreadsheet_takes_for_a_formula(page):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    show(page, "other")
    wait(page, step=5)
    with page.expect_download() as waiting:
        page.click(".th-numbers .th-text")
    assert waiting.value.suggested_filename == "som.csv"
    rows = list(csv.reader(Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[:3] == [["step", "error", "'=kind"], ["0", "1", "'=1+1"], ["10", "0.8333", 'a "1"']]
    assert len(rows) == 7


def test_the_link_follows_the_step_and_is_selected_where_copying_is_not_allowed(fresh):
    page = fresh
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("data => window.mount(data)", {"kind": "share", "words": harness.WORDS})
    show(page, "small")
    wait(page, step=11)
    assert page.input_value(".th-share input") == "https://theoria.example/som?v=1&som.rows=5"
    press(page, "back")
    wait(page, step=10)
    assert page.input_value(".th-share input") == "https://theoria.example/som?v=1&som.rows=5&step=10"
    page.click(".th-share button")
    expect(page.locator(".th-share p")).to_have_text(harness.WORDS["select_hint"])
    assert page.evaluate("window.getSelection().toString()").endswith("step=10")
    press(page, "more")
    page.click("text=Copy link to this step")
    assert page.input_value(".th-linkbox input") == "https://theoria.example/som?v=1&som.rows=5&step=10"
    assert page.evaluate("document.activeElement.selectionEnd") == len(page.input_value(".th-linkbox input"))
    page.keyboard.press("Escape")
    expect(page.locator(".th-linkbox")).to_be_hidden()


def test_the_link_and_a_report_are_copied_where_that_is_allowed(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, "small", version="0123456789")
    wait(page, step=11)
    press(page, "more")
    page.click("text=Copy link to this step")
    expect(page.locator(".th-note")).to_have_text("link copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("&step=11")
    press(page, "more")
    page.click("text=Something wrong here?")
    expect(page.locator(".th-note")).to_have_text("report copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[:3] == ["Theoria 0123456789", "https://theoria.example/som?v=1&som.rows=5&step=11", "Step 11 / 11"]
    assert f"error: {error_at(11)}" in lines
    assert lines[-1].startswith("CPU · 1280×800 · light · ")


PLACES = "[...document.querySelectorAll('.th-bar > *')].filter((one) => one.offsetWidth).map((one) => [one.className, one.getBoundingClientRect().x, one.offsetWidth])"


def test_the_word_for_the_device_moves_nothing_in_the_row_and_says_why_it_is_off(page):
    word, seen = page.locator(".th-device"), []
    for gpu, there in ((False, True), (True, True), (False, False)):
        show(page, "small", device={"gpu": gpu, "there": there, "said": "None here."})
        wait(page, step=11)
        assert word.get_attribute("aria-pressed") == str(gpu).lower()
        seen.append(page.evaluate(PLACES))
        word.click(force=True)
        page.wait_for_timeout(150)
    assert seen[0] == seen[1] == seen[2]
    assert [event["gpu"] for event in events(page, "device")] == [True, False]  # where there is none nothing is asked for
    expect(page.locator(".th-linkbox")).to_have_text("None here.")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(word).to_be_hidden()
    press(page, "more")
    item = page.locator(".th-menu .th-item", has_text="Compute on the GPU")
    assert item.get_attribute("aria-disabled") == "true"
    item.click(force=True)
    expect(page.locator(".th-linkbox")).to_have_text("None here.")
    page.keyboard.press("Escape")


def test_a_link_to_a_step_that_the_run_has_not_shows_the_last_and_says_so(page):
    page.evaluate("history.replaceState(null, '', '?step=99999')")
    show(page, "small", start=99999)
    wait(page, step=11)
    expect(page.locator(".th-beyond")).to_have_text("Asked for 99999, ends at 11.")
    show(page, "other", start=99999)
    wait(page, step=5)
    expect(page.locator(".th-beyond")).to_have_text("Asked for 99999, ends at 5.")
    page.evaluate("history.replaceState(null, '', location.pathname)")
    show(page, "small", start=99999)  # the page means the end, no link said so
    wait(page, step=11)
    expect(page.locator(".th-beyond")).to_be_hidden()


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


def test_looking_closely_asks_the_page_with_the_step_of_the_algorithm(page):
    show(page, "small", start=7)
    wait(page, step=7)
    press(page, "closer")
    page.wait_for_function("window.events.length")
    assert events(page, "closer") == [{"kind": "closer", "step": 70, "picture": 7, "end": False}]
    show(page, "small", closeup={"now": True, "offered": True})
    assert page.inner_text(".th-closer") == "Back to the whole"
    press(page, "closer")
    page.wait_for_function("window.events.length === 2")
    assert events(page, "whole") == [{"kind": "whole"}]


def closely(steps: list[int]) -> list[dict]:
    """A close-up of these steps, each drawn, matched and pulled; where it begins is whole."""
    seen = [
        (steps[0], "", "Step {}"),
        *[(step, part, "Step {} · " + part) for step in steps[1:] for part in ("draw", "match", "pull")],
    ]
    lines = [
        line
        for i, (step, part, phase) in enumerate(seen)
        for line in ({"row": [step, 1.0, ""]}, harness.picture(i, step=step, part=part, phase=phase.format(step)))
    ]
    return [head(), *lines, {"done": True}]


@pytest.mark.parametrize(("last", "end"), [(200, 200), (None, 12)])
def test_a_close_up_shows_where_it_lies_in_the_whole_run_and_which_part_of_a_step_it_is_at(page, server, last, end):
    server.films["close"] = closely([10, 11, 12])
    show(page, "small", closeup={"now": False, "offered": True})
    wait(page, step=11)
    expect(page.locator(".th-close")).to_be_hidden()
    show(
        page,
        "close",
        start=5,
        closeup={
            "now": True,
            "offered": True,
            "steps": 40,
            "from": 10,
            "last": last,
            "parts": [[one, one] for one in ("draw", "match", "pull")],
        },
    )
    wait(page, step=5, film="close")
    expect(page.locator(".th-close b")).to_have_text("Close-up")
    expect(page.locator(".th-nth")).to_have_text(f"step 12 / {end}")
    drawn = page.get_attribute(".th-whole .th-here", "d")
    left, right = 100 * 10 / end, 100 * min(50, end) / end
    assert [float(number) for number in re.findall(r"[\d.]+", drawn)] == pytest.approx([left, 6, right])
    at = page.evaluate("parseFloat(document.querySelector('.th-whole i').style.left)")
    assert at == pytest.approx(100 * (11 + 2 / 3) / end, abs=1e-3)  # two of the three parts of step 12
    assert page.locator(".th-parts li").all_inner_texts() == ["draw", "match", "pull"]
    expect(page.locator(".th-parts [aria-current]")).to_have_text("match")
    press(page, "first")
    wait(page, step=0)
    expect(page.locator(".th-parts [aria-current]")).to_have_count(0)


def test_one_list_says_what_every_key_does_and_gives_the_focus_back(page):
    show(page, "small", start=2)
    wait(page, step=2)
    page.focus(".th-player .th-more")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    declared = page.evaluate("() => [...document.querySelectorAll('.th-keys kbd')].map((key) => key.textContent)")
    assert {"→", "←", "Home", "End", "Space", "?", "Enter", "Esc"} <= set(declared)
    page.keyboard.press("ArrowRight")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "2")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "th-more"
    press(page, "more")
    page.locator(".th-menu").get_by_text("Keyboard").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Close").click()
    expect(dialog).to_be_hidden()


def test_doors_in_the_prose_lead_to_pictures_of_this_run_and_ask_the_page_for_another(page):
    page.evaluate("""() => document.querySelector(".far").innerHTML =
        ["default:3", "default:last", "tangle:7"].map((to) => `<a href="#${to}">${to}</a>`).join(" ")""")
    show(page, "small", start=2, runs=["default"])
    wait(page, step=2)
    page.get_by_text("default:3").click()
    wait(page, step=3)
    page.get_by_text("default:last").click()
    wait(page, step=11)
    page.get_by_text("tangle:7").click()
    page.wait_for_function("window.events.some(([, value]) => value.kind === 'door')")
    asked = [(door["run"], door["picture"]) for door in events(page, "door")]
    page.evaluate("""() => document.querySelector(".far").replaceChildren()""")
    assert asked == [("tangle", "7")]
    assert step(page) == 11


def test_on_a_phone_looking_closely_and_pinning_are_in_the_menu_and_the_bar_has_two_rows(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    server.films["grows"] = growing = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "grows", pinned=False, closeup={"now": False, "offered": True})
    wait(page, step=2, state="running")
    assert page.locator(".th-bar").bounding_box()["height"] == 88
    rows = page.evaluate("""() => { const parts = [...document.querySelectorAll(".th-bar > *")].filter((one) => one.offsetHeight), middle = (one) => one.offsetTop + one.offsetHeight / 2;
        return parts.map(middle).sort((a, b) => a - b).filter((at, k, all) => !k || at - all[k - 1] > 12).length; }""")  # fmt: skip
    assert rows == 2
    expect(page.locator(".th-bar > :is(.th-closer, .th-pin):visible")).to_have_count(0)
    press(page, "more")
    assert page.locator(".th-menu .th-item").all_inner_texts()[:2] == ["Look closely here", "Pin this run"]
    page.click("text=Pin this run")
    page.wait_for_function("window.events.length")
    assert len(events(page, "pin")) == 1
    growing.say(*steps(3, 12), {"done": True})


def test_the_way_back_to_the_whole_is_live_where_a_close_up_cannot_be_run(page, server):
    server.films["refused"] = [head(), {"error": {"title": "This cannot be run", "text": "No sub-steps.", "diverged": False}}]
    show(page, "refused", closeup={"now": True, "offered": False})
    wait(page, state="error")
    expect(page.locator(".th-closer")).to_be_enabled()
    press(page, "closer")
    page.wait_for_function("window.events.length")
    assert events(page, "whole") == [{"kind": "whole"}]


def test_an_offline_film_plays_from_what_it_carries(page, server):
    asked = len(server.asked)
    show(page, "small", offline=True, inline={"films": {"small": packed(film(4))}, "plotly": None}, link="")
    wait(page, step=3, state="ready")
    press(page, "more")
    assert page.locator(".th-menu .th-item").all_inner_texts() == ["Picture (SVG)", "Picture (PNG)", "Numbers (CSV)", "Keyboard"]
    expect(page.locator(".th-closer")).to_be_hidden()
    assert len(server.asked) == asked


@pytest.mark.parametrize("keys", [("small",), ("small", "other")])
def test_a_phone_needs_no_sideways_scrolling(page, keys):
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.evaluate(
        "data => window.mount(data)",
        {"kind": "share", "words": harness.WORDS, "link": "https://theoria.example/som?v=1" + "&x=1" * 50},
    )
    show(page, *keys)
    wait(page, step=11)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".th-plot").first.bounding_box()["height"] == (620 if len(keys) == 1 else 300)
    bar = page.locator(".th-bar").bounding_box()
    assert all(
        bar["x"] <= box["x"] and box["x"] + box["width"] <= 390
        for box in (one.bounding_box() for one in page.locator(".th-bar button:visible").all())
    )
    assert bar["y"] + bar["height"] <= 844  # the controls stick to the bottom of the window


def test_on_a_phone_bar_and_folded_caption_stick_and_a_tap_opens_it(page):
    page.set_viewport_size({"width": 390, "height": 600})
    show(page, "small", start=3)
    wait(page, step=3, folded="true")
    fold, heights = (
        page.locator(".th-peek"),
        "() => ['.th-bar', '.th-caption'].map((name) => Math.round(innerHeight - document.querySelector(name).getBoundingClientRect().top))",
    )
    assert page.evaluate(heights) == [88, 88 + 34]
    assert fold.inner_text().split("\n")[0] == "Step 3"
    assert f"{error_at(3):.3f}" in fold.inner_text()
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(heights) == [88, 88 + 204]
    fold.click()
    assert page.evaluate(heights) == [88, 88 + 34]
    tall = page.evaluate("document.querySelector('.th-player').offsetHeight")
    page.evaluate("document.querySelector('.th-player').scrollIntoView({block: 'end'})")
    wait(page, folded="false")
    expect(fold).to_be_hidden()
    assert page.evaluate("document.querySelector('.th-player').offsetHeight") == tall


WORDY = {
    "said": "Many words, " * 16,
    "phase": "A long phase",
    "metrics": [["error", "−0.123"], ["radius σ", "–"], ["a third", "1.49"]],
}


@pytest.mark.parametrize("width", [1280, 1100, 390])
def test_no_step_moves_caption_bar_or_metrics(page, server, width):
    server.films["wordy"] = [
        {
            "picture": line["picture"]
            | {"metrics": WORDY["metrics"]}
            | (WORDY if line["picture"]["step"] % 20 else {"formula": ""})
        }
        if "picture" in line
        else line
        for line in film(4)
    ]
    page.set_viewport_size({"width": width, "height": 800})
    show(page, "wordy", start=0)
    places = set()
    for at in range(4):
        wait(page, step=at)
        places.add(page.evaluate("""() => JSON.stringify([".th-caption", ".th-bar", ...document.querySelectorAll(".th-metrics div")].map((one) => {
            const {x, y, width, height} = (one.tagName ? one : document.querySelector(one)).getBoundingClientRect(); return [x, y + scrollY, width, height]; }))"""))  # fmt: skip
        press(page, "next") if at < 3 else None
    assert len(places) == 1


def test_a_tap_on_a_phone_points_and_goes_to_a_picture(browser, server):
    page = opened(browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    show(page, "small")
    wait(page, step=11)
    page.evaluate("document.querySelector('.th-player').scrollIntoView({block: 'end'})")
    page.wait_for_timeout(100)
    page.touchscreen.tap(*spot(page, 40, harness.error_at(4), "3"))
    wait(page, step=4)
    page.context.close()


# ---- lessons, and the projector


def seen(page: Page) -> bool:
    return page.evaluate("document.documentElement.dataset.thSeen !== undefined")


def test_a_run_that_waits_for_an_answer_cannot_be_moved(page):
    show(page, "small", start=0, locked=True, veiled=True, present=True)
    wait(page, step=0, state="ready")
    for name in ("first", "back", "play", "next", "last"):
        assert page.is_disabled(f".th-bar .th-{name}")
    assert page.is_disabled(".th-scrub")
    for key in ("ArrowRight", "End"):
        page.keyboard.press(key)
    page.keyboard.press("Space")
    page.wait_for_function("window.events.length")
    page.keyboard.press("2")
    page.wait_for_function("window.events.length > 1")
    assert step(page) == 0
    assert not seen(page)
    assert len(events(page, "skip")) == 1
    assert [event["value"] for event in events(page, "answer")] == [1]


def test_a_run_stops_at_its_picture_says_so_and_can_be_gone_on_with(page):
    show(page, "small", start=0, locked=True, until=5)
    wait(page, step=0, state="ready")
    show(page, "small", autoplay=True, until=5, nonce=1)
    wait(page, step=5, playing="false")
    assert seen(page)
    press(page, "play")
    wait(page, step=11, playing="false")
    page.emulate_media(reduced_motion="reduce")
    show(page, "other", autoplay=True, until=3, nonce=2)
    wait(page, step=3, film="other")
    show(page, "small", autoplay=True, until=99, nonce=3)  # where there is no such picture, at the end
    wait(page, step=11, film="small", playing="false")


def test_what_the_page_says_of_a_run_gets_the_runs_numbers_when_it_has_been_seen(page):
    told = """<p id="told">{0} <span data-th-value="error" data-th-digits="2"></span> <b data-th-guess="{1}" data-th-column="error" data-th-within="0.05" data-th-near="near" data-th-far="far"></b></p>"""
    show(page, "small", start=0)
    wait(page, step=0, state="ready")
    for words, guess, verdict in (("a", harness.error_at(11) + 0.04, "near"), ("b", harness.error_at(11) - 0.06, "far")):
        page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", told.format(words, guess))
        if words == "a":
            page.wait_for_timeout(100)
            assert page.inner_text("#told").split() == ["a"]
        press(page, "last")
        wait(page, step=11)
        assert page.inner_text("#told").split() == [words, f"{harness.error_at(11):.2f}", verdict]
        page.evaluate("document.getElementById('told').remove()")
        press(page, "first")
        wait(page, step=0)


def test_on_a_projector_the_figure_is_larger_and_the_mouse_still_hits_what_it_points_at(page):
    page.set_viewport_size({"width": 1600, "height": 900})
    show(page, "small")
    wait(page, step=11, mood="light")
    show(page, "small", present=True)
    wait(page, step=11, mood="projector")
    page.wait_for_timeout(600)
    zoom, (x, y) = page.evaluate("""() => { const gd = document.querySelector(".th-plot"), box = gd.getBoundingClientRect(), zoom = box.width / gd.offsetWidth, X = gd._fullLayout.xaxis, Y = gd._fullLayout.yaxis;
        return [zoom, [box.left + zoom * (X._offset + X.l2p(1.14)), box.top + zoom * (Y._offset + Y.l2p(1.07))]]; }""")  # fmt: skip
    assert zoom > 1.1
    page.mouse.move(x, y)
    page.wait_for_timeout(100)
    page.mouse.click(x, y)
    page.wait_for_function("window.events.length")
    assert events(page, "click") == [{"kind": "click", "name": "unit", "index": 4, "step": 11}]
    for key, value in (("PageDown", 1), ("PageUp", -1)):
        page.evaluate("window.events = []; document.activeElement.blur()")
        page.keyboard.press(key)
        page.wait_for_function("window.events.length")
        assert [event["value"] for event in events(page, "turn")] == [value]
    page.keyboard.press("Escape")
    page.wait_for_function("window.events.length > 1")
    assert len(events(page, "leave")) == 1
    show(page, "small")
    wait(page, mood="light")
    page.wait_for_function("document.querySelector('.th-plot').style.transform === ''")  # with the next picture


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
