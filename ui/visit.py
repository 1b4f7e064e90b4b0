"""What a visitor's session remembers, in one typed object.

`st.session_state` holds this object and, besides it, what Streamlit keeps there: the values of widgets under their keys. A
setting's widget is `slug.name` (a box of words `slug.name.<language>`), a door or a button has a key of its own. No other key
is ours.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.errors import DataError
from engine.tables import Table
from engine.texts import Text

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from ui.compare import Pin
    from ui.data import Chosen, Form
    from ui.data.own import Awaited, Own
    from ui.lesson import Step
    from ui.reading import Reading
    from ui.teaching import Draft, Shown

KEY = "visit"
FETCHED = ("films", "plotly", "script")  # what a browser asks our routes for
Arguments = tuple[tuple[str, ...], int | None, bool]  # what the player was told: films, picture to open at, whether to play


@dataclass
class Taken:
    """An experiment that has been taken: which one, what was answered, whether its run has been played since; moves to a goal."""

    id: str | None = None
    answer: float | None = None
    played: bool = False
    moves: int = 0


@dataclass
class Brought:
    """What the visitor brought to a topic or made there, and what came of it."""

    own: "Own | None" = None
    problem: DataError | None = None  # with the last file or edit
    refused: tuple[str, ...] = ()  # what a report says of a file that was refused
    awaited: "Awaited | None" = None  # a file that a link speaks of
    base: Table | Text | None = None  # what the editor began with, and …
    edited: str | None = None  # … the digest of what has been made of it
    sketch: tuple[str, DataError] | None = None  # a packed drawing that makes no data yet, and why
    turn: int = 0  # the number of the last drawing that the pad told of
    good: "Chosen[Any] | None" = None  # what was chosen last, and …
    good_form: "Form[Any] | None" = None  # … as what


@dataclass
class TopicVisit:
    """What one topic's page remembers."""

    settings: dict[str, Any] = field(default_factory=dict)  # values of controls, also of those that are not drawn now
    experiment: Taken = field(default_factory=Taken)
    pin: "Pin | None" = None
    data: Brought = field(default_factory=Brought)
    samples: tuple[str, ...] = ()  # that the page offers
    data_link: dict[str, str] = field(default_factory=dict)  # how a link says the data that are shown
    link_note: str | None = None  # for who copies the link


@dataclass
class Playing:
    """What the player said and was told."""

    heard: Mapping[str, Any] = field(default_factory=dict)  # the event that the page runs for
    names: tuple[str, ...] = ()  # of the runs that are compared
    left_at: Any = None  # the picture at which the whole run was left for a close look, and …
    resume: Any = None  # … where to go on when it comes back
    resumed: tuple[str, int] | None = None  # film and picture at which it went on
    clicked: tuple[str, Any, Any, Any] | None = None  # film, kind of thing, which one, picture
    told: Arguments | None = None
    known: list[str] = field(default_factory=list)  # the films it was told of last, which it keeps
    count: int = 0  # how often it was told to go somewhere
    inline: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(FETCHED, False))  # what its browser cannot fetch


@dataclass
class Visit:
    """What the session remembers beyond one topic."""

    language: str = ""  # "": not known yet
    pages: dict[str, "StreamlitPage"] = field(default_factory=dict)  # by their addresses, with titles in …
    pages_speak: str = ""  # … this language
    page: str | None = None  # the topic that is shown
    path: str = ""  # of the page that is shown, whatever it is
    presenting: bool = False
    gpu_wanted: bool = False

    arrived: dict[str, str] = field(default_factory=dict)  # what of the opened link nobody has taken yet
    unsaid: bool = False  # whether it says something, but not which kind of run
    bare: dict[str, str] = field(default_factory=dict)  # what the bare address of the page stands for
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # to be said once
    written: list[tuple[float, dict[str, str]]] = field(default_factory=list)  # addresses that we wrote, and when
    trail: list[dict[str, str]] = field(default_factory=list)  # what the address bar said on the page that is shown
    link: str = ""  # of what is shown, in full
    step: int | None = None  # the picture that the opened link asked for, and …
    step_of: tuple[Any, ...] | None = None  # … the settings that it spoke of

    lesson: "Reading | None" = None  # that is read
    revisited: "Step | None" = None  # a step of the lesson in the making, to be shown again
    brought: tuple[Any, str] | None = None  # data that a lesson's file carries, and their name
    draft: "Draft | None" = None  # a lesson in the making
    shown: "Shown | None" = None  # what the page shows, for the lesson in the making
    voter: str = field(default_factory=lambda: secrets.token_hex(8))  # a name that says nothing of who it is

    player: Playing = field(default_factory=Playing)
    topics: dict[str, TopicVisit] = field(default_factory=dict)

    def topic(self, slug: str) -> TopicVisit:
        return self.topics.setdefault(slug, TopicVisit())


def visit() -> Visit:
    """The visit of whoever asks for this page."""
    try:  # asked for some hundred times a page: one look is half the time of two
        return st.session_state[KEY]  # type: ignore[no-any-return]
    except KeyError:
        return st.session_state.setdefault(KEY, Visit())  # type: ignore[no-any-return]
