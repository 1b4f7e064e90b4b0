"""An address that is none of ours: said in the reader's language, with ways to go on."""

import html

import streamlit as st

from contents import PATH
from ui import ways
from ui.language import say

with st.container(key="lost"), st.container(key="title", gap=None):
    st.html(f"<h1>{html.escape(say('lost'))}</h1><p>{html.escape(say('lost_more'))}</p>")
    st.html("<ul>" + "".join(f"<li>{ways.link(slug, ways.title(slug), mark=slug)}</li>" for slug in PATH) + "</ul>")
