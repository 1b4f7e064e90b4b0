"""The player: registered once, given a film's name, the words of a language and where the films are."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from charts import theme
from engine.algorithm import Algorithm
from engine.errors import TheoriaError, sentence, title
from engine.params import CLOSE_UP_STEPS, Closing, Options, Params
from engine.points import Points
from runtime import script, server, settings
from runtime.films import Draw, Film
from runtime.run import Run
from ui import address, compare, device, presenting, reading, report
from ui.language import language
from ui.lesson import EVERYTHING
from ui.running import running
from ui.streamlit_patches import session_id
from ui.text import Topic, markdown, phrases
from ui.visit import visit

FOLDER = Path(__file__).parent / "player"
# One script without a build: the files are joined in this order and share one scope. A name that two of them declare is a
# syntax error, which every test of the player would meet.
FILES = (
    *("base", "colours", "text", "film"),  # of no player: helpers, palettes, numbers and formulas, a film
    *("geometry", "quick", "marks", "curves", "versus"),  # of a drawn plot
    *("state", "stay", "reading", "panes", "glide", "drawing", "caption"),
    *("guess", "pointing", "clock", "closeup", "bar", "saving", "hands", "player"),
    *("table", "code", "doors", "share", "visited", "take", "kinds", "entry"),  # its companions, and what Streamlit calls
)
THEME = {"light": theme.LIGHT, "dark": theme.DARK, "projector": theme.PROJECTOR, "template": theme.TEMPLATE}
SCRIPT = "\n".join(
    [f"const THEME = {json.dumps(THEME)};", (FOLDER.parent / "streamlit.js").read_text(encoding="utf-8")]
    + [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in FILES]
)
STYLE = (FOLDER / "player.css").read_text(encoding="utf-8")
SERVED = f"""{SCRIPT}
document.body.append(Object.assign(element("style", ""), {{textContent: {json.dumps(STYLE)}}}));
"""
PATH = f"player-{hashlib.sha256(SERVED.encode()).hexdigest()[:12]}.js"
PLAYER = st.components.v2.component("player", js=(FOLDER / "stub.js").read_text(encoding="utf-8"), isolate_styles=False)
KEPT = 6  # films that a browser keeps, with those it shows: reading.js
SENT_BYTES = 64_000  # bytes of an opening that goes with the page; a larger one is asked for


@cache
def compressed() -> bytes:
    """Script and style as gzip, as a route serves them under `PATH`."""
    return gzip.compress(SERVED.encode(), 9)


def play(
    run: Run,
    draw: Draw,
    options: Options,
    text: Topic,
    *,
    beside: tuple[Points, ...] = (),
    autoplay: bool = False,
    start: int | None = None,
    link: str = "",
    kind: Algorithm[Any],
    asks: Mapping[str, Any] | None = None,
    named: Sequence[str] = (),
    on_click: "Callable[[Clicked], None] | None" = None,
    on_door: Callable[[Any, Any], None] = lambda run, picture: None,
) -> "Clicked | None":
    """Show a run, and beside it the pinned one, in lock step. Returns what was clicked last in this film.

    Computing and drawing happen elsewhere; this only names the films and says where they are. `start` is the picture to
    open at (None: where its kind opens). `asks`: what the question of the moment covers, then what was guessed. `named`: what
    the doors in the prose call this run. `on_click` is told of a click, `on_door` of the run and the picture that a door
    leads to, before the page runs again, so that they can set what is meant.
    """
    store, films = server.running()
    session = session_id()
    runs, opened = [run], []
    close = getattr(run.params, "close_up", -1)
    first = 0 if autoplay or (start is None and close >= 0) else kind.opens if start is None else start
    if other := compare.other(text.slug, run):
        runs.append(other)
    try:
        for one in runs:
            with_it = beside if one.data is run.data else ()  # a sample that was placed belongs to its data
            job = store.start(one, session)
            opened.append(films.open(job, draw, with_it, compare.options_for(one, run, options), text, first))
    except TheoriaError as problem:
        trouble(problem)
        if not opened:
            return None
    store.leave(session, keep=[run.key for run in runs])
    playing = visit().player
    heard, playing.heard = playing.heard, {}
    names = playing.names = compare.names(text, run, kind)
    start = _start(opened[0], close, kind.opens) if start is None else start
    result = mount(
        key="player",
        data={
            "kind": "player",
            "films": [
                {"key": film.key, "run": run.key, "address": film_address(film), "name": name, "sent": _sent(film, autoplay)}
                for film, run, name in zip(opened, runs, names, strict=False)
            ],
            "pinned": compare.pinned(text.slug) is not None,
            "start": start,
            "autoplay": autoplay,
            "link": link,
            "file": text.slug,
            "plotly": base() + script.PATH,
            "words": phrases(language())["player"],
            "veiled": _asking(text.slug),
            "asks": asks or {},
            "runs": list(named),
            "undo": address.undone(text),
            "code": running(kind),
            "locked": reading.asking(text.slug),
            "until": reading.until(text.slug),
            "present": presenting.on(),
            "device": device.word(kind),
            "version": report.version(),
            "closeup": {"now": close >= 0, "offered": kind.closes, "steps": CLOSE_UP_STEPS} | _place(run.params, kind, text),
            "inline": _inline(opened, heard),
            "nonce": _count(opened, start, autoplay),
        },
        on_event_change=lambda: _hear(text.slug, opened[0], run, kind, on_click, on_door),
    )
    return _clicked(_event(result), opened[0], run)


def _sent(film: Film, autoplay: bool) -> str:
    """The opening of a film that the browser has not got, where it is there and small: it need not be asked for."""
    if autoplay or film.key in visit().player.known:
        return ""
    packed = film.begins()
    return _encoded(packed) if len(packed) <= SENT_BYTES else ""


def _place(params: Params, kind: Algorithm[Any], text: Topic) -> dict[str, Any]:
    """Where a close-up lies in its run (the step it begins at, the run's last), and the parts of a step in their order."""
    if not isinstance(params, Closing):
        return {}
    parts = [(part, name) for part in kind.code if (name := text.called(kind.name, part))]
    return {"from": params.close_up, "last": params.last, "parts": parts}


def _asking(slug: str) -> bool:
    """Whether an experiment waits for an answer: until then the curves do not show what is to come."""
    if reading.reads(slug):
        return reading.asking(slug)
    taken = visit().topic(slug).experiment
    return taken.id is not None and taken.answer is None


def _start(film: Film, close_up: int, opens: int) -> int | None:
    """Where a film opens that no link and no experiment speaks of: a close-up at its beginning, the whole where it was left,
    else where its kind opens; None: at its last picture."""
    if close_up >= 0:
        return 0
    playing = visit().player
    if isinstance(playing.resume, int):
        playing.resumed = film.key, playing.resume
    playing.resume = None
    key, left = playing.resumed or ("", None)
    return left if key == film.key else opens if opens >= 0 else None


@dataclass(frozen=True)
class Clicked:
    """A thing in the picture: what kind, which one, and the frame it was clicked in."""

    name: str
    index: int
    frame: Any


def _clicked(event: Mapping[str, Any], film: Film, run: Run) -> Clicked | None:
    """The click that has just come, or the last one while its film is shown. Nothing of it is trusted."""
    if event.get("kind") == "click":
        visit().player.clicked = (film.key, event.get("name"), event.get("index"), event.get("step"))
    key, name, index, step = visit().player.clicked or (None,) * 4
    if key != film.key or not (isinstance(name, str) and isinstance(index, int) and isinstance(step, int)):
        return None
    job = server.running()[0].get(run.key)
    frames = job.frames if job else []
    return Clicked(name, index, frames[step]) if 0 <= step < len(frames) and index >= 0 else None


def beside_player(kind: str, **data: Any) -> None:
    """Another view of the film that is playing: its table ("numbers"), code ("code"), link ("share") or a small copy ("mini")."""
    mount(key=kind, data={"kind": kind, "words": phrases(language())["player"], **data})


def mount(key: str, data: dict[str, Any], **how: Any) -> Mapping[str, Any]:
    """The player, or a companion of it; where its script is, is told with what it is to show."""
    return PLAYER(key=key, data={"script": base() + PATH, **data}, **how)


def trouble(problem: TheoriaError) -> None:
    """An error in the visitor's language, in the one place where errors are shown."""
    heading, said = title(problem.code, language()), sentence(problem.code, language())
    values = {key: markdown(str(value)) for key, value in problem.values.items()}
    st.error(f"**{heading.format(**values)}**  \n{said.format(**values)}")


def base() -> str:
    """The path everything of ours is under, with a slash at both ends."""
    prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{prefix}/" if prefix else "/"


def film_address(film: Film) -> str:
    return f"{base()}films/{settings.NODE}/{film.key}"


def _event(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What the player says; nothing, where that is no event of its kind."""
    event = (state or {}).get("event")
    return event if isinstance(event, dict) else {}


def _hear(
    slug: str,
    film: Film,
    run: Run,
    shown: Algorithm[Any],
    on_click: Callable[[Clicked], None] | None,
    on_door: Callable[[Any, Any], None],
) -> None:
    """What the player says, before the page runs again."""
    event, playing = _event(st.session_state.get("player")), visit().player
    kind, step = event.get("kind"), event.get("step")
    if kind == "closer" and isinstance(step, int):
        back = CLOSE_UP_STEPS if event.get("end") else 0  # nothing comes after the end: look at what led there
        address.put_quietly(slug, "close_up", max(0, step - back))
        playing.left_at = event.get("picture")
    elif kind == "whole":
        address.put_quietly(slug, "close_up", -1)
        playing.resume, playing.left_at = playing.left_at, None
    elif kind == "failed":
        st.session_state[f"{slug}-own"] = False  # the box for own data hides what is said about them
    elif kind == "pin":
        compare.pin(slug, compare.Pin(shown, run.params, compare.now(slug), run.data))
    elif kind == "unpin":
        compare.unpin(slug)
    elif kind == "door":
        on_door(event.get("run"), event.get("picture"))
    elif kind == "click" and on_click and not reading.hides(slug, EVERYTHING) and (clicked := _clicked(event, film, run)):
        on_click(clicked)
    device.hear(event)
    presenting.hear(event)
    reading.hear(slug, event)
    playing.heard = event


def _count(films: Sequence[Film], start: int | None, autoplay: bool) -> int:
    """A number that grows when the player is told to go somewhere, so that it goes there once and not at every rerun."""
    told, playing = (tuple(film.key for film in films), start, autoplay), visit().player
    playing.count += told != playing.told
    playing.told = told
    playing.known = [*told[0], *(key for key in playing.known if key not in told[0])][:KEPT]
    return playing.count


def _inline(films: Sequence[Film], heard: Mapping[str, Any]) -> dict[str, Any] | None:
    """The finished films themselves, and scripts, for a browser that cannot reach our routes."""
    asked = visit().player.inline
    if heard.get("kind") == "inline":
        for what in asked:
            asked[what] |= bool(heard.get(what))
    if not any(asked.values()):
        return None
    _, drawing = server.running()
    return {
        "films": {film.key: _encoded(drawing.whole(film)) for film in films} if asked["films"] else {},
        "plotly": _encoded(script.compressed()) if asked["plotly"] else None,
        "script": _encoded(compressed()) if asked["script"] else None,
    }


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
