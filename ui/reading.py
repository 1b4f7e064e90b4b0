"""A lesson as its reader sees it: title and place, the question before the run, how the class answers, on and back.

One lesson is read at a time. Its steps may lie on several topics' pages; on any other page nothing of it is seen.
"""

import base64
import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from engine.errors import DataError
from engine.links import carried
from runtime.tally import TALLY
from ui import address, lesson, presenting, questions, streamlit_patches
from ui.language import language, say
from ui.lesson import EVERYTHING, Lesson, Step
from ui.question import Question
from ui.text import LANGUAGES, Topic, phrases
from ui.visit import Taken, visit

SKIPPED = float("-inf")  # no number that a question asks for
SECONDS = {True: 2.0, False: 5.0}  # between two looks at the tally: on the projector, for everybody else


@dataclass
class Reading:
    """Where a reader is, and what was answered: step → choice, or SKIPPED."""

    lesson: Lesson
    packed: str | None
    at: int = 0
    fresh: bool = True  # the step's settings have not been taken yet
    answers: dict[int, float] = field(default_factory=dict)
    played: set[int] = field(default_factory=set)

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.at]


# ---- coming, going on, leaving


def arrive(slug: str | None) -> bool:
    """Open the lesson of a link that has just been opened, and go where its step is. Returns whether a step has been taken."""
    link = address.opened() or {}
    visit().page = slug
    presenting.arrive(link)
    if packed := link.get("lesson"):
        try:
            begin(lesson.unpack(packed), packed, link.get("part", ""))
        except DataError as problem:
            told = {key: html.escape(str(value)) for key, value in problem.values.items()}
            address.notice("bad_lesson", why=phrases(language())["errors"][problem.code].format(**told))
    elif link and slug:
        visit().lesson = None
    if step := visit().revisited:
        return _revisit(step, slug)
    reading = _reading()
    if not reading or not reading.fresh:
        return False
    if reading.lesson.v != address.VERSION:
        address.notice("older_link")
    if reading.step.slug != slug:
        st.switch_page(visit().pages[reading.step.slug])
    _take(reading)
    return True


def _revisit(step: Step, slug: str | None) -> bool:
    if step.slug != slug:
        st.switch_page(visit().pages[step.slug])
    visit().revisited = None
    _show(step)
    return True


def begin(lesson: Lesson, packed: str | None = None, part: str = "") -> None:
    """Read a lesson from one of its steps on. Raises DataError when it speaks of a topic that is not here."""
    check(lesson)
    at = int(part) - 1 if part.isdecimal() and len(part) < 3 else 0
    visit().lesson = Reading(lesson, packed, min(max(at, 0), len(lesson.steps) - 1))
    if packed is None and lesson.language in LANGUAGES:
        visit().language = lesson.language


def check(lesson: Lesson) -> None:
    """Raise DataError when a lesson speaks of a topic that is not here."""
    for step in lesson.steps:
        if step.slug not in visit().pages:
            raise DataError("lesson_topic", slug=step.slug)


def revisit(step: Step) -> None:
    """Show a step's run again, outside the lesson."""
    visit().revisited = step


def _take(reading: Reading) -> None:
    step, reading.fresh = reading.step, False
    _show(step, waits=step.question is not None and reading.at not in reading.answers)


def _show(step: Step, *, waits: bool = False) -> None:
    """Let a step's page have its settings. One that says none is no bare address: it was made on the page as it opened then."""
    at = {} if step.at is None or waits else {"step": str(step.at)}
    visit().topic(step.slug).experiment = Taken()
    st.session_state.pop(f"{step.slug}-experiment", None)
    address.take(step.slug, address.as_made(step.slug, {"v": str(address.VERSION), **step.settings, **at}))
    if step.own:
        try:
            visit().brought = carried(step.own.kind, step.own.content), step.own.name
        except DataError as problem:
            address.notice("bad_data", why=problem.code)


def turn(by: int) -> None:
    """The next step, or the one before."""
    if (reading := _reading()) and 0 <= reading.at + by < len(reading.lesson.steps):
        reading.at, reading.fresh = reading.at + by, True


def leave() -> None:
    """Close the lesson; the settings stay."""
    visit().lesson = None
    presenting.leave()


def answer(given: float) -> None:
    """Take the reader's answer to this step, and count it where it is a choice."""
    reading = _reading()
    if not reading or not (asked := reading.step.question) or reading.at in reading.answers:
        return
    if not (given == SKIPPED or asked.number or 0 <= given < len(asked.choices)):
        return
    reading.answers[reading.at] = given
    if asked.choices and given != SKIPPED:
        TALLY.vote(reading.lesson.id, reading.at, int(given), visit().voter)


def hear(slug: str, event: Mapping[str, Any]) -> None:
    """The keys that the player heard."""
    kind, value = event.get("kind"), event.get("value")
    if not _of(slug):
        return
    if kind == "turn" and value in (1, -1):
        turn(int(value))
    elif kind == "skip":
        answer(SKIPPED)
    elif kind == "answer" and isinstance(value, int):
        answer(value)


# ---- what the rest of the page asks


def hides(slug: str, name: str) -> bool:
    """Whether a control is set by the lesson."""
    reading = _of(slug)
    return reading is not None and (EVERYTHING in reading.step.hidden or name in reading.step.hidden)


def set_line() -> str:
    """What stands in place of hidden controls."""
    reading = _reading()
    if not reading or not reading.step.hidden or visit().page != reading.step.slug:
        return ""
    return f'<p class="th-set">{html.escape(say("lesson_set_all" if EVERYTHING in reading.step.hidden else "lesson_set"))}</p>'


def sets_all() -> bool:
    """Whether the lesson sets everything, so that nothing is left to set."""
    reading = _reading()
    return bool(reading and EVERYTHING in reading.step.hidden and visit().page == reading.step.slug)


def asking(slug: str) -> bool:
    """Whether a question waits for an answer: until then the run does not play."""
    reading = _of(slug)
    return reading is not None and reading.step.question is not None and reading.at not in reading.answers


def until(slug: str) -> int | None:
    """The picture to stop at."""
    reading = _of(slug)
    return reading.step.at if reading else None


def in_address(slug: str) -> dict[str, str] | None:
    """What stands in the address bar instead of the settings."""
    reading = _of(slug)
    return {"lesson": reading.packed, "part": str(reading.at + 1)} if reading and reading.packed else None


def reads(slug: str) -> bool:
    return _of(slug) is not None


def _reading() -> Reading | None:
    return visit().lesson


def _of(slug: str) -> Reading | None:
    """The lesson, on the page of its step."""
    reading = _reading()
    return reading if reading and reading.step.slug == slug else None


# ---- what is drawn


def bar(text: Topic) -> tuple[bool, int | None]:
    """The lesson's row. Returns whether to play from the start, and the picture to open at."""
    reading = _of(text.slug)
    assert reading
    steps = len(reading.lesson.steps)
    streamlit_patches.only("lesson", *["projected"] * presenting.on())
    with st.container(key="lesson", gap="small"):
        with st.container(key="lesson-head", horizontal=True, vertical_alignment="center", gap="small"):
            place = say("lesson_place", i=reading.at + 1, n=steps)
            st.html(f"<p><b>{html.escape(reading.lesson.title)}</b> <span>{html.escape(place)}</span></p>", width="stretch")
            _doors(reading, text.slug, steps)
        if reading.step.question is None:
            return False, None
        return _question(reading, reading.step.question, text)


def _doors(reading: Reading, slug: str, steps: int) -> None:
    if reading.packed:
        door = st.popover("", icon=":material/qr_code_2:", help=say("qr"), type="tertiary", key="lesson-qr", on_change="rerun")
        if door.open:
            with door:
                show_code(address.lesson_link(reading.packed, slug, reading.lesson.steps[0].slug, language()))
    st.button(
        "", icon=":material/arrow_back:", help=say("lesson_back"), on_click=turn, args=(-1,), disabled=not reading.at,
        key="lesson-back", type="tertiary",
    )  # fmt: skip
    st.button(
        say("lesson_next"), on_click=turn, args=(1,), disabled=reading.at == steps - 1, key="lesson-next",
    )  # fmt: skip
    if presenting.on():
        presenting.door()
    else:
        st.button("", icon=":material/close:", help=say("lesson_leave"), on_click=leave, key="lesson-leave", type="tertiary")


def _question(reading: Reading, asked: Question, text: Topic) -> tuple[bool, int | None]:
    given = reading.answers.get(reading.at)
    questions.asked(asked)
    if given is None:
        with st.container(key="lesson-answers", horizontal=True, gap="small"):
            choices = () if presenting.on() else asked.choices  # on the projector the bars say them
            questions.answers(asked, text, f"lesson-answer-{reading.at}", answer, choices)
            skip = "lesson_run" if presenting.on() else "lesson_skip" if asked.choices else "lesson_guessed"
            st.button(say(skip), key=f"lesson-skip-{reading.at}", on_click=answer, args=(SKIPPED,), type="tertiary")
    else:
        st.html(_told(asked, given, text), width="stretch")
    if asked.choices and (presenting.on() or (given is not None and given != SKIPPED)):
        st.fragment(_bars, run_every=SECONDS[presenting.on()])(reading.lesson.id, reading.at, asked, given is not None)
    if given is None:
        return False, 0
    first = reading.at not in reading.played
    reading.played.add(reading.at)
    return first, None


def _told(asked: Question, given: float, text: Topic) -> str:
    """What was answered, and what is so; of a choice that was wrong, or not made, which one is right."""
    skipped = given == SKIPPED
    verdict = "" if skipped else questions.verdict(asked, given)
    if asked.right is not None and given != asked.right:
        so = say("lesson_right", answer=asked.said(asked.right))
        verdict = f"<b>{html.escape(so if skipped else say('not_so') + ' ' + so)}</b>"
    return questions.told(asked, None if skipped else given, text, verdict)


def _bars(lesson: str, at: int, asked: Question, answered: bool) -> None:
    """How the class answers, as bars that grow."""
    counts = TALLY.counts(lesson, at, len(asked.choices))
    most, total = max(1, *counts), sum(counts)
    rows = "".join(
        f"<div{' data-right' if number == asked.right else ''}><span>{html.escape(words)}</span>"
        f'<i><u style="width:{round(100 * count / most)}%"></u></i><b>{count}</b></div>'
        for number, (words, count) in enumerate(zip(asked.choices, counts, strict=True))
    )
    wide = " th-tally-wide" if presenting.on() and len(counts) > 2 else ""
    st.html(f'<div class="th-tally{wide}" role="status" aria-label="{html.escape(say("tally", n=total))}">{rows}</div>')


def show_code(link: str) -> None:
    """The link as a QR code, or why there is none."""
    if picture := lesson.code(link):
        source = "data:image/svg+xml;base64," + base64.b64encode(picture).decode()
        st.html(f'<img class="th-qr" src="{source}" alt="{html.escape(say("qr"))}">')
    else:
        st.caption(say("qr_long"))
    if "://localhost" in link or "://127." in link:
        st.caption(say("link_local"))
