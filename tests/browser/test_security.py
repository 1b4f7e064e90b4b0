"""What only a browser shows: that a visitor's words stay words, on every page, under a policy that refuses nothing it needs.

That the policy refuses nothing is asked of every page that a test of this folder opens: `Watch`.
"""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground import PATIENCE, STAGE, idle
from tests.hostile import MARKUP, WORDS, brought_to

SLOW = 5 * PATIENCE  # for a first run with torch on a busy machine


def complete(page: Page) -> None:
    page.wait_for_selector(f'{STAGE}[data-state=ready][data-drawn="true"]', timeout=SLOW)
    idle(page)


def tabs(page: Page) -> None:
    """Every tab, opened."""
    for tab in ("Numbers", "Code", "Errata"):
        page.get_by_role("tab", name=tab).first.click()
        idle(page)


def unrefused(page: Page) -> None:
    assert page.evaluate("window.refused") == []
    assert [line for line in page.context.watch.complaints if "Content Security Policy" in line or "Refused" in line] == []


def harmless(page: Page) -> None:
    """Nothing of a visitor's words became an element, and nothing ran."""
    assert page.evaluate("window.hacked") is None
    for found in ("img[src=x]", "[onerror]", "[onload]", "[onmouseover]", "a[href^=javascript]", "script:text('hacked')"):
        assert page.locator(found).count() == 0, found


BEFORE = {"ngram": "?data=little", "gcn": "?data=ring&gcn.epochs=4"}  # what is there before: little


@pytest.mark.parametrize("slug", ["ngram", "gcn", "swin"])  # a text, a graph, a picture; tables are in test_uploads.py
def test_a_visitors_words_are_words_whatever_they_come_in(visit, slug):
    link, kind, make = brought_to(slug)
    page = visit(f"/{slug}{link or BEFORE.get(slug, '')}")
    complete(page)
    before = page.get_attribute(STAGE, "data-film")
    page.locator(f".st-key-{slug}-own button").first.click()
    field = page.locator(f".st-key-{slug}-upload input[type=file]")
    field.set_input_files({"name": MARKUP + kind, "mimeType": "text/plain", "buffer": make()})
    page.wait_for_function(
        "([stage, before]) => { const {film, drawn, state} = document.querySelector(stage)?.dataset ?? {}; return film && film !== before && drawn === 'true' && state === 'ready'; }",
        arg=[STAGE, before], timeout=SLOW,
    )  # fmt: skip
    idle(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    shown = page.locator(f"[class*=st-key-{slug}-data-]").get_by_role("combobox")
    assert (shown.input_value() or shown.inner_text()).startswith(MARKUP)
    harmless(page)
    page.mouse.click(640, 70)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    for key in ("Home", "ArrowRight", "End"):
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        harmless(page)
    tabs(page)
    harmless(page)
    unrefused(page)


@pytest.mark.parametrize("values", [[MARKUP] * 4, WORDS[2:6]])  # an element everywhere; a script, Markdown, an attribute, a link
def test_words_in_a_link_are_words(visit, values):
    rows, plane, data, name = map(quote, values)
    page = visit(f"/som?som.rows={rows}&som.plane={plane}&data={data}&{name}={rows}&lang={plane}")
    complete(page)
    harmless(page)
    told = page.locator(".th-notice").all_inner_texts()
    assert len(told) == 5, json.dumps(told)
    assert all(any(value[:40] in line for line in told) for value in values), json.dumps(told)
