"""Your files: what may be brought, how it is understood, where it goes, and what is never done with it."""

import html
from typing import Any

import streamlit as st

from engine.edges import EDGES, NODES
from engine.encodings import NAMES
from engine.images import PICTURE_BYTES, PIXELS, READABLE, SENT_PIXELS, SIDE
from engine.jpegs import DRAFT_PIXELS
from engine.links import LINK_CHARACTERS
from engine.readings import COLUMNS, LABELS, ROWS, UPLOAD_BYTES
from engine.texts import LINES
from runtime import settings
from ui.data import SESSION_BYTES
from ui.language import language, say
from ui.text import phrases

VALUES: dict[str, Any] = {
    "file": UPLOAD_BYTES // 2**20, "rows": ROWS, "columns": COLUMNS, "labels": LABELS, "nodes": NODES, "edges": EDGES,
    "lines": LINES,
    "picture": PICTURE_BYTES // 2**20, "draft": DRAFT_PIXELS // 1_000_000, "pixels": PIXELS // 1_000_000, "side": SIDE,
    "sent": SENT_PIXELS // 1_000_000, "session": SESSION_BYTES // 1_000_000, "link": LINK_CHARACTERS,
    "seconds": st.get_option("server.disconnectedSessionTTL"), "sent_wan": str(SENT_PIXELS // 10_000),
    "draft_wan": str(DRAFT_PIXELS // 10_000), "pixels_wan": str(PIXELS // 10_000),
}  # fmt: skip
KINDS = ("table", "graph", "text", "model", "picture", "script", "lesson")  # each with a name, what is read, and its limits
UNDERSTOOD = ("content", "letters", "cells", "decimal", "names", "rows_named", "missing", "signs", "ends", "said")
PLACES = ("server", "memory", "disk", "results", "link", "large", "saved")
NEVER = ("run", "unpack", "ask")


def told(key: str) -> str:
    """A phrase of this page with the limits that it speaks of."""
    said = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in VALUES.items()}
    comma = phrases(language())["ui"]["comma"]
    said |= {"encodings": comma.join(dict.fromkeys(NAMES.values())), "pictures": comma.join(READABLE)}
    said |= {"reading": phrases(language())["reading"]["title"], "report": say("told_title"), "teach": say("teach")}
    return html.escape(phrases(language())["files"][key].format(**said))


def lines(key: str, names: tuple[str, ...]) -> str:
    """A heading, and below it what each line is about beside what it says."""
    rows = "".join(f"<dt>{told(f'{name}_name')}</dt><dd>{told(name)}</dd>" for name in names)
    return f"<section><h2>{told(key)}</h2><dl>{rows}</dl></section>"


def kinds() -> str:
    """What is read, and how much of it."""
    rows = "".join(
        f"<dt>{told(f'{kind}_name')}</dt><dd>{told(kind)} <small>{told(f'{kind}_most')}</small></dd>" for kind in KINDS
    )
    return f"<section><h2>{told('kinds')}</h2><dl>{rows}</dl></section>"


with st.container(key="head"), st.container(key="title", gap=None):
    st.html(f"<h1>{html.escape(say('files'))}</h1><p>{html.escape(say('files_question'))}</p>")

places = (*PLACES, "cluster") if settings.RAY_ADDRESS else PLACES
with st.container(key="files", gap=None):
    st.html(kinds() + lines("understood", UNDERSTOOD) + lines("places", places) + lines("never", NEVER))
