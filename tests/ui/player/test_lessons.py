"""Lessons, and the projector."""

from playwright.sync_api import Page

import tests.ui.player.harness as harness
from tests.ui.player.harness import events, press, show, step, wait


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
