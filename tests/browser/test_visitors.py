"""Who comes: with a phone, with a question."""

import pytest
from playwright.sync_api import expect

from engine.links import pack
from engine.points import points
from tests.browser.conftest import GONE
from tests.browser.playground import PHONE, another_film, count, film, idle, press, ready, sideways, step, unbroken


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone_shows_everything_without_scrolling_sideways(visit, locale):
    page = visit("/", locale=locale, **PHONE)
    card = page.locator(".st-key-rows [data-go=em]")
    card.wait_for()
    idle(page)
    assert sideways(page) == []
    card.tap()
    ready(page, narrow="true")
    idle(page)
    assert sideways(page) == []
    stage, controls = (
        page.locator(".th-player").bounding_box(),
        page.locator("[class*=st-key-][class*=-settings]").first.bounding_box(),
    )
    assert stage["y"] + stage["height"] <= controls["y"]
    assert stage["x"] >= 0
    assert stage["x"] + stage["width"] <= 390
    for tab in page.get_by_test_id("stTab").all():
        tab.tap()
        idle(page)
        assert sideways(page) == []
    unbroken(page)
    if locale != "en-US":
        return  # what follows has no words
    page.locator(".th-bar .th-play").scroll_into_view_if_needed()
    for button in page.locator(".th-bar button:visible").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 24
    last = count(page) - 1
    page.locator(".th-bar .th-back").tap()
    ready(page, step=last - 1)
    page.locator(".th-bar .th-play").tap()
    ready(page, step=last, playing="false")
    unbroken(page)


def test_a_guessed_number_is_compared_with_the_one_that_the_run_comes_to(visit):
    page = visit("/em")
    ready(page)
    with another_film(page):
        page.get_by_role("button", name="Two coins").or_(page.get_by_role("radio", name="Two coins")).first.click()
    ready(page, step=0)
    slider = page.locator(".st-key-strip").get_by_role("slider")
    slider.press("ArrowRight")
    page.get_by_role("button", name="My guess: 0.51").click()
    ready(page, playing="true")
    press(page, "last")
    why = page.locator(".th-why")
    expect(why).to_be_visible()
    expect(why).to_contain_text("Not near: you guessed 0.51.")
    expect(why).to_contain_text("0.797 for A and 0.520 for B")
    page.locator(".th-tongue").click()
    expect(why).to_contain_text("A 的 θ 为 0.797，B 的为 0.520")
    unbroken(page)


def test_an_experiment_asks_waits_plays_and_explains(sit):
    page = sit("som?data=square")
    page.evaluate("document.querySelector('.js-plotly-plot').mine = true")
    with another_film(page):
        page.get_by_role("button", name="A tangle").or_(page.get_by_role("radio", name="A tangle")).first.click()
    same_figure = page.evaluate("document.querySelector('.js-plotly-plot').mine === true")
    ask = page.locator(".th-ask")
    expect(ask).to_contain_text("Predict")
    expect(ask).to_contain_text("Will the sheet still lie flat?")
    ready(page, step=0, playing="false")
    page.wait_for_timeout(300)
    assert step(page) == 0
    shown = film(page)
    page.get_by_role("button", name="flat", exact=True).click()
    ready(page, playing="true")
    why = page.locator(".th-why")
    expect(page.locator(".th-watch")).to_contain_text("You said: flat")
    expect(why).to_be_hidden()  # it would spoil the film
    top = page.locator(".th-player").bounding_box()["y"]
    page.wait_for_function("() => +document.querySelector('.th-player').dataset.step > 3")
    assert film(page) == shown
    press(page, "last")
    ready(page, step=60)
    expect(page.locator(".th-said")).to_contain_text("Red:")
    expect(why).to_be_visible()
    expect(why).to_contain_text("Not so. It folds where it is red")
    assert page.locator(".th-player").bounding_box()["y"] == top  # the words change, nothing moves
    page.get_by_role("button", name="Then try: Search the radius").click()
    expect(page.locator(".th-said")).to_contain_text("ends without a fold")
    unbroken(page)
    assert same_figure  # the question must not shift what stands below it: React would mount the player anew
    expect(page.locator(".st-key-experiments")).to_be_visible()  # it has been left, so who sits here next finds none


def test_home_remembers_in_this_browser_what_was_visited_but_no_own_data_and_leads_back_to_it(visit):
    page = visit("/em?em.theta_a=0.3&data=~" + pack(points([[3, 7], [8, 2], [5, 5]], ["heads", "tails"])))
    ready(page)
    assert "data=" in page.url
    assert "~" not in page.evaluate("decodeURIComponent(localStorage.getItem('theoria.visited'))")  # own data are for nobody else
    page.evaluate(GONE, "/som?som.rows=7&data=moons")
    expect(page.locator("h1")).to_have_text("Self-organising map")
    ready(page)
    idle(page)
    page.locator(".th-home").click()
    expect(page.locator(".th-visited a")).to_have_text(["Expectation maximisation"])
    last = page.locator(".th-chief")
    expect(last).to_have_text("Go on with Self-organising map")
    shown = page.evaluate("localStorage.getItem('theoria.visited')")
    assert "som.rows=7" in shown
    last.click()
    ready(page)
    expect(page.locator(".st-key-som-rows")).to_contain_text("7")
    unbroken(page)
