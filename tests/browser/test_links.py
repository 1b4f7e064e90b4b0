"""A link is a run: it opens the right page, with its settings, at its step, for everybody."""

from urllib.parse import parse_qsl, quote, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.playground import (
    another_film,
    caption,
    film,
    idle,
    press,
    ready,
    shared_link,
    slider,
    step,
    unbroken,
)


def meant(link: str) -> tuple[str, list[tuple[str, str]]]:
    """The page and the settings of a link."""
    parts = urlsplit(link)
    return parts.path, sorted(parse_qsl(parts.query))


def films(page: Page) -> set[str]:
    """The addresses of the films that a page asked for, whole or no more than what it opens with."""
    return {url.removesuffix(".opening") for url in page.context.watch.asked if "/films/" in url}


def test_a_copied_link_shows_another_visitor_the_same_picture_with_the_same_words(visit):
    page = visit("/som?data=moons&som.rows=5&som.cols=4&som.steps=600&v=1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page)
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    page.fill(".th-scrub", "17")
    ready(page, step=17)
    press(page, "more")
    page.click("text=Copy link to this step")
    expect(page.locator(".th-note")).to_have_text("link copied")
    from_player = page.evaluate("navigator.clipboard.readText()")
    assert "som.rows=4" in from_player
    assert meant(shared_link(page)) == meant(from_player)
    other = visit(from_player, locale="zh-CN", dark=True, width=700)
    ready(other, step=17)
    assert film(other) == film(page)
    assert caption(other) == caption(page)
    assert films(other) <= films(page)  # both watch one
    assert len(films(other)) == 1
    unbroken(other)


def test_without_a_clipboard_the_link_is_shown_and_selected(server, visit):
    page = visit(
        "/som?step=9&data=square", at=f"http://theoria.test:{server.port}"
    )  # plain http by name: browsers give no clipboard there
    ready(page, step=9)
    assert page.evaluate("navigator.clipboard") is None
    press(page, "more")
    page.click("text=Copy link to this step")
    selected = "(() => { const {value, selectionStart, selectionEnd} = document.activeElement; return value.slice(selectionStart, selectionEnd); })()"
    link = page.evaluate(selected)
    assert link.startswith(f"http://theoria.test:{server.port}/som?")
    assert link.endswith("step=9")
    expect(page.locator(".th-linkbox")).to_contain_text("Ctrl+C")
    page.keyboard.press("Escape")
    page.locator(".st-key-sharing button").first.click()
    page.click(".th-share button")
    expect(page.locator(".th-share p")).to_contain_text("Ctrl+C")
    assert page.evaluate(selected) == link


def test_illegal_values_in_a_link_fall_back_alone_and_are_said(visit):
    bad = quote("<img src=x onerror=window.hacked=1>")
    page = visit(
        f"/som?som.rows=99&som.sigma=abc&som.wings=2&som.cols=8&som.topology=rectangular&som.{bad}=1&som.steps={bad}&step=7"
    )
    ready(page, step=7)
    for name, value in (("rows", "12"), ("sigma", "5.5"), ("cols", "8"), ("steps", "3000")):
        expect(slider(page, name)).to_have_value(value)
    said = page.locator(".th-notice")
    expect(said).to_have_count(5)
    for words in ("som.rows", "99", "som.sigma", "abc", "som.wings"):
        expect(said.filter(has_text=words)).not_to_have_count(0)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    unbroken(page)


def test_another_language_changes_every_word_and_nothing_else(visit):
    page = visit("/som?som.rows=7&data=moons")
    ready(page)
    page.fill(".th-scrub", "21")
    ready(page, step=21)
    said = caption(page)
    with another_film(page):
        page.locator(".th-tongue").click()
    expect(page.locator("h1")).to_have_text("自组织映射")
    ready(page, step=21)
    assert caption(page) != said
    expect(page.locator(".st-key-som-rows")).to_contain_text("行")
    expect(slider(page, "rows")).to_have_value("7")
    assert "lang=zh" in page.url
    assert "som.rows=7" in page.url
    with another_film(page):
        page.locator(".th-tongue").click()
    assert step(page) == 21
    assert caption(page) == said
    idle(page)
    unbroken(page)
