"""The bar, its panel, the search, the places and the path, walked by one visitor."""

import pytest
from playwright.sync_api import Page, expect

from contents import SECTIONS
from tests.browser.playground import PHONE, ready, sideways, unbroken
from ui.text import theory

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
FOCUS = "document.activeElement.tagName + ' ' + document.activeElement.textContent"
LARGEST = 1_000_000  # bytes of the home page that are ours, before its run is asked for
OURS = """() => performance.getEntriesByType('resource').filter(({name}) => !name.includes('/static/js/') && !name.includes('/static/css/') && !name.includes('/static/media/'))
    .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)"""  # Streamlit's own files weigh the same on every page


# What is drawn by the clock of its frames, as the run on the home page is, takes a fifth of the time.
HASTE = """() => { const began = performance.now(); window.in_time = requestAnimationFrame;
    window.requestAnimationFrame = (turn) => window.in_time((now) => turn(began + 5 * (now - began))); }"""


def mark(page: Page, slug: str) -> str:
    """What the panel says of a topic: seen, open, where you are."""
    return str(
        page.evaluate(
            "slug => getComputedStyle(document.querySelector(`.th-panel [data-mark=${slug}]`), '::before').content", slug
        )
    )


def test_one_bar_leads_everywhere_without_a_reload_and_marks_what_was_seen(visit):
    page = visit("/")
    expect(page.locator(".st-key-rows section")).to_have_count(len(SECTIONS))
    assert page.evaluate(OURS) < LARGEST
    assert page.locator("script[src*=plotly], link[href*=plotly]").count() == 0
    page.locator(".th-site").wait_for()
    page.evaluate("() => { window.here = true; document.querySelector('.th-site').mine = true; }")
    button, panel = page.locator(".th-menu-button"), page.locator(".th-panel")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_role("link")).to_have_count(len(SLUGS))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "th-menu-button"
    button.click()
    panel.get_by_role("link", name=theory("em", "en").title).click()
    expect(panel).to_be_hidden()
    ready(page)
    page.wait_for_function(f"() => {FOCUS} === 'H1 {theory('em', 'en').title}'")
    assert "where you are" in mark(page, "em")
    expect(page.locator(".th-place span")).to_have_text("Without labels · 2 of 2")
    page.locator(".th-place a[rel=next]").click()
    expect(page.locator("h1")).to_have_text(theory("gcn", "en").title)
    ready(page)
    assert "seen" in mark(page, "em")
    assert "open" in mark(page, "swin")
    page.go_back()
    expect(page.locator("h1")).to_have_text(theory("em", "en").title)
    page.wait_for_function("() => document.querySelector('.th-panel [data-go=em]').ariaCurrent === 'page'")
    ready(page)
    page.locator(".st-key-around [rel=prev]").click()
    expect(page.locator("h1")).to_have_text(theory("som", "en").title)
    ready(page)
    assert page.evaluate("window.here && document.querySelector('.th-site').mine")  # one page, one bar, all the way
    unbroken(page)


def test_a_slash_opens_the_search_and_the_arrows_and_enter_go_on(sit):
    page = sit("engine")
    page.keyboard.press("/")
    page.keyboard.type("francisco kneser")
    found = page.locator(".th-found a")
    expect(found).to_have_count(1)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.go") == "ngram"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.type") == "search"
    page.fill(".th-seek input", "zzz")
    expect(page.locator(".th-found")).to_contain_text("No topic has these words.")
    page.fill(".th-seek input", "量化误差")
    expect(page.locator(".th-found")).to_contain_text("quantisation error = 量化误差")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(theory("som", "en").title)
    expect(page.locator(".th-panel")).to_be_hidden()
    ready(page)
    unbroken(page)


def test_the_run_on_the_home_page_plays_when_it_is_asked_and_rests_at_its_end(sit):
    page = sit("")
    hero = page.locator(".th-hero")
    expect(hero).to_have_attribute("data-step", "60")
    expect(hero.locator("canvas")).to_have_attribute(
        "aria-label",
        "A map of 144 units settles on 949 colours that people have named. Step 5000: “light neon green” pulls its nearest unit, and the neighbours follow.",
    )
    page.evaluate(HASTE)
    hero.get_by_role("button", name="Play this run").click()
    expect(hero.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("() => +document.querySelector('.th-hero').dataset.step < 40")
    expect(hero).to_have_attribute("data-step", "60", timeout=30_000)
    expect(hero.get_by_role("button", name="Play this run")).to_be_visible()
    page.evaluate("() => { window.requestAnimationFrame = window.in_time; }")
    hero.get_by_role("link", name="Open this run").click()
    ready(page)
    assert "data=xkcd" in page.url


def test_a_phone_has_a_menu_whose_open_section_is_the_one_where_one_is(visit):
    page = visit("/gcn", **PHONE)
    ready(page, narrow="true")
    page.locator(".th-menu-button").tap()
    folds = page.locator(".th-fold")
    expect(folds).to_have_count(len(SECTIONS))
    expect(page.locator(".th-panel .th-groups a:visible")).to_have_count(len(SECTIONS["graphs"]))
    folds.first.tap()
    expect(page.locator(".th-panel .th-groups a:visible")).to_have_count(len(next(iter(SECTIONS.values()))))
    assert sideways(page) == []
    for language in ("zh", "en"):
        page.locator(".th-tongue").tap()
        expect(page.locator("h1")).to_have_text(theory("gcn", language).title)
        assert sideways(page) == []
    unbroken(page)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_an_unknown_address_is_ours_to_answer(visit, locale):
    page = visit("/nowhere", locale=locale)
    expect(page.locator("h1")).to_have_text("There is no page here" if locale == "en-US" else "这里没有网页")
    expect(page.get_by_test_id("stDialog")).to_have_count(0)
    page.locator(".st-key-lost [data-go=som]").click()
    expect(page.locator("h1")).to_have_text(theory("som", "en" if locale == "en-US" else "zh").title)
    if locale == "en-US":  # what follows has no words
        page.goto(page.url.replace("/som", "/en/som"))
    ready(page)
    unbroken(page)
