"""A link is a run: it opens the right page, with its settings, at its step, for everybody."""

from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.playground import (
    another_film,
    caption,
    data_box,
    film,
    idle,
    press,
    ready,
    shared_link,
    slider,
    step,
    unbroken,
)


def test_a_deep_link_on_a_fresh_server_opens_its_page_with_its_settings_at_its_step(fresh_server, visit):
    page = visit("/som?som.rows=7&som.topology=rectangular&som.sigma=3.5&data=moons&step=5&lang=zh&v=1", at=fresh_server().url)
    ready(page, step=5, count=61)
    unbroken(page)
    assert page.inner_text("h1") == "自组织映射"
    expect(slider(page, "rows")).to_have_value("7")
    expect(slider(page, "sigma")).to_have_value("3.5")
    expect(slider(page, "cols")).to_have_value("12")
    expect(page.locator(".st-key-som-topology [aria-checked=true], .st-key-som-topology [kind*=Active]")).to_have_count(1)
    assert "300" in data_box(page).input_value()


def test_a_copied_link_shows_another_visitor_the_same_picture_with_the_same_words(visit):
    page = visit("/som?data=moons&som.steps=1000&v=1")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page)
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    page.fill(".th-scrub", "17")
    ready(page, step=17)
    press(page, "more")
    page.click("text=Copy link to this step")
    expect(page.locator(".th-note")).to_have_text("link copied")
    from_player, from_box = page.evaluate("navigator.clipboard.readText()"), shared_link(page)
    assert "som.rows=11" in from_player
    for link in (from_player, from_box):
        other = visit(link, locale="zh-CN", width=1100)
        ready(other, step=17)
        assert film(other) == film(page)
        assert caption(other) == caption(page)
        unbroken(other)


def test_two_visitors_with_the_same_settings_watch_one_film(visit):
    pages = [visit("/som?som.rows=6", dark=dark, width=width) for dark, width in ((False, 1280), (True, 700))]
    for page in pages:
        ready(page)
    addresses = [{url for url in page.context.watch.asked if "/films/" in url} for page in pages]
    assert addresses[0] == addresses[1]
    assert len(addresses[0]) == 1


def test_without_a_clipboard_the_link_is_shown_and_selected(server, visit):
    page = visit("/som?step=9", at=f"http://theoria.test:{server.port}")  # plain http by name: browsers give no clipboard there
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
