"""What stands beside the film: its numbers, its code, its link, doors in the prose."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import tests.ui.player.harness as harness
from tests.ui.player.harness import STAGE, Stream, error_at, events, head, press, show, step, steps, wait


def test_the_table_follows_the_film_and_leads_to_its_steps(page, server):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    expect(page.locator(".th-empty")).to_be_visible()
    growing = server.films["table"] = Stream()
    growing.say(head(), *steps(0, 3))
    show(page, "table")
    expect(page.locator(".th-numbers tr[data-i]")).to_have_count(3)
    growing.say(*steps(3, 5), {"done": True})
    expect(page.locator(".th-numbers tr[aria-current]")).to_have_text(re.compile("^4"))
    assert page.locator(".th-numbers thead th").all_inner_texts() == ["Picture", "step", "error", "=kind"]
    assert page.locator(".th-numbers tr[data-i='1'] td").all_inner_texts() == ["10", "0.8333", 'a "1"']
    page.click(".th-numbers tr[data-i='1']")
    wait(page, step=1)
    expect(page.locator(".th-numbers tr[aria-current]")).to_have_attribute("data-i", "1")
    page.keyboard.press("ArrowDown")
    page.focus(".th-numbers tr[data-i='2']")
    page.keyboard.press("Enter")
    wait(page, step=2)
    show(page, "other")
    expect(page.locator(".th-numbers tr[data-i]")).to_have_count(6)
    page.evaluate("window.unmount('player')")
    expect(page.locator(".th-empty")).to_be_visible()


def test_the_lines_that_make_the_picture_are_lit_one_function_at_a_time(page, server):
    parts, made = ["", "draw", "move", "draw"], {"draw": [0, [1]], "move": [1, [1, 2]]}
    functions = [{"name": name, "file": "a.py", "lines": [[0, "def <i>f</i>():"], [4, "one"], [4, "two"]]} for name in "fg"]
    pictures = [line for i, part in enumerate(parts) for line in (harness.row(i), harness.picture(i, 4, part=part))]
    server.films["parts"] = [head(), {"total": 4}, *pictures, {"done": True}]
    words = harness.WORDS | {"code_whole": "Whole."}
    page.evaluate("data => window.mount(data, 'numbers')", {"kind": "code", "words": words})
    show(page, "parts", start=0, code={"functions": functions, "parts": made, "says": []})
    wait(page, step=0)
    expect(page.locator(".th-code [aria-current=step]")).to_have_count(0)
    expect(page.locator(".th-code .th-invite")).to_have_text(re.compile("Whole. *Look closely here"))
    for k, lit in ((1, ["one"]), (2, ["one", "two"]), (3, ["one"])):
        press(page, "next")
        wait(page, step=k)
        expect(page.locator(".th-code [data-shown=true] [aria-current=step]")).to_have_text(lit)
        expect(page.locator(".th-code [data-shown=true] > p")).to_have_text("g · a.py" if k == 2 else "f · a.py")
        expect(page.locator(".th-code [aria-current=step]")).to_have_count(len(lit))
        assert page.inner_text(".th-code aside .th-sum") == page.inner_text(".th-player .th-sum")
        expect(page.locator(".th-code .th-invite")).to_be_hidden()
    press(page, "first")
    wait(page, step=0)
    page.click(".th-code .th-invite button")
    page.wait_for_function("window.events.some(([, value]) => value.kind === 'closer')")


SAID = ".th-column [data-shown=true] li span"


def test_values_stand_beside_the_lines_and_those_of_earlier_parts_of_the_step_stay_grey(page, server):
    parts = ["", "match", "pull", "match"]
    lines = [[0, "def f():"], [4, "winner = 1"], [4, "W += 2"]]
    code = {
        "functions": [{"name": "f", "file": "a.py", "lines": lines}],
        "parts": {"match": [0, [1]], "pull": [0, [2]]},
        "says": [[0, 1, "u = ⟦error⟧", 12], [0, 2, "⟦before⟧ → ⟦after⟧", 9]],
    }
    values = {"before": [[0.25] * 9, 2], "after": [[0.5 + k for k in range(9)], 2]}
    pictures = [
        line
        for i, part in enumerate(parts)
        for line in (harness.row(i), harness.picture(i, 4, part=part, step=i - i // 2, values=values))
    ]
    server.films["says"] = [head(), {"total": 4}, *pictures, {"done": True}]
    page.set_viewport_size({"width": 1600, "height": 900})
    show(page, "says", start=0, code=code)
    wait(page, step=0)
    expect(page.locator(".th-column")).to_be_hidden()
    press(page, "more")
    page.get_by_text("Code beside the picture").click()
    expect(page.locator(".th-column")).to_be_visible()
    stage = page.locator(STAGE).bounding_box()
    column = page.locator(".th-column").bounding_box()
    assert column["x"] > stage["x"] + stage["width"]
    assert column["height"] == pytest.approx(stage["height"], abs=1)
    places = page.locator(".th-column li").evaluate_all("(all) => all.map((line) => line.offsetTop)")
    for k, (winner, moved, lit) in enumerate(
        [
            ("", "", []),
            ("u = 0.8333", "", ["winner = 1"]),
            ("u = 0.8333", "0.25 → 2.50", ["W += 2"]),
            ("u = 0.625", "", ["winner = 1"]),
        ]
    ):
        if k:
            press(page, "next")
        wait(page, step=k)
        expect(page.locator(SAID)).to_have_text([winner, moved])
        expect(page.locator(f"{SAID}[data-now=true]")).to_have_text([moved or winner] if k else [])
        expect(page.locator(".th-column [aria-current=step] code")).to_have_text(lit)
        assert page.locator(".th-column li").evaluate_all("(all) => all.map((line) => line.offsetTop)") == places
    page.set_viewport_size({"width": 1400, "height": 900})
    expect(page.locator(".th-column")).to_be_hidden()
    page.evaluate("() => { delete window.theoria.code.page; }")


def test_numbers_leave_as_csv_that_no_spreadsheet_takes_for_a_formula(page):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    show(page, "other")
    wait(page, step=5)
    with page.expect_download() as waiting:
        page.click(".th-numbers .th-text")
    assert waiting.value.suggested_filename == "som.csv"
    rows = list(csv.reader(Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[:3] == [["step", "error", "'=kind"], ["0", "1", "'=1+1"], ["10", "0.8333", 'a "1"']]
    assert len(rows) == 7


def test_the_link_follows_the_step_and_is_selected_where_copying_is_not_allowed(fresh):
    page = fresh
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("data => window.mount(data)", {"kind": "share", "words": harness.WORDS})
    show(page, "small")
    wait(page, step=11)
    assert page.input_value(".th-share input") == "https://theoria.example/som?v=1&som.rows=5"
    press(page, "back")
    wait(page, step=10)
    assert page.input_value(".th-share input") == "https://theoria.example/som?v=1&som.rows=5&step=10"
    page.click(".th-share button")
    expect(page.locator(".th-share p")).to_have_text(harness.WORDS["select_hint"])
    assert page.evaluate("window.getSelection().toString()").endswith("step=10")
    press(page, "more")
    page.click("text=Copy link to this step")
    assert page.input_value(".th-linkbox input") == "https://theoria.example/som?v=1&som.rows=5&step=10"
    assert page.evaluate("document.activeElement.selectionEnd") == len(page.input_value(".th-linkbox input"))
    page.keyboard.press("Escape")
    expect(page.locator(".th-linkbox")).to_be_hidden()


def test_the_link_and_a_report_are_copied_where_that_is_allowed(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, "small", version="0123456789")
    wait(page, step=11)
    press(page, "more")
    page.click("text=Copy link to this step")
    expect(page.locator(".th-note")).to_have_text("link copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("&step=11")
    press(page, "more")
    page.click("text=Something wrong here?")
    expect(page.locator(".th-note")).to_have_text("report copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[:3] == ["Theoria 0123456789", "https://theoria.example/som?v=1&som.rows=5&step=11", "Step 11 / 11"]
    assert f"error: {error_at(11)}" in lines
    assert lines[-1].startswith("CPU · 1280×800 · light · ")


def test_doors_in_the_prose_lead_to_pictures_of_this_run_and_ask_the_page_for_another(page):
    page.evaluate("""() => document.querySelector(".far").innerHTML =
        ["default:3", "default:last", "tangle:7"].map((to) => `<a href="#${to}">${to}</a>`).join(" ")""")
    show(page, "small", start=2, runs=["default"])
    wait(page, step=2)
    page.get_by_text("default:3").click()
    wait(page, step=3)
    page.get_by_text("default:last").click()
    wait(page, step=11)
    page.get_by_text("tangle:7").click()
    page.wait_for_function("window.events.some(([, value]) => value.kind === 'door')")
    asked = [(door["run"], door["picture"]) for door in events(page, "door")]
    page.evaluate("""() => document.querySelector(".far").replaceChildren()""")
    assert asked == [("tangle", "7")]
    assert step(page) == 11
