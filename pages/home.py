"""Home: what this is, a run to play with, where to go on, and the sections with all their topics."""

import html

import streamlit as st

from ui import hero, teaching, ways
from ui.language import language, say
from ui.text import phrases, theory

with st.container(key="masthead"):
    with st.container(key="words", gap=None):
        st.html(f"<h1>{html.escape(say('tagline'))}</h1><p>{html.escape(say('lede'))}</p>")
        ways.begin()
        teaching.door()
    hero.show()

ways.path()
said = phrases(language())
with st.container(key="rows", gap=None):
    for section, slugs in ways.SHOWN.items():
        items = "".join(
            f"<li>{ways.link(slug, ways.title(slug), mark=slug)}<p>{html.escape(theory(slug, language()).question)}</p></li>"
            for slug in slugs
        )
        name, about = html.escape(said["sections"][section]), html.escape(said["about"][section])
        picture = ways.poster(section)
        st.html(
            f"<section><div><h2>{name} <small>{len(slugs)}</small></h2><p>{about}</p></div>{picture}<ul>{items}</ul></section>"
        )
