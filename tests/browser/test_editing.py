"""Cells are edited where the picture is: the run follows, and the address carries the table."""

from tests.browser.playground import ready


def test_a_cell_is_edited_and_the_link_opens_the_same_table(visit):
    page = visit("/decoding")
    ready(page)
    page.locator(".st-key-decoding-own button").first.click()
    cells = page.get_by_test_id("stDataFrame").locator("canvas").first
    cells.wait_for()
    page.wait_for_timeout(500)  # the grid listens a little after it is drawn
    box = cells.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 54)
    page.keyboard.press("9")
    page.wait_for_timeout(300)  # the cell opens
    page.keyboard.press("Enter")
    page.wait_for_url("**/decoding?data=~*")
    ready(page, state="error")
    assert "9 is no probability" in page.inner_text(".th-player")
    again = visit("/" + page.url.split("/", 3)[3])
    ready(again, state="error", drawn="false")
    assert "9 is no probability" in again.inner_text(".th-player")
