"""One row over the picture: the experiments, or the one that has been taken, from its question to what happened and why.

Both have one height, so nothing below them moves. An experiment is left, and what was said of its run goes, as soon as a
setting or the data are no longer its own.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.params import Spec
from ui import address, questions, reading
from ui.data import forget
from ui.language import say
from ui.text import Experiment, Topic
from ui.visit import Taken, visit

Begins = tuple[bool, int | None]  # whether to play from the start, and the picture to open at


class Strip:
    """The row's place on the page, and how the run is to begin."""

    def __init__(self, text: Topic) -> None:
        """Draw a lesson's row, the experiment that has been taken, or all of them."""
        self.text, item = text, taken(text)
        with st.container(key="row", gap=None):
            self.one, self.all = st.empty(), st.empty()
        if reading.reads(text.slug):
            with self.one.container():
                self.begins = reading.bar(text)
        elif item:
            with self.one.container():
                self.begins = _taken(text, item)
        else:
            self.begins = self._offer()

    def left(self, specs: Sequence[Spec], more: Mapping[str, str]) -> None:
        """Leave an experiment whose run is no longer shown. `more`: what a short link says beside the settings."""
        item = taken(self.text)
        if not item or reading.reads(self.text.slug):
            return
        goal = item.question.goal is not None  # moves towards a goal may change the data
        data = address.kept(self.text.slug).get("data", item.data) if goal else item.data
        if departed(self.text.slug, data, item.set, specs, {} if goal else more):
            _leave(self.text.slug)
            self.one.empty()
            self.begins = self._offer()

    def _offer(self) -> Begins:
        with self.all.container():
            return _all(self.text)


def taken(text: Topic) -> Experiment | None:
    """The experiment that has been taken."""
    id = visit().topic(text.slug).experiment.id
    return next((item for item in text.experiments if item.id == id), None)


def departed(slug: str, data: str, settings: Mapping[str, Any], specs: Sequence[Spec], more: Mapping[str, str]) -> bool:
    """Whether a setting or the data are no longer those of a run. A close look is a look at the same run."""
    kept, names = address.kept(slug), [spec.name for spec in specs if spec.name != "close_up"]
    ours = {spec.name: settings.get(spec.name, spec.default) for spec in specs}
    same = all(kept.get(name, ours[name]) == ours[name] for name in names)
    return not same or kept.get("data", data) != data or bool(set(more) - {"data"})


def asks(text: Topic) -> dict[str, Any]:
    """What the player covers while a question waits, by their labels and numbers; then the number that was guessed."""
    item, answer = taken(text), visit().topic(text.slug).experiment.answer
    if item is None or reading.reads(text.slug):
        return {}
    if answer is None:
        return {"labels": [text.columns[name] for name in item.hides.numbers], "panels": list(item.hides.panels)}
    number = item.question.number
    return {"guess": {"column": number.column, "value": answer}} if number else {}


# ---- what is drawn


def _all(text: Topic) -> Begins:
    names, key = {item.id: item.name for item in text.experiments}, f"{text.slug}-experiment"
    with st.container(key="experiments", horizontal=True, vertical_alignment="center", gap="small"):
        st.pills(
            say("experiments"),
            list(names),
            format_func=names.__getitem__,
            key=key,
            label_visibility="collapsed",
            on_change=lambda: _take(text, st.session_state[key]),
        )
        st.html(f'<p class="th-ask">{html.escape(say("experiments_hint"))}</p>', width="stretch")
    return False, None


def _taken(text: Topic, item: Experiment) -> Begins:
    now, question = visit().topic(text.slug).experiment, item.question
    with st.container(key="strip", horizontal=True, vertical_alignment="center", gap="small"):
        _turns(text, item)
        if question.goal:
            questions.aim(question, text, now.moves, item.hint)
            if now.moves:
                st.button(say("goal_again"), key="strip-again", on_click=_take, args=(text, item.id))
        elif now.answer is None:
            questions.asked(question)
            with st.container(key="strip-answers", horizontal=True, vertical_alignment="center", gap="small", width="content"):
                questions.answers(question, text, f"answer-{item.id}", lambda given: _answer(text.slug, given), question.choices)
        else:
            st.html(questions.told(question, now.answer, text, questions.verdict(question, now.answer)), width="stretch")
            if item.then:
                st.button(say("then_try", what=item.then), key=f"then-{item.id}", on_click=_go_on, args=(text.slug, item))
        st.button(say("strip_leave"), key="strip-leave", on_click=_leave, args=(text.slug,), type="tertiary")
    if now.answer is None:
        return False, 0
    played, now.played = now.played, True
    return not played, None


def _turns(text: Topic, item: Experiment) -> None:
    """Which of the experiments it is, and the ways to its neighbours."""
    n = len(text.experiments)
    at = text.experiments.index(item)
    with st.container(key="strip-turns", horizontal=True, vertical_alignment="center", gap=None, width="content"):
        before, after = (text.experiments[(at + by) % n].id for by in (-1, 1))
        st.button(say("strip_before"), key="strip-before", on_click=_take, args=(text, before), type="tertiary")
        st.html(f"<p>{html.escape(say('strip_place', i=at + 1, n=n))}</p>", width="content")
        st.button(say("strip_after"), key="strip-after", on_click=_take, args=(text, after), type="tertiary")


# ---- what is done


def _take(text: Topic, id: str | None) -> None:
    """Set the run of an experiment: its data and settings, everything else at its default."""
    slug = text.slug
    item = next((item for item in text.experiments if item.id == id), None)
    if item is None:
        return
    visit().topic(slug).experiment = Taken(item.id)
    begin(slug, item.data, item.set)


def begin(slug: str, data: str, settings: Mapping[str, Any]) -> None:
    """Let a topic have these data and settings, everything else at its default."""
    address.reset(slug)
    forget(slug)
    values: dict[str, Any] = {"data": data, **settings}
    for name, value in values.items():
        address.put(slug, name, value)


def _leave(slug: str) -> None:
    """Back to all of them; the run stays."""
    visit().topic(slug).experiment = Taken()


def _answer(slug: str, given: float) -> None:
    visit().topic(slug).experiment.answer = given


def _go_on(slug: str, item: Experiment) -> None:
    """What an experiment offers to try next."""
    for name, value in item.then_set.items():
        address.put(slug, name, value)
