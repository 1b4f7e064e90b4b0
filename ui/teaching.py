"""Making a lesson: the runs on the screen become its steps, and it leaves as a link, a QR code or a file. Nothing is stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from pydantic import ValidationError

from engine.errors import DataError, TheoriaError
from engine.links import WHOLE, carry
from engine.params import Spec
from ui import address, lesson, presenting, reading, ways
from ui.data import brought
from ui.language import language, say
from ui.lesson import EVERYTHING, Brought, Lesson, Step
from ui.player import mount, trouble
from ui.question import CHOICES, Question
from ui.text import Topic, markdown, theory
from ui.visit import visit

HIDE = ("none", "all", "some")
EMPTY: dict[str, Any] = {"ask": "", "choices": "", "right": None, "why": "", "hide": "none", "hidden": []}
OTHER = ("number", "goal", "cover")  # kinds of question that are kept as they came: nothing here types them


@dataclass
class Draft:
    """A lesson being made: what is typed for the next step, the steps so far, the one that is being changed."""

    title: str = ""
    steps: list[Step] = field(default_factory=list)
    form: dict[str, Any] = field(default_factory=lambda: dict(EMPTY))
    filled: int = 0  # how often the form was filled for the visitor
    changing: int | None = None
    problem: TheoriaError | None = None


@dataclass(frozen=True)
class Shown:
    """What a page shows: the settings as a link says them, and the names of all controls."""

    slug: str
    settings: Mapping[str, str]
    controls: Mapping[str, str]


def show(text: Topic, specs: Sequence[Spec], settings: Mapping[str, str]) -> None:
    """Keep what the page shows, for the tab below it."""
    labels = text.labels | text.view_labels
    names = ["data", *(spec.name for spec in specs if spec.name != "close_up")]
    controls = {name: labels[name] for name in names if name in labels}
    visit().shown = Shown(text.slug, dict(settings), controls)


def draft() -> Draft:
    now = visit()
    now.draft = now.draft or Draft()
    return now.draft


def door() -> None:
    """Where no topic is: a place to open a lesson's file, and to be sent on by a lesson's link."""
    reading.arrive(None)
    opening = st.popover(say("open_lesson"), type="tertiary", key="lesson-door", on_change="rerun")
    if opening.open:
        with opening:
            st.file_uploader(say("lesson_file"), key="lesson-file", on_change=_open, args=("lesson-file", _read))
            ways.to_files()
            _trouble()


def tab(text: Topic) -> None:
    """What is typed for the next step at the left, the lesson so far at the right."""
    made = draft()
    with st.container(key="teach"):
        st.markdown(say("teach_note"))
        form, whole = st.columns([1.1, 1], gap="large")
        with form:
            _form(text, made)
        with whole:
            _whole(text, made)


# ---- a step


def _form(text: Topic, made: Draft) -> None:
    now = len(made.steps) if made.changing is None else made.changing
    st.markdown(f"#### {say('teach_step', n=now + 1)}")
    _from_experiment(text, made)
    _kept(made, "ask", lambda key: st.text_area(say("teach_ask"), key=key, max_chars=400, height=80))
    if number := made.form.get("number"):
        st.caption(say("teach_number", column=text.columns.get(number.column, number.column), low=number.low, high=number.high))
    else:
        _form_choices(made)
    _kept(made, "why", lambda key: st.text_area(say("teach_why"), key=key, max_chars=1000, height=80))
    hide = {choice: say("teach_hide_" + choice) for choice in HIDE}
    _kept(
        made,
        "hide",
        lambda key: st.segmented_control(
            say("teach_hide"), HIDE, format_func=hide.__getitem__, key=key, required=True, width="stretch"
        ),
    )
    shown = visit().shown
    assert shown
    if made.form["hide"] == "some":
        made.form["hidden"] = [item for item in made.form["hidden"] if item in shown.controls]
        _kept(
            made,
            "hidden",
            lambda key: st.multiselect(
                say("teach_hidden"),
                list(shown.controls),
                format_func=shown.controls.__getitem__,
                key=key,
                placeholder=say("teach_choose"),
            ),
        )
    words = {"take": say("teach_add" if made.changing is None else "teach_change", n=now + 1)}
    full = made.changing is None and len(made.steps) >= lesson.STEPS
    if full:
        st.caption(say("teach_full", limit=lesson.STEPS))
    else:
        mount(key="take", data={"kind": "take", "words": words}, on_event_change=_take)
    _trouble()


def _form_choices(made: Draft) -> None:
    """The choices, a line each, and which of them is right."""
    _kept(made, "choices", lambda key: st.text_area(say("teach_choices"), key=key, max_chars=480, height=110))
    choices = _choices(made)
    right = list(range(len(choices)))
    if made.form["right"] not in right:
        made.form["right"] = None
    name = choices.__getitem__
    _kept(
        made,
        "right",
        lambda key: st.selectbox(say("teach_right"), right, format_func=name, key=key, placeholder=say("teach_no_right")),
        among=[None, *right],
    )


def _kept(made: Draft, name: str, widget: Callable[[str], Any], among: list[Any] | None = None) -> None:
    """A widget whose value outlives it: Streamlit forgets one that is not drawn."""
    key = _key(name)
    if key not in st.session_state or (among is not None and st.session_state[key] not in among):
        st.session_state[key] = made.form[name]
    made.form[name] = widget(key)


def _key(name: str) -> str:
    return f"teach-{name}-{draft().filled}-{language()}"


def _title() -> str:
    return f"teach-title-{language()}"


def _fill(values: Mapping[str, Any]) -> None:
    """Let the form say something else, in fields of new names: what a slow browser still says of the old ones is not heard."""
    made = draft()
    made.form, made.filled = dict(values), made.filled + 1


def _heard(made: Draft) -> None:
    """What was typed last may have come without the page having run."""
    made.form |= {name: st.session_state[_key(name)] for name in EMPTY if _key(name) in st.session_state}
    if made.form["right"] is not None and made.form["right"] >= len(_choices(made)):
        made.form["right"] = None


def _choices(made: Draft) -> list[str]:
    return [line.strip() for line in made.form["choices"].splitlines() if line.strip()][:CHOICES]


def _from_experiment(text: Topic, made: Draft) -> None:
    """The question of the experiment that is chosen on the page need not be typed again."""
    id = visit().topic(text.slug).experiment.id
    item = next((item for item in text.experiments if item.id == id), None)
    if item and not made.form["ask"]:
        st.button(say("teach_from", name=item.name), on_click=_fill, args=(_said(item.question),), key="teach-from")


def _said(asked: Question) -> dict[str, Any]:
    """A question as the form says it."""
    others = {name: value for name in OTHER if (value := getattr(asked, name)) is not None}
    return {**EMPTY, "ask": asked.ask, "choices": "\n".join(asked.choices), "right": asked.right, "why": asked.why, **others}


def _take() -> None:
    """What is shown becomes a step."""
    event = (st.session_state.get("take") or {}).get("event") or {}
    at = event.get("step")
    made, shown = draft(), visit().shown
    if event.get("kind") != "take" or not isinstance(at, int) or shown is None:
        return
    _heard(made)
    form, settings, own = made.form, dict(shown.settings), None
    try:
        if (mine := brought(shown.slug)) and not settings.get("data", "").startswith(WHOLE):
            kind, content = carry(mine[0].content)
            own = Brought(name=mine[0].name, kind=kind, content=content)  # type: ignore[arg-type]
            settings = {key: value for key, value in settings.items() if key != "data"} | mine[1]
        asked = _asked(made) if form["ask"].strip() else None
        hidden = {"none": (), "all": (EVERYTHING,), "some": tuple(form["hidden"])}[form["hide"]]
        if event.get("last") or (asked and at == 0):  # a question before a run that has not begun: the whole run is meant
            at = None
        step = Step(slug=shown.slug, settings=settings, at=at, hidden=hidden, question=asked, own=own)
    except ValidationError:
        made.problem = DataError("lesson_one_choice")
        return
    if made.changing is None:
        made.steps.append(step)
    else:
        made.steps[made.changing] = step
    made.changing = made.problem = None
    _fill(EMPTY | {"hide": form["hide"]})


def _asked(made: Draft) -> Question:
    """The question that the form says. Raises ValidationError."""
    form = made.form
    words: dict[str, Any] = {"ask": form["ask"], "why": form["why"]}
    if others := {name: form[name] for name in OTHER if form.get(name)}:
        return Question(**words, **others)
    return Question(**words, choices=tuple(_choices(made)), right=form["right"])


# ---- the lesson


def _whole(text: Topic, made: Draft) -> None:
    key = _title()
    st.session_state.setdefault(key, made.title)
    made.title = st.text_input(say("teach_title"), key=key, max_chars=100, placeholder=text.title)
    if not made.steps:
        st.caption(say("teach_empty"))
    for number, step in enumerate(made.steps):
        _row(number, step, made)
    if made.steps:
        try:
            _out(
                Lesson(v=address.VERSION, title=made.title.strip() or text.title, language=language(), steps=tuple(made.steps)),
                text,
            )
        except TheoriaError as problem:
            trouble(problem)
    st.file_uploader(say("teach_open"), key="teach-file", on_change=_open, args=("teach-file", _go_on))
    ways.to_files()


def _row(number: int, step: Step, made: Draft) -> None:
    """One step in a line, with what can be done to it."""
    place = say("teach_end") if step.at is None else say("teach_at", n=step.at)
    asks = f" — {markdown(step.question.ask[:60])}" if step.question else ""
    with st.container(key=f"teach-row-{number}", horizontal=True, vertical_alignment="center", gap="xsmall"):
        title = theory(step.slug, language()).title
        st.markdown(f"**{number + 1}.** {title}, {place}{asks}", width="stretch")
        for icon, act in (("arrow_upward", _raise), ("edit", _change), ("delete", _remove)):
            st.button(
                "", icon=f":material/{icon}:", help=say("teach_" + icon), key=f"teach-{icon}-{number}", type="tertiary",
                on_click=act, args=(number,), disabled=act is _raise and not number,
            )  # fmt: skip


def _out(made: Lesson, text: Topic) -> None:
    """The ways a lesson leaves."""
    packed, link = lesson.pack(made), ""
    if packed is None:
        st.caption(say("lesson_no_link"))
    else:
        link = address.lesson_link(packed, text.slug, made.steps[0].slug, language())
        st.code(link, language=None, wrap_lines=True)
    with st.container(horizontal=True, gap="small"):
        st.button(say("teach_try"), on_click=_begin, args=(made, packed), key="teach-try")
        st.button(say("teach_present"), on_click=_begin, args=(made, packed, True), key="teach-present")
        st.download_button(
            say("teach_file"), lesson.file(made), file_name="lesson.json", mime="application/json", key="teach-save"
        )
    if link:
        reading.show_code(link)


def _begin(made: Lesson, packed: str | None, on_screen: bool = False) -> None:
    reading.begin(made, packed)
    if on_screen:
        presenting.begin()


def _raise(number: int) -> None:
    steps = draft().steps
    steps[number - 1 : number + 1] = steps[number], steps[number - 1]
    draft().changing = None


def _remove(number: int) -> None:
    del draft().steps[number]
    draft().changing = None


def _change(number: int) -> None:
    """Show a step again, and let the form say what it asks."""
    made = draft()
    step = made.steps[number]
    made.changing = number
    asked = step.question
    hide = "all" if EVERYTHING in step.hidden else "some" if step.hidden else "none"
    hidden = {"hide": hide, "hidden": [item for item in step.hidden if item != EVERYTHING]}
    _fill((_said(asked) if asked else EMPTY) | hidden)
    reading.revisit(step)


# ---- files


def _open(key: str, then: Callable[[Lesson], None]) -> None:
    """Take a lesson's file; what cannot be read is said."""
    made, file = draft(), st.session_state[key]
    made.problem = None
    if file is None:
        return
    try:
        then(lesson.read(file.getvalue()))
    except DataError as problem:
        made.problem = problem


def _read(made: Lesson) -> None:
    reading.begin(made, lesson.pack(made))


def _go_on(made: Lesson) -> None:
    """Let it be the draft."""
    reading.check(made)
    visit().draft = Draft(made.title, list(made.steps), filled=draft().filled)
    st.session_state.pop(_title(), None)
    _fill(EMPTY)


def _trouble() -> None:
    if problem := draft().problem:
        trouble(problem)
