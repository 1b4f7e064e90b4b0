"""The row over the picture: asked, answered and explained it has one height, and nothing gives the answer away before."""

import pytest
from playwright.sync_api import Page, expect

from contents import SECTIONS
from tests.browser.conftest import GONE
from tests.browser.playground import another_film, idle, press, ready
from ui.text import LANGUAGES, REFERENCE, phrases, theory

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
LOCALE = {"en": "en-US", "zh": "zh-CN"}
TOP = "document.querySelector('.th-player').getBoundingClientRect().top"
# What the run's numbers will be is not waited for: they take as much room as five letters.
SEEN = """() => { document.documentElement.dataset.thSeen = ""; for (const node of document.querySelectorAll("[data-th-value]:empty")) node.textContent = "0.000";
    for (const node of document.querySelectorAll("[data-th-guess]:empty")) node.textContent = node.dataset.thFar; }"""
CUT = """() => [...document.querySelectorAll(".st-key-strip, .st-key-strip :has(> .stHtml)")].filter((box) => box.scrollHeight > box.clientHeight + 1)
    .map((box) => `${box.textContent}: ${box.scrollHeight} > ${box.clientHeight}`)"""


def begin(page: Page, name: str) -> None:
    page.locator(".st-key-experiments").get_by_text(name, exact=True).click()
    page.locator(".st-key-strip").wait_for()


def answer(page: Page) -> None:
    page.locator(".st-key-strip [class*=st-key-answer-] button").first.click()


def leave(page: Page) -> None:
    page.locator(".st-key-strip-leave button").click()
    expect(page.locator(".st-key-experiments")).to_be_visible()
    idle(page)


def longest(language: str) -> list[tuple[str, str]]:
    """The experiments with most to write in the row: in what is asked, and in what explains. That none says more than this is
    held of all texts in tests/ui."""
    items = [(slug, item) for slug in SLUGS for item in theory(slug, language).experiments]
    asks = max(items, key=lambda one: len(one[1].question.ask + "".join(one[1].question.choices)))
    tells = max(items, key=lambda one: len(one[1].question.why))
    return list(dict.fromkeys((slug, item.id) for slug, item in (asks, tells)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_asked_answered_and_explained_nothing_below_moves_and_nothing_is_cut(sit, visit, language):
    tops: dict[str, float] = {}
    first = longest(language)[0][0]
    page = sit(first) if language == REFERENCE else visit("/" + first, locale=LOCALE[language])
    for slug, wanted in longest(language):
        if slug != first:
            page.evaluate(GONE, "/" + slug)
        expect(page.locator("h1")).to_have_text(theory(slug, language).title)
        ready(page)
        idle(page)
        tops[slug] = page.evaluate(TOP)
        items = theory(slug, language).experiments
        number, item = next((k, item) for k, item in enumerate(items, 1) if item.id == wanted)
        begin(page, item.name)
        page.locator("[class*=st-key-answer-] button").first.wait_for()
        for state in ("asked", "answered", "explained"):
            if state == "answered":
                answer(page)
                page.locator(".th-watch").wait_for()
            elif state == "explained":
                page.evaluate(SEEN)
            tops[f"{slug} {item.id} {state}"] = page.evaluate(TOP)
            assert page.evaluate(CUT) == [], f"{slug} {item.id} {state}"
        expect(page.locator(".th-why")).to_be_visible()
        page.locator(".st-key-strip-after button").click()
        place = phrases(language)["ui"]["strip_place"].format(i=number % len(items) + 1, n=len(items))
        expect(page.locator(".st-key-strip-turns .stHtml p")).to_have_text(place)
        idle(page)
        leave(page)
    assert len(set(tops.values())) == 1, tops


def test_what_answers_a_question_is_covered_until_it_is_answered(sit):
    page = sit("swin")
    item = next(item for item in theory("swin", "en").experiments if item.id == "across")
    begin(page, item.name)
    ready(page, step=0)
    stage = page.locator(".th-player")
    metric = page.locator(".th-metrics div", has_text=theory("swin", "en").columns["both"]).locator("dd")
    expect(metric).to_have_text("?")
    expect(page.locator(".th-covers i")).to_have_count(len(item.hides.panels))
    assert "196" not in stage.inner_text()
    assert "196" not in (page.get_attribute(".th-plot", "aria-label") or "")
    answer(page)
    expect(metric).to_have_text("196")
    expect(page.locator(".th-covers i")).to_have_count(0)
    leave(page)


def test_what_a_question_asks_for_is_covered_in_the_formula_and_in_the_picture_too(sit):
    page = sit("cross_entropy")
    begin(page, "The floor")
    ready(page, step=0)
    totals = "() => document.querySelector('.th-plot').data.filter(({meta}) => meta?.tells === 'kl').map(({text}) => text[0])"
    expect(page.locator(".th-sum")).to_contain_text("=?")
    assert "1.750" not in page.locator(".th-player").inner_text()
    assert page.evaluate(totals) == ["?"]
    page.get_by_role("tab", name="Numbers", exact=True).click()
    expect(page.locator(".th-numbers tr[data-i]")).not_to_have_count(0)
    place = page.locator(".th-numbers thead th").all_text_contents().index(theory("cross_entropy", "en").columns["kl"])
    column = page.locator(".th-numbers col").nth(place)
    expect(column).to_have_css("visibility", "collapse")
    answer(page)
    page.wait_for_function(f"() => ({totals})()[0] !== '?'")
    expect(column).to_have_css("visibility", "visible")
    page.get_by_role("tab", name="Theory", exact=True).click()
    assert "?" not in page.locator(".th-sum").inner_text()
    leave(page)


def test_a_goal_is_said_to_be_reached_by_the_picture_that_reaches_it_and_there_is_nothing_to_play(sit):
    page = sit("cross_entropy")
    begin(page, "Three moves")
    ready(page, step=0)
    expect(page.locator(".th-play")).to_be_disabled()
    why = page.locator("[data-th-aim]")
    expect(why).to_be_hidden()
    place = """() => { const plot = document.querySelector('.th-plot'), {left, top} = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout;
        return [left + xaxis._offset + xaxis.l2p(0.88), top + yaxis._offset + yaxis.l2p(2)]; }"""
    page.mouse.move(*page.evaluate(place))
    page.mouse.down()
    page.mouse.up()
    expect(why).to_be_visible()
    expect(why).to_contain_text("Reached in 1.")
    leave(page)


def test_a_guessed_number_stays_in_the_picture_until_the_run_comes_to_it(sit):
    page = sit("gcn")
    begin(page, "Two told, 32 guessed")
    ready(page, step=0)
    marks = "() => document.querySelector('.th-plot').data.filter(({marker}) => marker?.symbol === 'circle-open' && marker.size === 11).map(({x, y}) => [x[0], y[0]])"
    assert page.evaluate(marks) == []
    answer(page)
    page.wait_for_function(f"() => ({marks})().length === 1")
    press(page, "last")
    [[x, y]] = page.evaluate(marks)
    assert y == 0.5
    assert x == page.evaluate("document.querySelector('.th-plot').data.find(({meta}) => meta?.column === 'accuracy').x.at(-1)")
    expect(page.locator(".th-why")).to_contain_text("you guessed 0.50")
    leave(page)
    page.wait_for_function(f"() => ({marks})().length === 0")


def test_an_experiment_about_the_run_that_stands_there_explains_nothing_before_it_has_been_watched(sit):
    page = sit("som?data=penguins")
    page.emulate_media(reduced_motion="reduce")
    begin(page, "Three species")
    ready(page, step=0)
    press(page, "last")
    ready(page, step=60)
    answer(page)
    expect(page.locator(".th-watch")).to_be_visible()
    ready(page, step=0)
    expect(page.locator(".th-why")).to_be_hidden()
    press(page, "last")
    expect(page.locator(".th-why")).to_be_visible()
    leave(page)


def test_a_setting_that_departs_brings_the_experiments_back(sit):
    page = sit("som?data=penguins")
    with another_film(page):
        begin(page, "A tangle")
    answer(page)
    page.locator(".st-key-som-rows").get_by_role("slider").press("ArrowRight")
    expect(page.locator(".st-key-experiments")).to_be_visible()
    expect(page.locator(".st-key-strip")).to_have_count(0)
    expect(page.get_by_text("It folds where it is red")).to_have_count(0)
