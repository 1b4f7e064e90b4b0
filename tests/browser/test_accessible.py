"""Everybody can use every page: what axe-core finds, a walk with the keyboard, twice the size, words for the picture, nothing that
moves below it."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import GONE, TOPICS
from tests.browser.playground import STAGE, count, idle, press, ready, sideways, unbroken
from tests.browser.still import stands_still
from ui.text import LANGUAGES, REFERENCE, phrases, theory

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
PAGES = ["", "engine", "files", *TOPICS]
DARK = [
    "",
    "engine",
    "som",
]  # where the dark theme is asked too: topics have their colours from one table, whose contrasts are tested
LOCALES = {"en": "en-US", "zh": "zh-CN"}
PIN = re.compile("|".join(re.escape(phrases(language)["player"]["pin"]) for language in LANGUAGES))
OTHER = next(language for language in LANGUAGES if language != REFERENCE)
# A picture is one thing with words of its own; rules that can find nothing serious are not asked.
SCAN = """([part, rules]) => {
    const serious = () => axe._audit.rules.filter(({enabled, impact, tags}) => enabled && !/minor|moderate/.test(impact) && !tags.some((tag) => axe._audit.tagExclude.includes(tag))).map(({id}) => id);
    return axe.run({include: [part], exclude: [".th-plot .svg-container"]}, {resultTypes: ["violations"], runOnly: rules ?? serious()}).then(({violations}) =>
    violations.filter(({impact}) => /serious|critical/.test(impact)).map(({id, nodes}) => `${id}: ${nodes.map(({target, any, html}) => [target, any[0]?.message, html.slice(0, 160)].join(" ")).slice(0, 3).join("; ")}`)); }"""
# Colours fade from one to the other, beginning when a script has heard of the theme.
FADED = """() => new Promise((wake) => setTimeout(wake, 100)).then(() => Promise.all(document.getAnimations().filter((one) => one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished.catch(() => null))).then(() => null))"""
# Which buttons of the bar cannot be scrolled to.
REACHED = """(names) => names.filter((name) => { const button = document.querySelector(`.th-bar .th-${name}`);
    button.scrollIntoView({block: "nearest"});
    const {left, right, top, bottom, width, height} = button.getBoundingClientRect();
    return !(button.checkVisibility({visibilityProperty: true}) && width && height && left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight); })"""
STRIDE = 8  # how often the tab key is pressed before it is asked where it led
WALKED = """() => { const kept = new Map(); window.steps = [];
    document.addEventListener("focusin", window.noted ??= ({target}) => window.steps.push(window.held(target)), true);
    window.held = (node) => {
    if (!kept.has(node)) kept.set(node, kept.size);
    const labels = [...(node.labels ?? [])].map((label) => label.textContent).join(" "), by = (node.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    return {id: kept.get(node), tag: node.tagName, role: node.getAttribute("role"), marks: node.className?.baseVal ?? node.className, name: (node.getAttribute("aria-label") || by.trim() || labels || node.textContent || node.title || node.placeholder || "").trim()}; }; }"""


def settled(page: Page, slug: str) -> None:
    page.locator("h1").first.wait_for(timeout=60_000)
    if slug in TOPICS:
        page.locator(f"{STAGE}[data-state=ready][data-drawn=true]").wait_for(timeout=60_000)
    idle(page)


def fits(page: Page, slug: str) -> None:
    """Nothing is wider than the window, and what plays a film can be scrolled to."""
    assert sideways(page) == []
    if slug in TOPICS:
        assert page.evaluate(REACHED, ["play", "back", "more"]) == []
        press(page, "more")
        narrow = page.get_attribute(STAGE, "data-narrow") == "true"
        expect(
            page.locator(".th-menu .th-item").filter(has_text=PIN) if narrow else page.locator(".th-bar .th-pin")
        ).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".th-menu")).to_be_hidden()


def findings(page: Page, *rules: str, part: str = "html") -> list[str]:
    """What axe-core calls serious or critical in a part of a page."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    page.evaluate("document.fonts.ready.then(() => null)")  # until then an icon is the word it is made of
    page.evaluate(FADED)
    return list(page.evaluate(SCAN, [part, list(rules) or None]))


def lasting(page: Page, part: str) -> None:
    """Nothing serious is found that is there still after some seconds: what has just come is named by ways.js a moment later."""
    for _ in range(20):
        if not (found := findings(page, part=part)):
            return
        page.wait_for_timeout(250)
    raise AssertionError(found)


@pytest.mark.parametrize("slug", PAGES)
def test_a_page_is_for_everybody(sit, slug):
    """One visit for all that is asked, since a page is slow to come: axe-core, keyboard, words, a film that plays, twice the size."""
    page = sit(slug)
    page.emulate_media(reduced_motion="reduce")  # a colour half way to another is no finding
    assert findings(page) == []
    walk(page, slug)
    if slug in TOPICS:
        told(page)
        stands_still(page)
    large(page, slug, dark=slug in DARK)


def test_a_page_in_the_other_language_is_for_everybody_and_nowhere_wider_than_the_window(visit):
    page = visit("/", locale=LOCALES[OTHER], reduced_motion="reduce")
    settled(page, "")
    assert findings(page) == []
    large(page, "", dark=True)
    for slug in TOPICS:
        page.evaluate(GONE, "/" + slug)
        expect(page.locator("h1")).to_have_text(theory(slug, OTHER).title)
        settled(page, slug)
        if slug == TOPICS[0]:
            page.set_viewport_size({"width": 1280, "height": 800})
            page.emulate_media(color_scheme="light")
            idle(page)
            assert findings(page) == []
            heard = page.locator("button[aria-label]").evaluate_all("all => all.map((one) => one.ariaLabel)")
            assert set(heard) & set(phrases(REFERENCE)["streamlit"]) == set()
            large(page, slug, dark=True)
        fits(page, slug)
        unbroken(page)


def large(page: Page, slug: str, *, dark: bool) -> None:
    """Twice the size needs no sideways scrolling; a dark theme changes nothing but colours."""
    if dark:
        page.emulate_media(color_scheme="dark")
        assert findings(page, "color-contrast") == []
    page.set_viewport_size({"width": 640, "height": 400})  # a window of 1280 × 800 at 200 %
    idle(page)
    fits(page, slug)
    unbroken(page)


def walk(page: Page, slug: str) -> None:
    """The tab key reaches everything, all of it has a name, and it is caught nowhere."""
    seen: dict[int, dict[str, Any]] = {}
    page.evaluate(WALKED)
    for _ in range(160 // STRIDE):
        for _ in range(STRIDE):
            page.keyboard.press("Tab")
        come, out = page.evaluate("() => [window.steps.splice(0), document.activeElement === document.body]")
        round_again = next((k for k, held in enumerate(come) if held["id"] == 0 and len(seen) + k > 3), len(come))
        seen |= {held["id"]: held for held in come[:round_again]}
        if out or round_again < len(come):  # out at the end, or round again
            break
    else:
        raise AssertionError("caught")
    page.evaluate("() => document.removeEventListener('focusin', window.noted, true)")
    assert [held for held in seen.values() if not held["name"]] == []
    assert [held["name"] for held in seen.values() if held["tag"] == "INPUT" and "*" in held["name"]] == []
    if slug in TOPICS:
        reached = " ".join(str(held["marks"]) for held in seen.values())
        wanted = ("th-plot", "th-play", "th-scrub", "th-pin", "th-more")
        assert [mark for mark in wanted if mark not in reached] == []
        assert [held["role"] for held in seen.values()].count("tab") >= 1


def told(page: Page) -> None:
    """The words for the picture tell what happened: they are read out, and change with it."""
    plot, said = page.locator(".th-plot"), []
    page.evaluate("document.activeElement.blur()")
    for key in ("End", "ArrowLeft", "Home"):
        before = page.get_attribute(".th-player", "data-step")
        page.keyboard.press(key)
        if key == "End":  # a page may have opened elsewhere
            ready(page, step=count(page) - 1)
        else:
            page.wait_for_function("before => document.querySelector('.th-player').dataset.step !== before", arg=before)
        said.append(plot.get_attribute("aria-label"))
        expect(page.locator(".th-live")).to_have_text(said[-1])
    assert said[0] != said[-1]  # near its end a run may say the same twice
    assert all(len(words) > 12 for words in said)


def test_axe_finds_nothing_serious_in_what_is_folded_away(visit):
    page = visit("/som?data=square&som.rows=6&som.cols=4&pin=rows%3D5", reduced_motion="reduce")
    ready(page, films=2)
    for folded in ("More settings", "Place a new sample"):
        page.locator(".st-key-stage").get_by_text(folded, exact=True).click()
        idle(page)
    page.get_by_role("tab", name="Numbers", exact=True).click()
    idle(page)
    assert findings(page) == []
    for tab in ("Code", "Errata"):
        page.get_by_role("tab", name=tab, exact=True).click()
        idle(page)
        assert findings(page, part=".st-key-below") == [], tab
    press(page, "more")
    assert findings(page, part=".th-player") == []
    page.keyboard.press("Escape")
    for door in (".st-key-som-own button", ".st-key-sharing button"):
        page.locator(door).first.click()
        idle(page)
        lasting(page, "[data-testid=stPopoverBody]")
        page.keyboard.press("Escape")
