"""Two runs side by side in the real page."""

from playwright.sync_api import expect

from tests.browser.playground import another_film, film, idle, ready, shared_link, slider, unbroken


def test_a_run_is_pinned_one_thing_changes_and_both_play_in_lock_step(sit, visit):
    page = sit("som?som.rows=5&som.cols=4&som.steps=600&data=square")
    first = film(page)
    page.click(".th-pin")
    expect(page.locator(".th-lock")).to_contain_text("Now change one thing")
    idle(page)
    assert film(page) == first
    with another_film(page):
        slider(page, "rows").press("ArrowLeft")
    ready(page, films=2, step=60)
    assert film(page).split(",")[1] == first
    expect(page.locator(".th-lock")).to_have_text("Both at the same step.")
    assert page.locator(".th-name").all_inner_texts() == ["Now: Rows 4", "Pinned: Rows 5"]
    page.fill(".th-scrub", "7")
    ready(page, step=7)
    assert [words.split()[1] for words in page.locator(".th-phase").all_inner_texts()] == ["70", "70"]
    page.get_by_role("tab", name="Numbers").click()
    expect(page.locator(".th-both tr")).to_have_count(3)
    other = visit(shared_link(page))
    ready(other, films=2, step=7)
    assert film(other) == film(page)
    page.click(".th-pin")
    ready(page, films=1)
    idle(page)
    assert "pin=" not in page.url
    unbroken(page)
    unbroken(other)
