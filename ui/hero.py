"""The run that the home page shows: drawn in the browser from one small file, played when it is pointed at or asked."""

from pathlib import Path

import streamlit as st

from ui.language import language
from ui.player import base
from ui.text import phrases

FILM = "app/static/hero.json"  # made by tests/browser/hero.py from the run of LINK
LINK = "som?data=xkcd&som.steps=5000"
HERO = st.components.v2.component(
    "hero", js=(Path(__file__).parent / "hero.js").read_text(encoding="utf-8"), isolate_styles=False
)


def show() -> None:
    words = {name: said for name, said in phrases(language())["ways"].items() if name.startswith("hero")}
    HERO(key="hero", data={"film": base() + FILM, "link": base() + LINK, "words": words})
