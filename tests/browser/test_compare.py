"""Two runs side by side in the real page."""

from playwright.sync_api import Page, expect

from tests.browser.playground import another_film, film, idle, ready, shared_link, slider, unbroken


def compared(page: Page) -> None:
    """The main panels alone, on one scale; caption and bar on the first screen; and of every metric what lies between."""
    (left, right), bottom = page.evaluate("""() => [[...document.querySelectorAll(".th-plot")].map(({_fullLayout}) => [_fullLayout.xaxis.range, _fullLayout.yaxis.range, Boolean(_fullLayout.xaxis2)]),
        document.querySelector(".th-player").getBoundingClientRect().bottom]""")  # fmt: skip
    assert left == right
    assert not left[2]
    assert bottom <= page.viewport_size["height"]
    now, pinned, gap = ([float(cell.replace("−", "-")) for cell in row.locator("td").all_inner_texts()] for row in page.locator(".th-versus tbody tr").all())  # fmt: skip
    assert len(now) == 3
    assert all(abs(a - b - c) < 0.002 for a, b, c in zip(now, pinned, gap, strict=True))


def test_a_run_is_pinned_one_thing_changes_and_both_play_in_lock_step(visit):
    page = visit("/som?som.rows=5&som.cols=4&som.steps=600&data=square")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page)
    idle(page)
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
    assert page.locator(".th-when").all_inner_texts() == ["Step 70", "Step 70"]
    compared(page)
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
