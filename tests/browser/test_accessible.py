"""Everybody can use every page: what axe-core finds, a walk with the keyboard, twice the size, words for the picture."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from contents import SECTIONS
from tests.browser.playground import STAGE, idle, press, ready, sideways, unbroken
from ui.text import LANGUAGES, REFERENCE, phrases, theory

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TOPICS = [slug for slugs in SECTIONS.values() for slug in slugs]
PAGES = ["", "engine", *TOPICS]
LOCALES = {"en": "en-US", "zh": "zh-CN"}
PIN = re.compile("|".join(re.escape(phrases(language)["player"]["pin"]) for language in LANGUAGES))
OTHER = next(language for language in LANGUAGES if language != REFERENCE)
SCAN = """([part, rules]) => axe.run({include: [part], exclude: [".th-plot .svg-container"]}, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}).then(({violations}) =>
    violations.filter(({impact}) => /serious|critical/.test(impact)).map(({id, nodes}) => `${id}: ${nodes.map(({target, any, html}) => [target, any[0]?.message, html.slice(0, 160)].join(" ")).slice(0, 3).join("; ")}`))"""  # a picture is one thing with words of its own
MENU = """slug => { history.pushState({}, "", "/" + slug); dispatchEvent(new PopStateEvent("popstate")); }"""  # as the way back leads there: nothing is loaded anew
HELD = """() => { const node = document.activeElement, box = node.getBoundingClientRect();
    if (node === document.body) return null;
    const kept = window.walked ??= new Map(); if (!kept.has(node)) kept.set(node, kept.size);
    const labels = [...(node.labels ?? [])].map((label) => label.textContent).join(" "), by = (node.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    return {id: kept.get(node), tag: node.tagName, role: node.getAttribute("role"), marks: node.className?.baseVal ?? node.className, name: (node.getAttribute("aria-label") || by.trim() || labels || node.textContent || node.title || node.placeholder || "").trim()}; }"""


def opened(visit: Any, slug: str, **who: Any) -> Page:
    page = visit(f"/{slug}", reduced_motion="reduce", **who)  # a colour half way to another is no finding
    settled(page, slug.partition("?")[0])
    return page


def settled(page: Page, slug: str) -> None:
    page.locator("h1").first.wait_for(timeout=60_000)
    if slug in TOPICS:
        page.locator(f"{STAGE}[data-state=ready][data-drawn=true]").wait_for(timeout=60_000)
    idle(page)


def fits(page: Page, slug: str) -> None:
    """Nothing is wider than the window, and what plays a film can be scrolled to."""
    assert sideways(page) == []
    if slug in TOPICS:
        for button in ("play", "back", "more"):
            page.locator(f".th-bar .th-{button}").scroll_into_view_if_needed()
            expect(page.locator(f".th-bar .th-{button}")).to_be_in_viewport()
        press(page, "more")
        narrow = page.get_attribute(STAGE, "data-narrow") == "true"
        expect(
            page.locator(".th-menu .th-item").filter(has_text=PIN) if narrow else page.locator(".th-bar .th-pin")
        ).to_be_visible()
        press(page, "more")


def findings(page: Page, *rules: str, part: str = "html") -> list[str]:
    """What axe-core calls serious or critical in a part of a page."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    page.wait_for_timeout(400)  # colours fade from one to the other
    return list(page.evaluate(SCAN, [part, list(rules) or None]))


@pytest.mark.parametrize(("slug", "language"), [(slug, REFERENCE) for slug in PAGES] + [("", OTHER), (TOPICS[0], OTHER)])
def test_a_page_is_for_everybody(visit, slug, language):
    """One visit for all that is asked, since a page is slow to come: axe-core in both themes, keyboard, words, twice the size."""
    page = opened(visit, slug, locale=LOCALES[language])
    assert findings(page) == []
    if language == REFERENCE:
        walk(page, slug)
        if slug in TOPICS:
            told(page)
    else:
        heard = page.locator("button[aria-label]").evaluate_all("all => all.map((one) => one.ariaLabel)")
        assert set(heard) & set(phrases(REFERENCE)["streamlit"]) == set()
    page.emulate_media(color_scheme="dark")
    assert findings(page, "color-contrast") == []  # the theme changes nothing but colours
    page.set_viewport_size({"width": 640, "height": 400})  # a window of 1280 × 800 at 200 %
    idle(page)
    fits(page, slug)
    unbroken(page)


def test_in_the_other_language_too_nothing_is_wider_than_the_window(visit):
    page = opened(visit, TOPICS[0], locale=LOCALES[OTHER], width=640, height=400)
    for slug in TOPICS:
        if slug != TOPICS[0]:
            page.evaluate(MENU, slug)
            expect(page.locator("h1")).to_have_text(theory(slug, OTHER).title)
            settled(page, slug)
        fits(page, slug)
        unbroken(page)


def walk(page: Page, slug: str) -> None:
    """The tab key reaches everything, all of it has a name, and it is caught nowhere."""
    seen: dict[int, dict[str, Any]] = {}
    for _ in range(160):
        page.keyboard.press("Tab")
        held = page.evaluate(HELD)
        if held is None or (held["id"] == 0 and len(seen) > 3):  # out at the end, or round again
            break
        seen[held["id"]] = held
    else:
        raise AssertionError("caught")
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
    for key in ("End", "ArrowLeft", "ArrowLeft", "Home"):
        before = page.get_attribute(".th-player", "data-step")
        page.keyboard.press(key)
        if key != "End":
            page.wait_for_function("before => document.querySelector('.th-player').dataset.step !== before", arg=before)
        said.append(plot.get_attribute("aria-label"))
        expect(page.locator(".th-live")).to_have_text(said[-1])
    assert said[0] != said[-1]  # near its end a run may say the same twice
    assert all(len(words) > 12 for words in said)


def test_axe_finds_nothing_serious_in_what_is_folded_away(visit):
    page = opened(visit, "som?pin=rows%3D5")
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
        assert findings(page, part="[data-testid=stPopoverBody]") == [], door
        page.keyboard.press("Escape")
