"""What only a browser shows: that a visitor's words stay words, on every page, under a policy that refuses nothing it needs.

That the policy refuses nothing is asked of every page that a test of this folder opens: `Watch`.
"""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground import PATIENCE, STAGE, idle, ready, saved
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


@pytest.mark.parametrize("slug", ["ngram", "som", "gcn", "swin"])  # one that takes a text, a table, a graph, a picture
def test_a_visitors_words_are_words_whatever_they_come_in(visit, slug):
    link, kind, make = brought_to(slug)
    page = visit(f"/{slug}{link}")
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


def test_a_film_in_a_file_runs_nothing_but_its_own_scripts(visit, tmp_path):
    page = visit("/som")
    ready(page)
    file = saved(page, "Film (one HTML file)", tmp_path)
    evil = file.with_name("evil.html")
    whole = file.read_text(encoding="utf-8")
    evil.write_text(
        whole.replace('<div id="stage">', f'{MARKUP}<script>window.hacked = 1</script><div id="stage">', 1), encoding="utf-8"
    )
    away = visit(evil.as_uri(), offline=True)
    ready(away)
    away.wait_for_function("() => document.querySelector('img[src=x]').complete")
    assert away.evaluate("window.hacked") is None
    assert away.context.watch.refused
    away.context.watch.refused.clear()  # as it should


def test_plotly_handed_over_by_the_page_is_let_in_by_the_policy(visit):
    page, lost = visit("/_stcore/health"), []
    page.route("**/plotly-*", lambda route: [lost.append(route), route.fulfill(status=404, content_type="text/html", body="x")])
    page.goto(page.url.removesuffix("/_stcore/health") + "/som")
    complete(page)
    assert lost
    assert page.locator(".th-plot .main-svg path").count() > 100
    unrefused(page)


@pytest.mark.parametrize("value", [MARKUP, *WORDS[2:5]])  # an element, a script, Markdown, an attribute
def test_words_in_a_link_are_words(visit, value):
    page = visit(
        f"/som?som.rows={quote(value)}&som.plane={quote(value)}&data={quote(value)}&{quote(value)}={quote(value)}&lang={quote(value)}",
    )
    complete(page)
    harmless(page)
    told = page.locator(".th-notice").all_inner_texts()
    assert sum(value[:40] in line for line in told) == 4, json.dumps(told)
