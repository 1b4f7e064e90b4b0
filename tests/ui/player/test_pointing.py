"""Pointing and clicking: what is the same rings, what is a door leads there."""

from playwright.sync_api import expect

import tests.ui.player.harness as harness
from tests.ui.player.harness import events, film, opened, show, spot, step, wait


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


def test_a_tap_on_a_phone_points_and_goes_to_a_picture(browser, server):
    page = opened(browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    show(page, "small")
    wait(page, step=11)
    page.evaluate("document.querySelector('.th-player').scrollIntoView({block: 'end'})")
    page.wait_for_timeout(100)
    page.touchscreen.tap(*spot(page, 40, harness.error_at(4), "3"))
    wait(page, step=4)
    page.context.close()


def test_the_name_of_a_number_says_what_it_means_to_mouse_keyboard_and_finger_and_keeps_the_focus_while_one_steps(page, server):
    server.films["meant"] = film(means={"error": 'Far from "all" <units>.'})
    show(page, "meant", start=3)
    wait(page, step=3, state="ready")
    name, tip = page.locator(".th-means"), page.locator(".th-tip")
    expect(name).to_have_count(1)  # of two numbers
    expect(tip).to_be_hidden()
    name.hover()
    expect(tip).to_have_text('Far from "all" <units>.')
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    name.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("ArrowRight")
    wait(page, step=4)
    expect(name).to_be_focused()
    expect(tip).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    name.dispatch_event("pointerdown", {"pointerType": "touch"})
    expect(tip).to_be_visible()
    left, width = page.evaluate("(({left, width}) => [left, width])(document.querySelector('.th-tip').getBoundingClientRect())")
    assert left >= 8
    assert left + width <= 382
