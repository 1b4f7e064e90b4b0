"""A teacher makes a lesson, shows it on a projector, and a class reads it on its phones."""

import time
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.playground import PHONE, another_film, idle, main_in_sight, ready, sideways, step, unbroken
from ui import lesson
from ui.lesson import Lesson, Step
from ui.question import Question

EVIL = "<img src=x onerror=window.hacked=1>"
SECONDS = 300  # from an empty page to a class that answers


def teach(page: Page) -> None:
    page.get_by_role("tab", name="Make a lesson").click()
    idle(page)


def add(page: Page, number: int, *, ask: str = "", choices: str = "", right: str = "", why: str = "", hide: str = "") -> None:
    """Fill the form and add what is shown."""
    for label, words in (("What shall they predict", ask), ("Answers to choose from", choices), ("Why; shown", why)):
        if words:
            page.get_by_label(label).fill(words)
            if label != "Why; shown":  # the last is left by clicking the button
                page.get_by_label(label).blur()
                idle(page)
    if right:
        page.locator("[class*=st-key-teach-right]").get_by_role("combobox").click()
        page.get_by_role("option", name=right, exact=True).click()
        idle(page)
    if hide:
        page.locator("[class*=st-key-teach-hide]").get_by_text(hide, exact=True).click()
    page.get_by_role("button", name=f"Add what is shown as step {number}").click()
    expect(page.locator(f".st-key-teach-row-{number - 1}")).to_be_visible()
    idle(page)


def to_topic(page: Page, title: str) -> None:
    page.locator(".th-menu-button").click()
    page.locator(".th-panel").get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)
    ready(page)
    idle(page)


def on_one_screen(page: Page) -> bool:
    """Whether nothing of a presented page lies outside the window."""
    return page.evaluate("""() => { const box = document.querySelector(".th-player").getBoundingClientRect(), main = document.querySelector("[data-testid=stMain]");
        return box.bottom <= innerHeight && box.right <= innerWidth && document.querySelector(".st-key-lesson").getBoundingClientRect().top >= 0 && main.scrollHeight <= main.clientHeight + 1; }""")  # fmt: skip


def votes(page: Page) -> list[int]:
    return [int(text) for text in page.locator(".th-tally b").all_text_contents()]


def test_a_teacher_has_three_steps_on_a_projector_and_on_phones_within_five_minutes(visit):
    begun = time.monotonic()
    teacher = visit("/som?data=square")
    ready(teacher)
    teacher.get_by_role("button", name="A tangle").or_(teacher.get_by_role("radio", name="A tangle")).first.click()
    ready(teacher, step=0)
    teach(teacher)
    teacher.get_by_role("button", name="Take the question of “A tangle”").click()
    idle(teacher)
    add(teacher, 1, hide="none")
    to_topic(teacher, "Expectation maximisation")
    teach(teacher)
    add(teacher, 2, ask="How many clouds?", choices="one\ntwo\nthree", right="two", why="Old Faithful erupts in two ways.")
    teacher.fill(".th-scrub", "4")
    ready(teacher, step=4)
    add(teacher, 3)
    teacher.get_by_label("Title of the lesson").fill("What learning sees")
    teacher.get_by_label("Title of the lesson").blur()
    idle(teacher)
    expect(teacher.locator(".th-qr")).to_be_visible()
    link = teacher.locator(".st-key-teach code").inner_text().replace("\n", "")
    unbroken(teacher)
    made = lesson.unpack(parse_qs(urlsplit(link).query)["lesson"][0])
    assert made.title == "What learning sees"
    assert [(one.slug, one.at) for one in made.steps] == [("som", None), ("em", None), ("em", 4)]

    beamer = visit(link + "&present=1", height=720, dark=True)
    ready(beamer, step=0, mood="projector")
    expect(beamer.locator("h1")).to_be_hidden()
    expect(beamer.locator(".st-key-bar")).to_be_hidden()
    assert votes(beamer) == [0, 0]
    assert on_one_screen(beamer)

    phone = visit(link, **PHONE)
    ready(phone, step=0, narrow="true")
    assert sideways(phone) == []
    assert main_in_sight(phone)
    expect(phone.locator(".th-bar .th-play")).to_be_disabled()
    expect(phone.locator(".st-key-stage")).to_contain_text("Set by the lesson.")
    expect(phone.locator(".st-key-stage").get_by_role("slider", name="Rows")).to_have_count(0)
    assert phone.locator(".th-tally").count() == 0
    phone.get_by_role("button", name="folded", exact=True).tap()
    ready(phone, playing="true")
    expect(phone.locator(".th-tally b").nth(1)).to_have_text("1")
    expect(phone.locator(".th-why")).to_be_hidden()
    expect(beamer.locator(".th-tally b").nth(1)).to_have_text("1")  # without a touch
    phone.locator(".th-bar .th-last").tap()
    ready(phone, playing="false", step=60)
    expect(phone.locator(".th-why")).to_contain_text("Right. It folds where it is red")
    assert sideways(phone) == []

    beamer.keyboard.press("ArrowRight")
    assert step(beamer) == 0  # the question comes first
    beamer.keyboard.press("Space")
    ready(beamer, playing="true")
    beamer.keyboard.press("End")
    ready(beamer, playing="false", step=60)
    expect(beamer.locator(".th-why")).to_be_visible()
    beamer.keyboard.press("ArrowLeft")
    ready(beamer, step=59)
    beamer.wait_for_timeout(600)
    assert on_one_screen(beamer)
    assert time.monotonic() - begun < SECONDS

    beamer.keyboard.press("PageDown")
    expect(beamer.locator(".st-key-lesson")).to_contain_text("How many clouds?")
    ready(beamer, step=0)
    beamer.wait_for_timeout(600)
    assert on_one_screen(beamer)
    beamer.keyboard.press("PageDown")
    expect(beamer.locator(".st-key-lesson")).to_contain_text("step 3 of 3")
    ready(beamer, step=4)
    beamer.wait_for_timeout(600)
    assert on_one_screen(beamer)
    beamer.keyboard.press("PageUp")
    expect(beamer.locator(".st-key-lesson")).to_contain_text("step 2 of 3")
    ready(beamer, step=0)
    beamer.keyboard.press("Escape")
    expect(beamer.locator(".st-key-bar")).to_be_visible()
    ready(beamer, mood="dark")
    idle(beamer)
    assert "present" not in beamer.url
    for page in (beamer, phone):
        unbroken(page)


def test_a_lesson_of_hostile_words_stops_at_its_picture_explains_there_and_harms_nobody(visit):
    asked = Question(ask=EVIL, choices=(EVIL, "plain"), right=0, why=EVIL)
    only = Step(slug="som", at=4, settings={"data": "square", "som." + EVIL: EVIL}, question=asked)
    page = visit("/som?lesson=" + lesson.pack(Lesson(v=1, title=EVIL, language="en", steps=(only,))))
    ready(page, step=0)
    page.get_by_role("button", name=EVIL).click()
    ready(page, step=4, playing="false")
    expect(page.locator(".th-why")).to_contain_text(f"Right. {EVIL}")
    expect(page.locator(".th-tally")).to_contain_text(EVIL)
    page.locator(".st-key-lesson-qr button").first.click()
    expect(page.locator(".th-qr")).to_be_visible()
    assert step(page) == 4
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], [onerror]").count() == 0


def test_on_a_projector_the_code_is_seen_whole_and_the_run_begins_by_space_or_by_its_button(visit):
    asked = Question(ask="Will the sheet lie flat?", choices=("flat", "tangled", "torn"))
    small = {"data": "square", "som.rows": "5", "som.cols": "4"}
    steps = tuple(Step(slug="som", settings=small | {"som.seed": seed}, question=asked) for seed in "12")
    packed = lesson.pack(Lesson(v=1, title="Maps", language="en", steps=steps))
    beamer = visit(f"/som?lesson={packed}&present=1", height=720)
    for begin in ("space", "button"):
        ready(beamer, step=0)
        idle(beamer)
        door = beamer.locator(".st-key-lesson-qr button").first
        door.click()
        code = beamer.locator(".th-qr")
        expect(code).to_be_visible()
        box, hall = code.bounding_box(), beamer.get_by_test_id("stPopoverBody").bounding_box()
        assert box["y"] + box["height"] <= hall["y"] + hall["height"] <= 720
        door.click()
        expect(code).to_have_count(0)
        if begin == "space":
            expect(door).to_be_focused()
            beamer.keyboard.press("Space")
        else:
            beamer.get_by_role("button", name="Run it").click()
        ready(beamer, playing="true")
        expect(beamer.locator(".th-qr")).to_have_count(0)
        if begin == "space":
            with another_film(beamer):
                beamer.keyboard.press("PageDown")
