"""Settings of a topic: kept for the session, read from a link, written to the address bar.

The address bar is the truth whenever it differs from what was last written there. Only what differs from a default
stands in it; "copy link" writes everything. Streamlit forgets a widget that is not drawn, so values are kept here.
"""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from engine.params import Spec, Value
from ui import presenting
from ui.language import known, language, say
from ui.streamlit_patches import gone_back
from ui.text import Topic, phrases
from ui.visit import Taken, visit

VERSION = 1  # the links' major version: raised when an old link would mean another run
OWN = {"v", "step", "data", "pin", "present", "lesson", "part"}  # parameters that belong to no topic
FOREIGN = re.compile(r"utm_\w+|[a-z]*clid|mc_[ce]id|_ga|_gl|igsh(id)?|spm")  # what other sites write behind a link
HISTORY = 50  # addresses of a page that are kept in mind
OPENED = {"som": "penguins"}  # the sample a page opened with when links that name no data were made; now it opens with another
ECHO = 3.0  # seconds in which an address that we wrote may still come back, from a browser that moved on meanwhile


def opened() -> dict[str, str] | None:
    """The parameters of a link that has just been opened, or gone back to; None where the address is one that we wrote.

    One that we wrote a moment ago may come back late, from a browser that moved on meanwhile.
    """
    link = {key: value for key, value in st.query_params.to_dict().items() if key != "lang" and not FOREIGN.fullmatch(key)}
    written, now = visit().written, time.monotonic()
    late = not gone_back() and any(link == ours and now - at < ECHO for at, ours in written)
    return None if written and (link == written[-1][1] or late) else link


def arrive(slug: str) -> None:
    """Take the settings of a link that has just been opened. A bare address means none where somebody went back to it."""
    link = opened()
    if not visit().written and (asked := st.query_params.get("lang")) and not known(asked):
        notice("bad_value", name="lang", value=asked[:40])
    if link or (link is not None and gone_back()):
        take(slug, as_made(slug, link) if link else {})
        for key in link:
            if len(st.query_params.get_all(key)) > 1:
                notice("twice", name=key[:60])


def as_made(slug: str, link: dict[str, str]) -> dict[str, str]:
    """What a link, or a lesson's step, says, with the data it was made with. Only the bare address opens as its page does now."""
    return {"data": OPENED[slug], **link} if slug in OPENED else link


def take(slug: str, link: dict[str, str]) -> None:
    """Let a topic have the settings that a link, or a step of a lesson, says; all others go back to their defaults."""
    reset(slug)
    now = visit()
    now.topic(slug).pin, now.topic(slug).experiment = None, Taken()
    now.arrived, now.unsaid = dict(link), bool(link) and f"{slug}.show" not in link
    if link.get("v", str(VERSION)) != str(VERSION):
        notice("older_link")
    step = link.get("step", "")
    now.step = int(step) if step.isdecimal() and len(step) < 7 else None
    if step and now.step is None:
        notice("bad_value", name="step", value=step[:40])


def reset(slug: str) -> None:
    """Let all settings of a topic go back to their defaults, its data and the place in its film too; what is pinned stays.

    A value stands in its widget's key also while the widget is folded away, in each language's: all of them go.
    """
    kept(slug).clear()
    for key in [key for key in st.session_state if str(key).startswith(slug + ".")]:
        st.session_state.pop(key, None)
    now = visit()
    now.step = now.step_of = None
    now.player.left_at = now.player.resume = now.player.resumed = None


def notice(code: str, **values: Any) -> None:
    """Something to say about the link, above the picture."""
    visit().notices.append((code, values))


def leftover() -> None:
    """Say which of the link's parameters nobody has asked for."""
    left, visit().arrived = visit().arrived, {}
    for key in left:
        if key not in OWN:
            notice("unknown", name=key[:60])


def kept(slug: str) -> dict[str, Any]:
    """The settings of a topic in this session."""
    return visit().topic(slug).settings


def arrived(key: str) -> str | None:
    """The link's text for a parameter, once."""
    return visit().arrived.pop(key, None)


def seed(slug: str, spec: Spec, allowed: tuple[str, ...] = ()) -> Value:
    """The value a field has now; a bad one in the link falls back for that field alone, and is said."""
    text = arrived(f"{slug}.{spec.name}")
    if text is not None:
        try:
            value = spec.read(text)
            if allowed and value not in allowed:
                raise ValueError(text)
            put(slug, spec.name, value)
        except ValueError:
            notice("bad_value", name=f"{slug}.{spec.name}", value=text[:40])
    key = widget_key(slug, spec)
    value = st.session_state.get(key, kept(slug).get(spec.name, spec.default))  # the widget's, the kept, the default
    if allowed and value not in allowed:  # the data it spoke of are gone
        value = spec.default
        st.session_state.pop(key, None)
    kept(slug)[spec.name] = value
    return value


def widget_key(slug: str, spec: Spec) -> str:
    """The key of a field's widget. A select box of another language would send its old words back, so it has a key for each."""
    return in_language(f"{slug}.{spec.name}") if is_box(spec) else f"{slug}.{spec.name}"


def in_language(key: str) -> str:
    return f"{key}.{language()}"


def is_box(spec: Spec) -> bool:
    """Whether the choice is made in a select box: where it has more than three values, or as many as the data bring."""
    return spec.kind == "str" or len(spec.choices) > 3


def put(slug: str, name: str, value: Any) -> None:
    """Set a field from outside its widget (a link, an experiment, the player)."""
    key = f"{slug}.{name}"
    kept(slug)[name] = st.session_state[key] = st.session_state[in_language(key)] = value


def put_quietly(slug: str, name: str, value: Any) -> None:
    """Set a field that has no widget."""
    kept(slug)[name] = value
    st.session_state.pop(f"{slug}.{name}", None)  # a link's, which no widget would ever take away


def belongs(slug: str, name: str, to: str, nothing: Value = "") -> None:
    """Let a setting go back to `nothing` when what it speaks of has changed. To be called before its widget is drawn."""
    before = kept(slug).get(name + "_of", to)
    kept(slug)[name + "_of"] = to
    if before != to:
        put(slug, name, nothing)


def along(slug: str, spec: Spec, sets: Mapping[str, Mapping[str, Value]]) -> None:
    """Let a menu's new choice set other fields with it. To be called before the widgets are drawn.

    Only a visitor's choice does: a link and an experiment say all they mean, and put it into the widget and among the kept alike.
    """
    before = kept(slug).get(spec.name, spec.default)
    chosen = st.session_state.get(widget_key(slug, spec), before)
    if chosen != before:
        for name, value in sets.get(str(chosen), {}).items():
            put(slug, name, value)


def query(slug: str, specs: Sequence[Spec], more: dict[str, str], *, everything: bool) -> dict[str, str]:
    """The settings as a link's parameters."""
    values = kept(slug)
    out = {
        f"{slug}.{spec.name}": Spec.write(values[spec.name])
        for spec in specs
        if spec.name in values and (everything or values[spec.name] != spec.default)
    }
    return out | more


def write(wanted: dict[str, str], *, step: int | None, bare: Mapping[str, str] | None = None) -> None:
    """Bring the address bar up to date. `bare`: what goes without saying where nothing else is said."""
    wanted = wanted | ({} if step is None else {"step": str(step)}) | ({"present": "1"} if presenting.on() else {})
    wanted = {} if wanted == bare else wanted
    written, visit().bare = visit().written, dict(bare or {})
    written.append((time.monotonic(), wanted))
    del written[:-8]
    if "lang" in st.query_params:
        wanted = wanted | {"lang": language()}
    _follow(wanted)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _follow(asked: dict[str, str]) -> None:
    """Keep in mind what stood in the address bar on this page, as the browser's history does. Where that is not sure, nothing."""
    trail = visit().trail
    if gone_back():
        known = len(trail) > 1 and trail[-2] == asked
        del trail[-1 if known else 0 :]
    if not trail or trail[-1] != asked:
        trail.append(asked)
    del trail[:-HISTORY]


def undone(text: Topic) -> str | None:
    """What going back would undo, in words; None where that is no change of a setting or of the data on this page."""
    if len(visit().trail) < 2:
        return None
    before, now = (one or visit().bare for one in visit().trail[-2:])
    changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)} - {"step"}
    names = {key.removeprefix(text.slug + ".") for key in changed}
    if len(names) > 1 and {} in visit().trail[-2:]:
        names -= {"show"}  # a bare address only does not say the kind that the page opens with
    words = phrases(text.language)["player"]
    labels = text.labels | text.view_labels | {"close_up": words["closer_short"], "pin": words["pin_short"]}
    if not names or not names <= labels.keys() - OWN | {"data", "pin"}:
        return None
    return labels[names.pop()] if len(names) == 1 else say("several_settings", n=len(names))


def link(wanted: dict[str, str]) -> str:
    """The full link: every setting, the language and the version."""
    return _here() + "?" + urlencode({"lang": language(), "v": str(VERSION)} | wanted)


def lesson_link(packed: str, of: str, slug: str, speaks: str) -> str:
    """The link of a lesson that begins on the page `slug`, made on the page `of`."""
    return _here().removesuffix(of) + slug + "?" + urlencode({"lang": speaks, "lesson": packed})


def _here() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else ""
