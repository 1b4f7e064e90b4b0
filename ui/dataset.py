"""Which data a run is about: a named sample, or the visitor's own table or picture, with its limits written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from engine import data
from engine.data import Image, Points, Table
from engine.errors import DataError
from ui import address
from ui.language import language, say
from ui.player import trouble
from ui.text import Topic, markdown, phrases

SESSION_BYTES = 20_000_000  # of uploads a visitor may have at once
OPENS_WITH = 8  # numeric columns of an own table that are looked at first
Picked = tuple[tuple[str, ...], str | None]  # the columns that are looked at, the one that names the classes


@dataclass(frozen=True)
class Chosen:
    """The data, how a link says them, what to tell who copies it, and Python that makes them."""

    points: Points
    link: dict[str, str]
    note: str | None
    code: str
    short: dict[str, str]  # the link without what the page opens with anyway


@dataclass(frozen=True)
class Own:
    """What a visitor brought: a table or a picture, and the file it came in."""

    content: Table | Image
    name: str
    size: int


@dataclass(frozen=True)
class Awaited:
    """A file that a link speaks of and cannot carry."""

    name: str
    size: str
    digest: str
    columns: str | None
    label: str | None


def dataset(text: Topic, samples: Sequence[str], default: str) -> Chosen:
    """The select box, the visitor's own data, the columns. Errors are shown, and the data before them stay."""
    slug, state = text.slug, _state(text.slug)
    _arrive(slug, samples, default)
    own: Own | None = state.get("own")
    if state.get("awaited"):
        address.notice("bring_file", name=state["awaited"].name, size=state["awaited"].size)
    key = address.in_language(f"{slug}.data")
    options = [*samples, "own"] if own else list(samples)
    if address.kept(slug).setdefault("data", default) not in options:
        address.put(slug, "data", default)
    st.session_state.setdefault(key, address.kept(slug)["data"])
    names = text.choices["data"] | {"own": own.name if own else ""}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        choice = st.selectbox(
            text.labels["data"], options, format_func=names.__getitem__, key=key, on_change=state.pop, args=("problem", None)
        )
        address.kept(slug)["data"] = choice
        door = st.popover("", icon=":material/upload_file:", help=say("own_data"), key=f"{slug}-own", on_change="rerun")
    content = own.content if choice == "own" and own else data.sample_table(choice) if choice in data.TABLES else None
    picked = _picked(slug, content, choice) if isinstance(content, Table) else None
    if door.open:
        with door:
            st.file_uploader(say("own_upload"), key=f"{slug}-upload", on_change=_upload, args=(slug,))
            st.caption(say("limits"))
            if problem := state.get("problem"):
                trouble(problem)
            picked = _columns(text, content) if isinstance(content, Table) else None
            show_notes(content.notes if content is not None and choice == "own" else ())
    try:
        chosen = state["good"] = _chosen(slug, choice, own, picked, default)
    except DataError as problem:
        trouble(problem)
        before: Chosen | None = state.get("good")
        return before or _sample(choice if choice in samples else default, default)
    return chosen


def uploads(slug: str) -> int:
    """Bytes of what the visitor brought to the other topics."""
    states = st.session_state.get("dataset", {})
    return sum(state["own"].size for other, state in states.items() if other != slug and state.get("own"))


def show_notes(notes: Any) -> None:
    """What was assumed about a file."""
    table = phrases(language())["notes"]
    for code, values in notes:
        st.caption("· " + table[code].format(**{key: markdown(str(value)) for key, value in values.items()}))


def _state(slug: str) -> dict[str, Any]:
    """What this topic remembers: the visitor's own data, the last good choice, an upload's problem, an awaited file."""
    return st.session_state.setdefault("dataset", {}).setdefault(slug, {})  # type: ignore[no-any-return]


def _upload(slug: str) -> None:
    """Take a file, if it can be read; else say why and keep what is there."""
    file, state = st.session_state[f"{slug}-upload"], _state(slug)
    state["problem"] = None
    if file is None:
        return
    try:
        if file.size + uploads(slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        raw = file.getvalue()
        content: Table | Image = data.read_image(raw) if data.is_image(raw) else data.read_table(raw, file.name)
        _try(content)
    except DataError as problem:
        state["problem"] = problem
        return
    state["own"] = Own(content, data.cut(data.clean(file.name), 40), file.size)
    _forget_columns(slug)
    address.put(slug, "data", "own")
    awaited: Awaited | None = state.pop("awaited", None)
    if awaited and content.digest.startswith(awaited.digest):
        _hand_on(slug, awaited.columns, awaited.label)
    elif awaited:
        address.notice("other_file", name=awaited.name)


def _try(content: Table | Image) -> None:
    """Raise now what the first look at a table would raise later."""
    if isinstance(content, Table):
        data.choose(content, _first(content, "own"), content.label)


def _forget_columns(slug: str) -> None:
    for field in ("columns", "label", "columns_of"):
        st.session_state.pop(address.in_language(f"{slug}.{field}"), None)
        address.kept(slug).pop(field, None)


def _hand_on(slug: str, columns: str | None, label: str | None) -> None:
    """Let `_picked` find a link's columns, as if the link had just been opened."""
    found = {f"{slug}.columns": columns, f"{slug}.label": label}
    st.session_state["arrived"] = {key: value for key, value in found.items() if value is not None}


def _first(table: Table, choice: str) -> tuple[str, ...]:
    """The columns a table opens with: of an own one the first that are whole and vary, if there are such."""
    numeric = data.numeric_columns(table)
    if choice != "own":
        return data.DEFAULT_COLUMNS.get(choice, numeric)
    usable = [column for column in numeric if np.isfinite(table.frame[column]).all() and np.ptp(table.frame[column]) > 0]
    return tuple(usable or numeric)[:OPENS_WITH]


def _picked(slug: str, table: Table, choice: str) -> Picked:
    """Which columns are looked at and which one names the classes: the link's, else the kept, else what the table opens with."""
    kept, numeric, groups = address.kept(slug), data.numeric_columns(table), data.label_candidates(table)
    if kept.get("columns_of") != choice:
        _forget_columns(slug)
        kept["columns_of"], kept["columns"] = choice, list(_first(table, choice))
        kept["label"] = table.label or (groups[0] if groups and choice == "own" else "")
    for field in ("columns", "label"):
        kept[field] = st.session_state.get(address.in_language(f"{slug}.{field}"), kept[field])
    wanted, label = address.arrived(f"{slug}.columns"), address.arrived(f"{slug}.label")
    if wanted is not None:
        columns = _split(wanted)
        for column in columns:
            if column not in numeric:
                address.notice("bad_value", name=f"{slug}.columns", value=column[:40])
        kept["columns"] = [column for column in columns if column in numeric] or kept["columns"]
    if label is not None and label not in ("", *groups):
        address.notice("bad_value", name=f"{slug}.label", value=label[:40])
    elif label is not None:
        kept["label"] = label
    return tuple(kept["columns"]), kept["label"] or None


def _columns(text: Topic, table: Table) -> Picked:
    """The widgets of the same."""
    slug, kept = text.slug, address.kept(text.slug)
    numeric, groups = data.numeric_columns(table), data.label_candidates(table)

    def name(column: str) -> str:
        return text.say.get("column_" + column, column) if column else say("no_label")

    for field in ("columns", "label"):
        st.session_state.setdefault(address.in_language(f"{slug}.{field}"), kept[field])
    kept["columns"] = st.multiselect(
        say("columns"), numeric, key=address.in_language(f"{slug}.columns"), format_func=name, placeholder=say("choose_columns")
    )
    kept["label"] = st.selectbox(say("label"), ["", *groups], key=address.in_language(f"{slug}.label"), format_func=name)
    return tuple(kept["columns"]), kept["label"] or None


def _sample(name: str, default: str) -> Chosen:
    link = {"data": name}
    return Chosen(data.sample(name), link, None, f'datasets.sample("{name}")', {} if name == default else link)


def _chosen(slug: str, choice: str, own: Own | None, picked: Picked | None, default: str) -> Chosen:
    """The data themselves. Raises DataError."""
    if choice != "own" or own is None:
        if picked is None or picked == (_first(table := data.sample_table(choice), choice), table.label):
            return _sample(choice, default)
        columns, label = picked
        link = {"data": choice, f"{slug}.columns": _joined(columns), f"{slug}.label": label or ""}
        code = f'datasets.choose(datasets.sample_table("{choice}"), {list(columns)!r}, {label!r}, {table.names!r})'
        return Chosen(data.choose(table, columns, label, table.names), link, None, code, link)
    if isinstance(own.content, Image):
        points, columns_link = data.palette(own.content), {}
        code = f'datasets.palette(datasets.read_image(open({own.name!r}, "rb").read()))'
    else:
        columns, label = picked or ((), None)
        points = data.choose(own.content, columns, label, own.content.names)
        columns_link = {f"{slug}.columns": _joined(columns), f"{slug}.label": label or ""}
        code = f'datasets.choose(datasets.read_table(open({own.name!r}, "rb").read()), {list(columns)!r}, {label!r})'
    packed = data.pack(points)
    if packed is not None:
        link = {"data": "~" + packed}
        return Chosen(points, link, None, f'datasets.points_of("{packed}")', link)
    link = {"data": f"file:{own.name}:{own.size}:{own.content.digest[:12]}"} | columns_link
    return Chosen(points, link, say("file_note", name=markdown(own.name)), code, link)


def _arrive(slug: str, samples: Sequence[str], default: str) -> None:
    """What a link says of the data: a sample's name, the data themselves, or a file that has to be brought."""
    wanted, state = address.arrived("data"), _state(slug)
    if wanted is None:
        return
    state.pop("awaited", None)
    if wanted.startswith("~"):
        try:
            table = data.unpack(wanted[1:])
            _try(table)
        except DataError as problem:
            address.notice("bad_data", why=problem.code)
            address.put(slug, "data", default)
            return
        state["own"] = Own(table, say("from_link"), 0)
        _forget_columns(slug)
        address.put(slug, "data", "own")
    elif wanted.startswith("file:") and wanted.count(":") >= 3:
        name, size, digest = wanted[5:].rsplit(":", 2)
        own: Own | None = state.get("own")
        if own and own.content.digest.startswith(digest):
            address.put(slug, "data", "own")
        else:
            columns, label = address.arrived(f"{slug}.columns"), address.arrived(f"{slug}.label")
            state["awaited"] = Awaited(name[:60], size[:12], digest, columns, label)
            address.put(slug, "data", default)
    elif wanted in samples:
        address.put(slug, "data", wanted)
    else:
        address.notice("bad_value", name="data", value=wanted[:40])


def _joined(columns: Sequence[str]) -> str:
    """Columns as one parameter of a link."""
    return "|".join(column.replace("%", "%25").replace("|", "%7C") for column in columns)


def _split(text: str) -> list[str]:
    return [column.replace("%7C", "|").replace("%25", "%") for column in text.split("|")]
