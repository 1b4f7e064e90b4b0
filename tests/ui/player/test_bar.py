"""The bar: close looks, keys, the menu of a phone, what does not move."""

import re

import pytest
from playwright.sync_api import expect

import tests.ui.player.harness as harness
from tests.ui.player.harness import STAGE, Stream, error_at, events, film, head, press, show, steps, wait

PLACES = "[...document.querySelectorAll('.th-bar > *')].filter((one) => one.offsetWidth).map((one) => [one.className, one.getBoundingClientRect().x, one.offsetWidth])"


def test_the_word_for_the_device_moves_nothing_in_the_row_and_says_why_it_is_off(page):
    word, seen = page.locator(".th-device"), []
    for gpu, there in ((False, True), (True, True), (False, False)):
        show(page, "small", device={"gpu": gpu, "there": there, "said": "None here."})
        wait(page, step=11)
        assert word.get_attribute("aria-pressed") == str(gpu).lower()
        seen.append(page.evaluate(PLACES))
        word.click(force=True)
        page.wait_for_timeout(150)
    assert seen[0] == seen[1] == seen[2]
    assert [event["gpu"] for event in events(page, "device")] == [True, False]  # where there is none nothing is asked for
    expect(page.locator(".th-linkbox")).to_have_text("None here.")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(word).to_be_hidden()
    press(page, "more")
    item = page.locator(".th-menu .th-item", has_text="Compute on the GPU")
    assert item.get_attribute("aria-disabled") == "true"
    item.click(force=True)
    expect(page.locator(".th-linkbox")).to_have_text("None here.")
    page.keyboard.press("Escape")


def test_looking_closely_asks_the_page_with_the_step_of_the_algorithm(page):
    show(page, "small", start=7)
    wait(page, step=7)
    press(page, "closer")
    page.wait_for_function("window.events.length")
    assert events(page, "closer") == [{"kind": "closer", "step": 70, "picture": 7, "end": False}]
    show(page, "small", closeup={"now": True, "offered": True})
    assert page.inner_text(".th-closer") == "Back to the whole"
    press(page, "closer")
    page.wait_for_function("window.events.length === 2")
    assert events(page, "whole") == [{"kind": "whole"}]


def closely(steps: list[int]) -> list[dict]:
    """A close-up of these steps, each drawn, matched and pulled; where it begins is whole."""
    seen = [
        (steps[0], "", "Step {}"),
        *[(step, part, "Step {} · " + part) for step in steps[1:] for part in ("draw", "match", "pull")],
    ]
    lines = [
        line
        for i, (step, part, phase) in enumerate(seen)
        for line in ({"row": [step, 1.0, ""]}, harness.picture(i, step=step, part=part, phase=phase.format(step)))
    ]
    return [head(), *lines, {"done": True}]


@pytest.mark.parametrize(("last", "end"), [(200, 200), (None, 12)])
def test_a_close_up_shows_where_it_lies_in_the_whole_run_and_which_part_of_a_step_it_is_at(page, server, last, end):
    server.films["close"] = closely([10, 11, 12])
    show(page, "small", closeup={"now": False, "offered": True})
    wait(page, step=11)
    expect(page.locator(".th-close")).to_be_hidden()
    show(
        page,
        "close",
        start=5,
        closeup={
            "now": True,
            "offered": True,
            "steps": 40,
            "from": 10,
            "last": last,
            "parts": [[one, one] for one in ("draw", "match", "pull")],
        },
    )
    wait(page, step=5, film="close")
    expect(page.locator(".th-close b")).to_have_text("Close-up")
    expect(page.locator(".th-nth")).to_have_text(f"step 12 / {end}")
    drawn = page.get_attribute(".th-whole .th-here", "d")
    left, right = 100 * 10 / end, 100 * min(50, end) / end
    assert [float(number) for number in re.findall(r"[\d.]+", drawn)] == pytest.approx([left, 6, right])
    at = page.evaluate("parseFloat(document.querySelector('.th-whole i').style.left)")
    assert at == pytest.approx(100 * (11 + 2 / 3) / end, abs=1e-3)  # two of the three parts of step 12
    assert page.locator(".th-parts li").all_inner_texts() == ["draw", "match", "pull"]
    expect(page.locator(".th-parts [aria-current]")).to_have_text("match")
    press(page, "first")
    wait(page, step=0)
    expect(page.locator(".th-parts [aria-current]")).to_have_count(0)


def test_one_list_says_what_every_key_does_and_gives_the_focus_back(page):
    show(page, "small", start=2)
    wait(page, step=2)
    page.focus(".th-player .th-more")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    declared = page.evaluate("() => [...document.querySelectorAll('.th-keys kbd')].map((key) => key.textContent)")
    assert {"→", "←", "Home", "End", "Space", "?", "Enter", "Esc"} <= set(declared)
    page.keyboard.press("ArrowRight")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "2")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "th-more"
    press(page, "more")
    page.locator(".th-menu").get_by_text("Keyboard").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Close").click()
    expect(dialog).to_be_hidden()


def test_on_a_phone_looking_closely_and_pinning_are_in_the_menu_and_the_bar_has_two_rows(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    server.films["grows"] = growing = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "grows", pinned=False, closeup={"now": False, "offered": True})
    wait(page, step=2, state="running")
    assert page.locator(".th-bar").bounding_box()["height"] == 88
    rows = page.evaluate("""() => { const parts = [...document.querySelectorAll(".th-bar > *")].filter((one) => one.offsetHeight), middle = (one) => one.offsetTop + one.offsetHeight / 2;
        return parts.map(middle).sort((a, b) => a - b).filter((at, k, all) => !k || at - all[k - 1] > 12).length; }""")  # fmt: skip
    assert rows == 2
    expect(page.locator(".th-bar > :is(.th-closer, .th-pin):visible")).to_have_count(0)
    press(page, "more")
    assert page.locator(".th-menu .th-item").all_inner_texts()[:2] == ["Look closely here", "Pin this run"]
    page.click("text=Pin this run")
    page.wait_for_function("window.events.length")
    assert len(events(page, "pin")) == 1
    growing.say(*steps(3, 12), {"done": True})


def test_the_way_back_to_the_whole_is_live_where_a_close_up_cannot_be_run(page, server):
    server.films["refused"] = [head(), {"error": {"title": "This cannot be run", "text": "No sub-steps.", "diverged": False}}]
    show(page, "refused", closeup={"now": True, "offered": False})
    wait(page, state="error")
    expect(page.locator(".th-closer")).to_be_enabled()
    press(page, "closer")
    page.wait_for_function("window.events.length")
    assert events(page, "whole") == [{"kind": "whole"}]


@pytest.mark.parametrize("keys", [("small",), ("small", "other")])
def test_a_phone_needs_no_sideways_scrolling(page, keys):
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.evaluate(
        "data => window.mount(data)",
        {"kind": "share", "words": harness.WORDS, "link": "https://theoria.example/som?v=1" + "&x=1" * 50},
    )
    show(page, *keys)
    wait(page, step=11)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".th-plot").first.bounding_box()["height"] == (620 if len(keys) == 1 else 300)
    bar = page.locator(".th-bar").bounding_box()
    assert all(
        bar["x"] <= box["x"] and box["x"] + box["width"] <= 390
        for box in (one.bounding_box() for one in page.locator(".th-bar button:visible").all())
    )
    assert bar["y"] + bar["height"] <= 844  # the controls stick to the bottom of the window


def test_on_a_phone_bar_and_folded_caption_stick_and_a_tap_opens_it(page):
    page.set_viewport_size({"width": 390, "height": 600})
    show(page, "small", start=3)
    wait(page, step=3, folded="true")
    fold, heights = (
        page.locator(".th-peek"),
        "() => ['.th-bar', '.th-caption'].map((name) => Math.round(innerHeight - document.querySelector(name).getBoundingClientRect().top))",
    )
    assert page.evaluate(heights) == [88, 88 + 34]
    assert fold.inner_text().split("\n")[0] == "Step 3"
    assert f"{error_at(3):.3f}" in fold.inner_text()
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(heights) == [88, 88 + 204]
    fold.click()
    assert page.evaluate(heights) == [88, 88 + 34]
    tall = page.evaluate("document.querySelector('.th-player').offsetHeight")
    page.evaluate("document.querySelector('.th-player').scrollIntoView({block: 'end'})")
    wait(page, folded="false")
    expect(fold).to_be_hidden()
    assert page.evaluate("document.querySelector('.th-player').offsetHeight") == tall


WORDY = {
    "said": "Many words, " * 16,
    "phase": "A long phase",
    "metrics": [["error", "−0.123"], ["radius σ", "–"], ["a third", "1.49"]],
}


@pytest.mark.parametrize("width", [1280, 1100, 390])
def test_no_step_moves_caption_bar_or_metrics(page, server, width):
    server.films["wordy"] = [
        {
            "picture": line["picture"]
            | {"metrics": WORDY["metrics"]}
            | (WORDY if line["picture"]["step"] % 20 else {"formula": ""})
        }
        if "picture" in line
        else line
        for line in film(4)
    ]
    page.set_viewport_size({"width": width, "height": 800})
    show(page, "wordy", start=0)
    places = set()
    for at in range(4):
        wait(page, step=at)
        places.add(page.evaluate("""() => JSON.stringify([".th-caption", ".th-bar", ...document.querySelectorAll(".th-metrics div")].map((one) => {
            const {x, y, width, height} = (one.tagName ? one : document.querySelector(one)).getBoundingClientRect(); return [x, y + scrollY, width, height]; }))"""))  # fmt: skip
        press(page, "next") if at < 3 else None
    assert len(places) == 1
