"""Two runs beside each other, and the pin that makes two of one."""

import pytest
from playwright.sync_api import expect

import tests.ui.player.harness as harness
from charts.numbers import short
from tests.ui.player.harness import Stream, error_at, events, film, head, opening, press, show, wait


def test_two_films_move_in_lock_step_and_the_shorter_waits_at_its_end(page):
    show(page, "small", "other")
    wait(page, step=11, film="small,other", count=12)
    assert page.locator(".th-pane").count() == 2
    assert page.locator(".th-name").all_inner_texts() == ["film small", "film other"]
    assert page.locator(".th-phase").all_inner_texts() == ["Step 11", "Step 5"]
    page.fill(".th-scrub", "2")
    wait(page, step=2)
    assert page.locator(".th-phase").all_inner_texts() == ["Step 2", "Step 2"]
    boxes = [pane.bounding_box() for pane in page.locator(".th-plot").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    show(page, "small")
    wait(page, film="small", step=11)
    assert page.locator(".th-pane").count() == 1


def dense(n: int) -> list[dict]:
    """A film whose steps are half as far apart as those of the others."""
    lines = film(n, rate=30)
    for i, line in enumerate(line for line in lines if "row" in line):
        line["row"][0] = 5 * i
    return lines


def test_two_films_whose_steps_do_not_match_stand_at_the_same_part_and_that_is_said(page, server):
    server.films["dense"] = dense(23)
    lock = page.locator(".th-lock")
    show(page, "small", "dense")
    wait(page, step=22, film="small,dense", count=23)
    expect(lock).to_have_text(harness.WORDS["lock_part"])
    assert page.locator(".th-phase").all_inner_texts() == ["Step 11", "Step 22"]
    for at, phases in ((0, ["Step 0", "Step 0"]), (10, ["Step 5", "Step 10"]), (20, ["Step 10", "Step 20"])):
        page.fill(".th-scrub", str(at))
        wait(page, step=at)
        assert page.locator(".th-phase").all_inner_texts() == phases
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.locator(".th-numbers tr[data-i='3']").first.click()  # the third picture of the first film
    wait(page, step=6)
    assert page.locator(".th-when").all_inner_texts() == ["Step 3", "Step 6"]
    show(page, "small", "other")
    wait(page, film="small,other", step=11)
    expect(lock).to_have_text(harness.WORDS["lock_step"])


def test_where_one_of_two_films_broke_before_its_first_picture_the_other_is_shown_and_it_says_why(page, server):
    server.films["never"] = [
        head(),
        {"error": {"title": "No such edge", "text": "Take one of those that are there.", "diverged": False}},
    ]
    for pair in (("small", "never"), ("never", "small")):
        show(page, *pair)
        wait(page, step=11, film=",".join(pair), count=12)
        broken, whole = (page.locator(".th-pane").nth(pair.index(name)) for name in ("never", "small"))
        expect(broken.locator(".th-words")).to_contain_text("No such edge")
        assert "Take one of those that are there." in broken.locator(".th-words").inner_text()
        assert whole.locator(".plot-container").count() == 1
        expect(page.locator(".th-lock")).to_have_text("")


def test_of_two_films_the_main_panels_stand_beside_each_other_and_on_a_phone_one_above_the_other(page):
    for width, beside in ((1280, True), (700, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 800})
        show(page, "small", "other")
        wait(page, step=11, film="small,other")
        page.wait_for_function("beside => document.querySelector('.th-panes').dataset.beside === String(beside)", arg=beside)
        boxes = [view.bounding_box() for view in page.locator(".th-view").all()]
        assert (boxes[0]["y"] == boxes[1]["y"]) == beside
        panels = "() => [...document.querySelectorAll('.th-plot')].map(({_fullLayout}) => Object.keys(_fullLayout._plots).join())"
        assert page.evaluate(panels) == ["xy", "xy"]
        assert page.locator(".th-caption:visible").count() == 1
        lock, formula = (page.locator(f"{one}:visible").bounding_box() for one in (".th-lock", ".th-sum"))
        assert formula["y"] + formula["height"] <= lock["y"] + 1 or formula["y"] >= lock["y"] + lock["height"] - 1
        assert (
            page.locator(".th-versus").evaluate_all(
                "all => all.filter((one) => one.scrollWidth > one.parentElement.clientWidth).length"
            )
            == 0
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_films_share_a_scale_where_it_says_the_same_of_both(page, server):
    reach = "() => [...document.querySelectorAll('.th-plot')].map(({_fullLayout: {xaxis, yaxis}}) => [xaxis.range, yaxis.range])"
    server.films["far"], server.films["named"] = film(4), film(4)
    for line in server.films["far"] + server.films["named"]:
        if "picture" in line:
            line["picture"]["figure"]["layout"]["xaxis"] = {"range": [2, 9], "anchor": "y"}
    for line in server.films["named"]:
        if "picture" in line:
            line["picture"]["figure"]["layout"]["xaxis"]["title"] = {"text": "another quantity"}
    show(page, "small", "far", start=2)
    wait(page, step=2, film="small,far")
    assert page.evaluate(reach) == [[[-0.5, 9], [-0.5, 3.5]]] * 2
    show(page, "small", "named", start=2)
    wait(page, step=2, film="small,named")
    assert page.evaluate(reach) == [[[-0.5, 3.5], [-0.5, 3.5]], [[2, 9], [-0.5, 3.5]]]


@pytest.mark.parametrize(
    ("now", "pinned", "said", "gap"),
    [
        (0.523, 0.61, ("0.523", "0.610"), "−0.087"), (0.6104, 0.61, ("0.610", "0.610"), "0.000"), (12, 9, ("12", "9"), "+3"),
        (0.83, 0.78, ("83\u00a0%", "78\u00a0%"), "+5\u00a0%"), (0.83, 0.78, ("83%", "78%"), "+5%"), (2e-9, 5e-9, ("2 × 10⁻⁹", "5 × 10⁻⁹"), "−3 × 10−9"),
        (None, 0.61, ("–", "0.610"), "–"), ("7 × 7", "3 × 3", ("7 × 7", "3 × 3"), "–"),
    ],
)  # fmt: skip
def test_the_caption_of_two_films_says_what_lies_between_their_metrics(page, server, now, pinned, said, gap):
    for key, value, text in zip("ab", (now, pinned), said, strict=True):
        lines = [head(), {"row": [0, value, ""]}, harness.picture(0, metrics=[["error", text], ["only here" + key, "1"]])]
        server.films[key] = [*lines, {"done": True}]
    show(page, "a", "b")
    wait(page, step=0, film="a,b")
    rows = [row.locator("td").all_inner_texts() for row in page.locator(".th-versus tbody tr").all()]
    assert [row[0] for row in rows] == [page.evaluate("text => text.replace(/10⁻⁹/, '10−9')", text) for text in said] + [gap]
    assert [row[1] for row in rows] == ["1", "–", "–"]
    assert page.locator(".th-versus tbody th").all_inner_texts() == ["now", "pinned", "now − pinned"]


def test_films_that_rest_at_the_picture_their_page_opens_at_are_compared_and_reported_with_its_numbers(page, server):
    for name in ("rests", "rests2"):
        server.films[name] = Stream()
        server.films[name].say(*opening(11))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, "rests", "rests2")
    wait(page, step=11, film="rests,rests2")
    assert page.locator(".th-versus:visible tbody tr").last.locator("td").first.inner_text() == "0.000"
    press(page, "more")
    page.click("text=Something wrong here?")
    expect(page.locator(".th-note")).to_have_text("report copied")
    assert page.evaluate("navigator.clipboard.readText()").splitlines().count(f"error: {error_at(11)}") == 2


def test_the_table_says_what_lies_between_the_numbers_that_are_shown(page):
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    show(page, "small", "other")
    wait(page, step=11)
    page.fill(".th-scrub", "8")
    wait(page, step=8)
    rows = page.locator(".th-both tr")
    assert rows.locator("th").all_inner_texts() == ["now", "pinned", "difference"]
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert [row[0] for row in cells] == ["80", "50", "30"]  # the shorter one waits at its end
    assert cells[2][1] == short(error_at(8) - error_at(5), 5)
    show(page, "small")
    wait(page, film="small")
    expect(page.locator(".th-both")).to_have_count(0)


def test_the_pin_tells_the_page_and_a_pinned_run_is_only_looked_at(page):
    show(page, "small")
    expect(page.locator(".th-pin")).to_be_hidden()  # where there is nothing to pin with, as in a saved film
    show(page, "small", pinned=False)
    wait(page, step=11)
    press(page, "pin")
    page.wait_for_function("window.events.some(([, {kind}]) => kind === 'pin')")
    show(page, "small", pinned=True)
    expect(page.locator(".th-lock")).to_have_text(harness.WORDS["pin_waits"])
    show(page, "small", "other", pinned=True)
    wait(page, step=11, film="small,other")
    page.evaluate("""() => { const gd = document.querySelectorAll(".th-plot")[1], box = gd.getBoundingClientRect(), X = gd._fullLayout.xaxis, Y = gd._fullLayout.yaxis;
        window.at = [box.left + X._offset + X.l2p(gd.data[0].x[4]), box.top + Y._offset + Y.l2p(gd.data[0].y[4])]; }""")
    page.mouse.click(*page.evaluate("window.at"))
    page.wait_for_timeout(200)
    assert events(page, "click") == []
    press(page, "pin")
    page.wait_for_function("window.events.some(([, {kind}]) => kind === 'unpin')")
