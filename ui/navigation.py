"""The Streamlit script: page settings, the little CSS the theme cannot say, the menu, the page."""

import traceback
from pathlib import Path

import streamlit as st

from contents import SECTIONS
from engine.errors import TheoriaError
from runtime.workers import bug
from ui.language import language, say
from ui.player import trouble
from ui.text import phrases, theory
from ui.visit import visit

ROOT = Path(__file__).parents[1]
st.set_page_config(page_icon=str(ROOT / "ui/static/mark.svg"), layout="wide", initial_sidebar_state="collapsed")
st.html(f"<style>{(ROOT / 'ui/house.css').read_text(encoding='utf-8')}</style>")
st.html(f"<style>{phrases(language())['css']['own_words']}</style>")  # Streamlit's own words have no translation


def page(section: str, slug: str) -> st.Page:
    return st.Page(ROOT / "pages" / section / f"{slug}.py", title=theory(slug, language()).title, url_path=slug)


pages = {
    "": [
        st.Page(ROOT / "pages" / "home.py", title=say("home"), default=True),
        st.Page(ROOT / "pages" / "engine.py", title=say("engine"), url_path="engine"),
    ]
}
pages |= {
    phrases(language())["sections"][section]: [page(section, slug) for slug in slugs] for section, slugs in SECTIONS.items()
}
visit().pages = {page.url_path: page for group in pages.values() for page in group}
st.logo(str(ROOT / "ui/static/wordmark.svg"), size="small")
shown = st.navigation(pages, position="top")
st.set_page_config(page_title=shown.title + " · Theoria")
try:
    shown.run()
except TheoriaError as problem:
    trouble(problem)
except Exception:  # nobody foresaw it: a number for the visitor, the traceback for the log
    trouble(bug(traceback.format_exc()))
