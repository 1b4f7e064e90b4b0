"""The Streamlit script: page settings, the little CSS the theme cannot say, the bar, the page."""

import traceback
from pathlib import Path

import streamlit as st

from contents import SECTIONS
from engine.errors import TheoriaError
from runtime.workers import bug
from ui import presenting, streamlit_patches, ways
from ui.language import arrive, language, punctuation, say
from ui.player import trouble
from ui.text import phrases, theory
from ui.visit import visit

ROOT = Path(__file__).parents[1]
OWN = ("syllabus", "engine", "files")
st.set_page_config(page_icon=str(ROOT / "ui/static/mark.svg"), layout="wide", initial_sidebar_state="collapsed")
st.html(f"<style>{streamlit_patches.STYLE}{(ROOT / 'ui/house.css').read_text(encoding='utf-8')}{ways.STYLE}</style>")


def made() -> dict[str, st.Page]:
    """All pages by their addresses, with titles in the visitor's language."""
    home = st.Page(ROOT / "pages" / "home.py", title=say("home"), default=True)
    own = [st.Page(ROOT / "pages" / f"{name}.py", title=say(name), url_path=name) for name in OWN]
    topics = [
        st.Page(ROOT / "pages" / section / f"{slug}.py", title=theory(slug, language()).title, url_path=slug)
        for section, slugs in SECTIONS.items()
        for slug in slugs
    ]
    return {page.url_path: page for page in (home, *own, *topics)}


def lost(known: set[str]) -> list[st.Page]:
    """A page for an address that is none of ours: else Streamlit would say so, in English, over the home page."""
    name = streamlit_patches.asked_page().strip("/")
    if not name or "/" in name or name in known:
        return []
    return [st.Page(ROOT / "pages" / "lost.py", title=say("lost"), url_path=name)]


arrive()
if visit().pages_speak != language():
    visit().pages, visit().pages_speak = made(), language()
pages = visit().pages
groups = {phrases(language())["sections"][section]: [pages[slug] for slug in slugs] for section, slugs in SECTIONS.items()}
groups = {"": [*(pages[name] for name in ("", *OWN)), *lost(set(pages))]} | groups
shown = st.navigation(groups, position="sidebar")
st.set_page_config(page_title=shown.title + " · Theoria")
if visit().path != shown.url_path:
    visit().path, visit().trail = shown.url_path, []
place = streamlit_patches.ONLY["topic"] if shown.url_path in ways.ORDER else ""
st.html(f"<style>{streamlit_patches.words(say('choose_file'))}{punctuation(language())}{place}</style>")
ways.bar(shown.url_path)
try:
    shown.run()
except TheoriaError as problem:
    trouble(problem)
except Exception:  # nobody foresaw it: a number for the visitor, the traceback for the log
    trouble(bug(traceback.format_exc()))
if shown.url_path in ways.ORDER and not presenting.on():
    ways.around(shown.url_path)
