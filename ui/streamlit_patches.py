"""What the playground takes from inside Streamlit, since nothing public gives it: all of it, by name, with the public issue.

A name stands in `ISSUES` and is a function here, or heads a group of rules in streamlit_patches.css; "hooks" and "names" are
streamlit.js, and five are the server's.
tests/ui/test_streamlit_patches.py has a test for each that fails once Streamlit offers the thing itself, or has renamed what is
held on to. Without any of them pages still run: at worst they look like Streamlit's own.
"""

import re
from pathlib import Path

import streamlit as st
from starlette.formparsers import MultiPartParser
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

ISSUES: dict[str, int | None] = {  # of streamlit/streamlit; None: none known
    "session_id": 6545,  # an identifier of every visitor
    "gone_back": 13963,  # parameters after going back; mended in part, and a page is not told that somebody went back
    "asked_page": 8713,  # a page of one's own for an unknown address
    "let_go": 9218,  # an uploaded file stays in memory
    "held": None,
    "in_memory": None,  # a file of more than a megabyte is written to disk on its way
    "alive": 8545,  # whether a tab is still open
    "head": 6567,  # what stands in a page's head: runtime/cards.py, runtime/front.py
    "static": None,  # scripts are sent as they are: runtime/packed.py
    "probing": None,  # a deep link's server is looked for under the page's own address first: runtime/front.py
    "throttle": None,  # what is loaded late is shown half a second later: runtime/packed.py
    "metrics": None,  # figures open to everybody: runtime/doors.py
    "hooks": None,
    "spacing": None,
    "names": 1353,  # words in other languages; ways.js gives them to what is heard
    "navigation": 6009,  # a header of one's own
    "columns": 16056,  # their width, and what stands first where they are stacked
    "icons": None,  # pull request 13320, closed: a button's icon alone, with a name that is heard
    "slider": 5936,  # its values hidden
    "uploader": 13500,  # its words
    "popover": None,
    "primary": 12801,  # type on a light primary colour
    "contrast": None,
    "error": None,
    "projector": None,
}
STYLE, *_places = re.split(
    r"^(?=/\* only )", (Path(__file__).parent / "streamlit_patches.css").read_text(encoding="utf-8"), flags=re.MULTILINE
)
ONLY = {part.split()[2]: part for part in _places}  # by the place it is for


def session_id() -> str:
    """The name of the session that a page runs for; "none" where it runs for nobody."""
    context = get_script_run_ctx()
    return context.session_id if context else "none"


def gone_back() -> bool:
    """Whether the page runs because the visitor went back or forward."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)


def asked_page() -> str:
    """The page that an address names, whether there is one or not."""
    context = get_script_run_ctx()
    return (context.pages_manager.intended_page_name if context else "") or ""


def let_go(file: UploadedFile) -> None:
    """Give back the room that a file takes, once its content is in our hands."""
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]


def held() -> dict[str, dict[str, int]]:
    """Bytes of the files that visitors have brought and Streamlit keeps, by session and name."""
    brought = st.runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    return {session: {name: len(file.data) for name, file in list(files.items())} for session, files in list(brought.items())}


def in_memory(largest: int) -> None:
    """Have files of up to so many bytes stay in memory on their way in: what parses them would write the larger ones to disk."""
    MultiPartParser.spool_max_size = max(MultiPartParser.spool_max_size, largest)


def alive(session: str) -> bool:
    """Whether somebody still has the page of a session open."""
    return bool(st.runtime.get_instance().is_active_session(session))


def only(*places: str) -> None:
    """Send the rules for these places; `<style>` alone takes no room on a page."""
    st.html(f"<style>{''.join(ONLY[place] for place in places)}</style>")


def words(choose_file: str) -> str:
    """The style that gives Streamlit's own words another language."""
    return f':root {{ --choose-file: "{choose_file}"; }}'
