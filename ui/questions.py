"""A question as it is asked, and what is said of its answer: the same for experiments and for the steps of a lesson."""

import html
from collections.abc import Callable, Sequence

import streamlit as st

from ui.language import say
from ui.question import Number, Question
from ui.text import Topic, markdown, with_numbers


def asked(question: Question) -> None:
    """The question itself, or the goal."""
    head = say("goal") if question.goal else say("predict")
    st.html(f'<p class="th-ask"><b>{html.escape(head)}</b> {html.escape(question.ask)}</p>', width="stretch")


def aim(question: Question, text: Topic, moves: int, hint: str) -> None:
    """The goal, or a hint once its moves are used up; where the picture has reached it, in how many moves and why.

    The player knows whether it has, and the numbers of the hint.
    """
    goal = question.goal
    assert goal is not None
    reached = say("goal_reached" if moves <= goal.moves else "goal_late", n=moves)
    count = f" <b>{html.escape(say('goal_moves', n=moves, most=goal.moves))}</b>" * bool(moves)
    facts = f'data-th-aim="{goal.side}" data-th-column="{goal.column}" data-th-bound="{goal.bound}"'
    why = f"<b>{html.escape(reached)}</b> {with_numbers(question.why, text.columns)}"
    led = f'<span class="th-hint">{with_numbers(hint, text.columns)}</span>' if hint and moves > goal.moves else ""
    asked = f"<b>{html.escape(say('goal'))}</b> {led or html.escape(question.ask)}{count}"
    st.html(f'<p class="th-ask">{asked}</p><p class="th-ask" {facts} hidden>{why}</p>', width="stretch")


def answers(question: Question, text: Topic, key: str, give: Callable[[float], None], choices: Sequence[str]) -> None:
    """The ways to answer: a button for each of the choices, or a number to drag."""
    if question.number:
        _number(question.number, text, key, give)
    for number, words in enumerate(choices):
        st.button(markdown(words), key=f"{key}-{number}", on_click=give, args=(number,))


def told(question: Question, answer: float | None, text: Topic, verdict: str) -> str:
    """HTML of what was answered (None: nothing), and of what is so: the second once the run has been seen to where it stops."""
    watch = say("lesson_watch") if answer is None else say("watch", answer=question.said(answer))
    judged = verdict and verdict + say("after_sentence")
    why = f'<p class="th-ask th-why">{judged}{with_numbers(question.why, text.columns)}</p>' if judged or question.why else ""
    return f'<p class="th-ask th-watch">{html.escape(watch)}</p>' + why


def verdict(question: Question, answer: float) -> str:
    """HTML that says whether an answer was right. Of a number the player knows it, once the run has been seen."""
    if question.number:
        return _near(question.number, answer)
    return "" if question.right is None else f"<b>{html.escape(say('right' if answer == question.right else 'not_so'))}</b>"


def _number(number: Number, text: Topic, key: str, give: Callable[[float], None]) -> None:
    """A number to drag."""
    slider, middle = f"guess-{key}", round((number.low + number.high) / 2 / number.step) * number.step
    st.session_state.setdefault(slider, middle)
    label = text.columns.get(number.column, number.column)
    value = st.slider(
        label, number.low, number.high, step=number.step, key=slider, format=f"%.{number.digits}f",
        label_visibility="collapsed", width=220,
    )  # fmt: skip
    st.button(say("guess", value=number.said(value)), key=key, on_click=lambda: give(st.session_state[slider]))


def _near(number: Number, answer: float) -> str:
    words = " ".join(f'data-th-{key}="{html.escape(say(key, guess=number.said(answer)))}"' for key in ("near", "far"))
    return f'<b data-th-guess="{answer}" data-th-column="{number.column}" data-th-within="{number.within}" {words}></b>'
