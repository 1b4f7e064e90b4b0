"""What is taken from inside Streamlit is still there, still needed, and stands in one place."""

import asyncio
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.web.server.starlette import starlette_routes

from runtime.doors import CLOSED
from runtime.front import START
from runtime.packed import HELD, STATIC
from ui import streamlit_patches
from ui.streamlit_patches import ISSUES, ONLY, STYLE
from ui.text import REFERENCE, phrases

UI = Path(__file__).parents[2] / "ui"
SCRIPTS = "".join(file.read_text(encoding="utf-8") for file in (STATIC / "static" / "js").glob("*.js"))
ALL = STYLE + "".join(ONLY.values())
ROUTES = Path(str(inspect.getsourcefile(starlette_routes))).read_text(encoding="utf-8")
HOOKS = (UI / "streamlit.js").read_text(encoding="utf-8")


def takes(element: Callable[..., object]) -> set[str]:
    return set(inspect.signature(element).parameters)


# Name → whether Streamlit still does not offer it. What a test of this kind cannot know by name it knows by a signature: a new
# parameter is to be looked at once.
NEEDED: dict[str, Callable[[], bool]] = {
    "session_id": lambda: not hasattr(st.context, "session_id"),
    "gone_back": lambda: (
        "is_history_navigation" in ScriptRunContext.__annotations__ and not any("history" in name for name in dir(st.context))
    ),
    "asked_page": lambda: takes(st.navigation) == {"pages", "position", "expanded"},
    "let_go": lambda: not {"remove", "release", "clear", "delete"} & set(dir(UploadedFile)),
    "held": lambda: not hasattr(st.runtime, "uploads"),
    "in_memory": lambda: "request.form()" in ROUTES and "spool" not in " ".join(st.config.get_config_options()),
    "alive": lambda: not hasattr(st, "on_session_end"),
    "head": lambda: takes(st.set_page_config) == {"page_title", "page_icon", "layout", "initial_sidebar_state", "menu_items"},
    "static": lambda: not list((STATIC / "static" / "js").glob("*.js.gz")),
    "probing": lambda: all(name in SCRIPTS for name in re.findall(r"[A-Z]{4}[A-Z_]+|allowedOrigins|metricsUrl", START)),
    "throttle": lambda: len(HELD.findall(SCRIPTS.encode())) == 1,
    "metrics": lambda: CLOSED == ("_stcore/metrics",) and "server.enableMetrics" not in st.config.get_config_options(),
    "hooks": lambda: takes(st.components.v2.component) == {"name", "html", "css", "js", "isolate_styles"},
    "names": lambda: not any("language" in name or "locale" in name for name in st.config.get_config_options()),
    "spacing": lambda: "padding" not in takes(st.container),
    "navigation": lambda: takes(st.navigation) == {"pages", "position", "expanded"},
    "columns": lambda: takes(st.columns) == {"spec", "gap", "vertical_alignment", "border", "width", "wrap"},
    "icons": lambda: "label_visibility" not in takes(st.button) | takes(st.popover),
    "slider": lambda: "value_visibility" not in takes(st.slider),
    "uploader": lambda: not {"text", "button_label", "placeholder"} & takes(st.file_uploader),
    "popover": lambda: "placement" not in takes(st.popover),
    "primary": lambda: not any("primaryText" in name or "invertedText" in name for name in st.config.get_config_options()),
    "contrast": lambda: not any("syntax" in name for name in st.config.get_config_options()),
    "error": lambda: "border" not in takes(st.error),
    "projector": lambda: not any("theme.projector" in name for name in st.config.get_config_options()),
}  # fmt: skip


@pytest.mark.parametrize("name", ISSUES)
def test_a_patch_is_still_needed(name):
    assert NEEDED[name](), f"Streamlit {st.__version__} may offer what `{name}` does: see issue {ISSUES[name]}"


def test_every_patch_is_a_function_or_a_group_of_rules_and_nothing_else_is():
    functions = {name for name, made in vars(streamlit_patches).items() if inspect.isfunction(made) and made.__module__ == streamlit_patches.__name__}  # fmt: skip
    groups = set(re.findall(r"^/\* (?:only \w+ · )?(\w+): ", ALL, re.M))
    assert functions - {"words", "only"} | groups | {"head", "static", "probing", "throttle", "metrics", "hooks", "names"} == set(
        ISSUES
    )


def test_every_element_that_is_held_on_to_is_there():
    built = {"stAlertContentError": "stAlertContent"}  # Streamlit puts the end to it
    named = set(re.findall(r'data-testid\^?="?(\w+)"?', ALL + HOOKS)) | set(re.findall(r"(?<![\w-])\.(st[A-Z]\w+)", ALL))
    named = {built.get(name, name) for name in named}
    assert {name for name in named if f"`{name}" not in SCRIPTS and f'"{name}' not in SCRIPTS} == set()
    assert {name for name in re.findall(r'"(data-test-[\w-]+)"', HOOKS) if name not in SCRIPTS} == set()


def test_every_name_that_is_replaced_is_one_of_streamlits():
    for name in phrases(REFERENCE)["streamlit"]:
        assert name.removesuffix("{what}") in SCRIPTS, name


def test_nothing_that_stands_around_a_picture_asks_what_is_inside_it():
    """A rule `around:has(inside)` lets a browser style the whole page anew for every picture of a film; so does `:not()` in it."""
    apart = r"(\[data-testid=\"(stFileUploaderDropzone|stFileChip|stPopoverBody|stAlertContainer)\"\](:not\()?|label > span|body):has\("
    for file in UI.rglob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.S)
        assert len(re.findall(r":has\(", rules)) == len(re.findall(apart, rules)), file.name
        assert not re.search(r":has\([^)]*:(not|empty|is)", rules), file.name


def test_only_the_patches_know_streamlits_elements():
    inside = re.compile(r"data-test|\.st(?!App\b)[A-Z]|stSidebar|get_script_run_ctx|_stcore|uploaded_file_mgr")
    ours = [file for file in UI.rglob("*") if file.suffix in (".py", ".css", ".js") and not file.stem.startswith("streamlit")]
    allowed = {("ways.js", "_stcore")}  # the server's health
    found = {(file.name, hit) for file in ours for hit in inside.findall(file.read_text(encoding="utf-8"))}
    assert found <= allowed


def test_what_visitors_brought_is_counted_in_bytes_by_session_and_file(monkeypatch):
    manager = MemoryUploadedFileManager("/media")
    monkeypatch.setattr(st.runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    for session, file, size in (("a", "1", 3), ("a", "2", 5), ("b", "1", 7)):
        manager.add_file(session, UploadedFileRec(file, "mine.csv", "text/csv", bytes(size)))
    assert streamlit_patches.held() == {"a": {"1": 3, "2": 5}, "b": {"1": 7}}


@pytest.mark.parametrize(("size", "on_disk"), [(3_000_000, False), (3_000_001, True)])
def test_a_file_on_its_way_is_written_to_no_disk(monkeypatch, size, on_disk):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1_000_000)
    streamlit_patches.in_memory(3_000_000)

    async def body():
        yield b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + bytes(size) + b"\r\n--x--\r\n"

    form = asyncio.run(MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=x"}), body()).parse())
    assert form["f"].file._rolled is on_disk
