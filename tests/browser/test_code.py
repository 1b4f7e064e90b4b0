"""The code tab follows the film: the lines that make a picture are lit in it."""

from playwright.sync_api import Page, expect

from engine.learning.em import ALGORITHMS
from tests.browser.playground import PHONE, press, ready, sideways, unbroken
from ui.running import running

LIT = ".th-code [data-shown=true] [aria-current=step]"
COINS = running(ALGORITHMS[0])


def lit(page: Page) -> list[int]:
    """The lines that are lit, in the function that is shown."""
    return page.locator(LIT).evaluate_all("(lines) => lines.map((line) => [...line.parentElement.children].indexOf(line))")


def code(page: Page) -> None:
    page.get_by_role("tab", name="Code").click()
    expect(page.locator(".th-code")).to_be_visible()


def test_the_lit_lines_change_with_the_part_while_one_steps_through_a_close_up(sit):
    page = sit("em?v=1&em.show=coins&em.close_up=1")
    page.keyboard.press("Home")
    ready(page, step=0)
    code(page)
    height, seen = page.locator(".th-code").evaluate("(pane) => pane.clientHeight"), set()
    for k in range(1, 9):
        press(page, "next")
        ready(page, step=k)
        part = page.evaluate(
            "() => { const {films, shown, mood} = window.theoria.player; return films[0].picture(shown, mood).part; }"
        )
        shown, rows = COINS["parts"][part]
        assert lit(page) == rows
        expect(page.locator(".th-code [data-shown=true] > p")).to_contain_text(COINS["functions"][shown]["name"])
        assert page.inner_text(".th-code aside b") == page.inner_text(".th-player .th-phase")
        assert page.locator(".th-code").evaluate("(pane) => pane.clientHeight") == height
        seen.add(part)
    assert len(seen) > 1
    expect(page.locator(".th-code .th-invite")).to_be_hidden()
    unbroken(page)
    page.get_by_role("tab", name="Theory").click()  # as it was for who sits here next


def test_a_whole_run_invites_to_look_closely_and_then_the_lines_light_up(visit):
    page = visit("/som?v=1&lang=zh&data=square&som.rows=5&som.cols=4")
    ready(page)
    page.get_by_role("tab", name="代码").click()
    page.locator(".th-code .th-invite button").click()
    ready(page, step=0)
    press(page, "next")
    ready(page, step=1)
    expect(page.locator(LIT).first).to_be_visible()
    unbroken(page)


def test_the_code_has_room_on_a_phone(sit):
    page = sit("som?v=1&som.close_up=20&data=square&som.rows=5&som.cols=4")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.keyboard.press("Home")
    ready(page, step=0)
    code(page)
    press(page, "next")
    ready(page, step=1)
    expect(page.locator(LIT).first).to_be_visible()
    assert sideways(page) == []
    page.get_by_role("tab", name="Theory").click()
