"""The theory's prose: doors in it that lead to a picture of a run, and a small copy of the film beside it.

A door is a link, `[step 600](#default:12)`: it names its run, the page's own ("default") or an experiment's, and the
picture's number, or "last". The player hears it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.params import Spec
from ui import address, reading
from ui.kinds import Kinds
from ui.language import say
from ui.player import beside_player
from ui.strip import begin, departed
from ui.text import Topic
from ui.visit import Taken, visit

DEFAULT = "default"
DOOR = re.compile(r"\[([^\]]+)\]\(#([\w-]+):(\d+|last)\)")  # words, run, picture


def tab(text: Topic) -> None:
    """The prose with its sources; on a wide window the film, small, stays beside it."""
    with st.container(key="prose", gap=None):
        with st.container(key="theory"):
            st.markdown(text.prose.replace("\n#### ", "\n## "), anchors=False)
            st.markdown(f"## {say('sources')}\n" + "\n".join(f"- {item}" for item in text.sources), anchors=False)
        beside_player("mini")


def runs(text: Topic, kinds: Kinds) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """What doors may name → data and settings."""
    return {DEFAULT: (kinds[0].sample, {})} | {item.id: (item.data, item.set) for item in text.experiments}


def here(text: Topic, kinds: Kinds, specs: Sequence[Spec], view: Sequence[Spec], more: Mapping[str, str]) -> list[str]:
    """What doors call the run that is shown, seen whole. Settings of the picture count only where the run's name sets them."""
    if address.kept(text.slug).get("close_up", -1) >= 0:
        return []
    found = []
    for name, (data, settings) in runs(text, kinds).items():
        asked = [*specs, *(spec for spec in view if spec.name in settings)]
        if not departed(text.slug, data, settings, asked, more):
            found.append(name)
    return found


def enter(text: Topic, kinds: Kinds, run: Any, picture: Any) -> None:
    """Show the run that a door names, at its picture. Nothing of it is trusted."""
    known = runs(text, kinds)
    number = isinstance(picture, str) and picture.isdecimal() and len(picture) < 7
    if run not in known or reading.reads(text.slug) or not (number or picture == "last"):
        return
    visit().topic(text.slug).experiment = Taken()
    begin(text.slug, *known[run])
    visit().step = int(picture) if number else None
