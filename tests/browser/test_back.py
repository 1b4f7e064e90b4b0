"""Back, Forward and reload do what they do everywhere else."""

from playwright.sync_api import Page, expect

from tests.browser.playground import another_film, go, idle, press, ready, slider, step


def rows(page: Page) -> str:
    return str(slider(page, "rows").input_value())


def test_back_and_undo_bring_what_the_page_opened_with_and_forward_returns(sit):
    page = sit("som?data=square")
    opened = rows(page)
    with another_film(page):
        slider(page, "rows").press("ArrowRight")
    changed, address = rows(page), page.url
    assert changed != opened
    assert "som.rows" in address
    press(page, "more")
    expect(page.locator(".th-menu").get_by_text("Undo: Rows")).to_be_visible()
    page.keyboard.press("Escape")
    slider(page, "rows").focus()
    with another_film(page):
        page.keyboard.press("Control+z")
    assert rows(page) == opened
    assert "som.rows" not in page.url
    expect(page.locator(".th-menu").get_by_text("Undo")).to_have_count(0)
    page.keyboard.press("Control+z")
    with another_film(page):
        page.go_forward()
    assert rows(page) == changed
    assert page.url == address


def test_back_leaves_an_experiment(sit):
    page = sit("som?data=square")
    with another_film(page):
        page.locator(".st-key-experiments").get_by_text("A tangle", exact=True).click()
    expect(page.locator(".st-key-strip")).to_be_visible()
    with another_film(page):
        page.go_back()
    expect(page.locator(".st-key-experiments")).to_be_visible()
    expect(page.locator(".st-key-strip")).to_have_count(0)


def test_a_page_that_is_loaded_again_shows_the_step_it_was_left_at(sit):
    page = sit("som?som.rows=9&data=square")
    go(page, 24)
    page.reload()
    ready(page, step=24)
    idle(page)
    assert step(page) == 24
    with another_film(page):
        slider(page, "rows").press("ArrowRight")
    assert step(page) == 60  # another run opens where it always does


def test_back_to_the_bare_address_a_page_opened_with_brings_its_settings_back(visit):
    page = visit("/som")
    ready(page)
    idle(page)
    opened, address = rows(page), page.url
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    changed = page.url
    assert changed != address
    with another_film(page):
        page.go_back()
    idle(page)
    for _ in range(4):  # and it stays
        assert (page.url, rows(page)) == (address, opened)
        page.wait_for_timeout(400)
    with another_film(page):
        page.go_forward()
    assert page.url == changed


def test_back_before_the_new_picture_is_there_is_back_all_the_same(sit):
    page = sit("som?som.rows=9&data=square")
    idle(page)
    address = page.url
    slider(page, "rows").press("ArrowRight")
    page.wait_for_url("**som.rows=10**")
    page.go_back()
    idle(page)
    ready(page)
    page.wait_for_timeout(1500)
    assert (page.url, rows(page)) == (address, "9")
