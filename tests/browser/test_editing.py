"""Cells are edited where the picture is: the run follows, and the address carries the table."""

from playwright.sync_api import Page, expect

from engine.links import unpack
from tests.browser.playground import PATIENCE, idle, ready


def test_a_cell_is_edited_and_the_link_opens_the_same_table(visit):
    page = visit("/decoding")
    ready(page)
    page.locator(".st-key-decoding-own button").first.click()
    idle(page)
    chosen(page, "glide-cell-2-0", across=0.6, down=54)
    page.keyboard.press("9")
    expect(page.locator(".gdg-input")).to_have_value("9")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decoding?data=~*")
    ready(page, state="error")
    assert "9 is no probability" in page.inner_text(".th-player")
    again = visit("/" + page.url.split("/", 3)[3])
    ready(again, state="error", drawn="false")
    assert "9 is no probability" in again.inner_text(".th-player")


def test_numbers_with_a_comma_are_pasted_and_a_point_alone_is_typed(visit):
    page = visit("/decoding")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page)
    page.locator(".st-key-decoding-own button").first.click()
    idle(page)
    page.evaluate("navigator.clipboard.writeText('0,4\\t0,3')")
    chosen(page, "glide-cell-2-0", across=0.6, down=54)
    page.keyboard.press("Control+v")
    page.wait_for_url("**/decoding?data=~*")
    idle(page)
    assert row(page, 0)[1:3] == [0.4, 0.3]
    chosen(page, "glide-cell-2-1", across=0.6, down=90)
    typed(page, ".4")
    with page.expect_navigation(url="**/decoding?data=~*", wait_until="commit"):
        page.keyboard.press("Enter")
    idle(page)
    assert row(page, 1)[1] == 0.4


def typed(page: Page, words: str) -> None:
    """Typed into the cell that is chosen: the first key opens it."""
    page.keyboard.press(words[0])
    expect(page.locator(".gdg-input")).to_have_value(words[0])
    page.keyboard.type(words[1:])
    expect(page.locator(".gdg-input")).to_have_value(words)


def row(page: Page, number: int) -> list[str | float]:
    """The cells of a row of the table in the address."""
    table = unpack(page.url.split("data=~")[1].split("&")[0])
    return [table.frame[column][number] for column in table.columns]


def chosen(page: Page, cell: str, *, across: float, down: int) -> None:
    """A cell of the grid, clicked until the grid, which listens a little after it is drawn, has taken the click."""
    canvas, held = page.get_by_test_id("stDataFrame").locator("canvas").first, page.locator(f"#{cell}:focus")
    canvas.wait_for()
    for _ in range(PATIENCE // 500):
        box = canvas.bounding_box()
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down)
        page.wait_for_timeout(500 if not held.count() else 0)
        if held.count():
            return
    raise AssertionError(f"{cell} is not chosen")
