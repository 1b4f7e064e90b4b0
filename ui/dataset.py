"""Which data a run is about: a named sample, or the visitor's own table or picture, with its limits written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine import data
from engine.data import Image, Points, Table
from engine.errors import DataError
from ui import address
from ui.language import language, say
from ui.player import trouble
from ui.text import Topic, phrases

SESSION_BYTES = 20_000_000  # of uploads a visitor may have at once


@dataclass(frozen=True)
class Chosen:
    """The data, how a link says them, what to tell who copies it, and Python that makes them."""

    points: Points
    link: dict[str, str]
    note: str | None
    code: str

    def short(self, default: str) -> dict[str, str]:
        """The link without what a page opens with anyway."""
        return {} if self.link == {"data": default} else self.link


@dataclass(frozen=True)
class Own:
    """What a visitor brought: a table or a picture, and the file it came in."""

    content: Table | Image
    name: str
    size: int
    link: str | None = None  # where it came by link


def dataset(text: Topic, samples: Sequence[str], default: str) -> Chosen:
    """The select box, the visitor's own data, the columns. Errors are shown, and the data before them stay."""
    slug = text.slug
    _arrive(slug, samples, default)
    own: Own | None = _owned().get(slug)
    key = f"{slug}.data"
    options = [*samples, "own"] if own else list(samples)
    if address.kept(slug).setdefault("data", default) not in options:
        address.put(slug, "data", default)
    st.session_state.setdefault(key, address.kept(slug)["data"])
    names = text.choices["data"] | {"own": own.name if own else ""}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        choice = st.selectbox(text.labels["data"], options, format_func=names.__getitem__, key=key)
        address.kept(slug)["data"] = choice
        door = st.popover("", icon=":material/upload_file:", help=say("own_data"), key=f"{slug}-own", on_change="rerun")
    content = own.content if choice == "own" and own else data.sample_table(choice) if choice in data.TABLES else None
    picked = _picked(text, content, choice) if isinstance(content, Table) else None
    if door.open:
        with door:
            st.file_uploader(say("own_upload"), key=f"{slug}-upload", on_change=_upload, args=(slug,))
            st.caption(say("limits"))
            if problem := st.session_state.get("upload_problem"):
                trouble(problem)
            picked = _columns(text, content) if isinstance(content, Table) else None
            _notes(content.notes if content is not None and choice == "own" else ())
    try:
        return _chosen(slug, choice, own, picked)
    except DataError as problem:
        trouble(problem)
        return Chosen(data.sample(default), {"data": default}, None, f'datasets.sample("{default}")')


def _owned() -> dict[str, Own]:
    return st.session_state.setdefault("own", {})  # type: ignore[no-any-return]


def _upload(slug: str) -> None:
    """Take a file, if it can be read; else say why and keep what is there."""
    file = st.session_state[f"{slug}-upload"]
    st.session_state["upload_problem"] = None
    if file is None:
        return
    try:
        if file.size + sum(own.size for key, own in _owned().items() if key != slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        raw = file.getvalue()
        content: Table | Image = data.read_image(raw) if data.is_image(raw) else data.read_table(raw, file.name)
        _choose_all(slug, content)
    except DataError as problem:
        st.session_state["upload_problem"] = problem
        return
    _owned()[slug] = Own(content, data.cut(data.clean(file.name), 40), file.size)
    for field in ("columns", "label"):
        st.session_state.pop(f"{slug}.{field}", None)
        address.kept(slug).pop(field, None)
    address.put(slug, "data", "own")


def _choose_all(slug: str, content: Table | Image) -> None:
    """Raise now what the choice of columns would raise later."""
    if isinstance(content, Table):
        data.choose(content, _first(content), content.label)


def _first(table: Table, choice: str = "own") -> tuple[str, ...]:
    """The columns a table opens with."""
    return data.DEFAULT_COLUMNS.get(choice, data.numeric_columns(table)[:8] if choice == "own" else data.numeric_columns(table))


def _picked(text: Topic, table: Table, choice: str) -> tuple[tuple[str, ...], str | None]:
    """Which columns are looked at and which one names the classes: the link's, else the kept, else what the table opens with."""
    slug, kept = text.slug, address.kept(text.slug)
    numeric, groups = data.numeric_columns(table), data.label_candidates(table)
    wanted, label = address.arrived(f"{slug}.columns"), address.arrived(f"{slug}.label")
    if kept.get("columns_of") != choice:
        kept["columns_of"] = choice
        kept["columns"] = list(_first(table, choice))
        kept["label"] = table.label or (groups[0] if groups and choice == "own" else "")
        for field in ("columns", "label"):
            st.session_state.pop(f"{slug}.{field}", None)
    if wanted is not None:
        kept["columns"] = [column for column in wanted.split("|") if column in numeric]
    if label is not None:
        kept["label"] = label if label in groups else ""
    for field in ("columns", "label"):
        kept[field] = st.session_state.get(f"{slug}.{field}", kept[field])
    return tuple(kept["columns"]), kept["label"] or None


def _columns(text: Topic, table: Table) -> tuple[tuple[str, ...], str | None]:
    """The widgets of the same."""
    slug, kept = text.slug, address.kept(text.slug)
    numeric, groups = data.numeric_columns(table), data.label_candidates(table)

    def name(column: str) -> str:
        return text.say.get("column_" + column, column) if column else say("no_label")

    for field in ("columns", "label"):
        st.session_state.setdefault(f"{slug}.{field}", kept[field])
    kept["columns"] = st.multiselect(
        say("columns"), numeric, key=f"{slug}.columns", format_func=name, placeholder=say("choose_columns")
    )
    kept["label"] = st.selectbox(say("label"), ["", *groups], key=f"{slug}.label", format_func=name)
    return tuple(kept["columns"]), kept["label"] or None


def _chosen(slug: str, choice: str, own: Own | None, picked: tuple[tuple[str, ...], str | None] | None) -> Chosen:
    if choice != "own" or own is None:
        if picked is None or (table := data.sample_table(choice)) is None or picked == (_first(table, choice), table.label):
            return Chosen(data.sample(choice), {"data": choice}, None, f'datasets.sample("{choice}")')
        columns, label = picked
        link = {"data": choice, f"{slug}.columns": "|".join(columns), f"{slug}.label": label or ""}
        code = f'datasets.choose(datasets.sample_table("{choice}"), {list(columns)!r}, {label!r}, {table.names!r})'
        return Chosen(data.choose(table, columns, label, table.names), link, None, code)
    if isinstance(own.content, Image):
        points = data.palette(own.content)
        code = f'datasets.palette(datasets.read_image(open({own.name!r}, "rb").read()))'
    else:
        columns, label = picked or ((), None)
        points = data.choose(own.content, columns, label, own.content.names)
        code = f'datasets.choose(datasets.read_table(open({own.name!r}, "rb").read()), {list(columns)!r}, {label!r})'
    packed = data.pack(points)
    if packed is not None:
        return Chosen(points, {"data": "~" + packed}, None, f'datasets.points_of("{packed}")')
    link = {"data": f"file:{own.name}:{own.size}:{own.content.digest[:12]}"}
    if picked:
        link |= {f"{slug}.columns": "|".join(picked[0]), f"{slug}.label": picked[1] or ""}
    return Chosen(points, link, say("file_note", name=own.name), code)


def _arrive(slug: str, samples: Sequence[str], default: str) -> None:
    """What a link says of the data: a sample's name, the data themselves, or a file that has to be brought."""
    wanted = address.arrived("data")
    if wanted is None:
        return
    if wanted.startswith("~"):
        try:
            table = data.unpack(wanted[1:])
            _choose_all(slug, table)
        except DataError as problem:
            trouble(problem)
            return
        _owned()[slug] = Own(table, say("from_link"), 0)
        address.put(slug, "data", "own")
    elif wanted.startswith("file:") and wanted.count(":") >= 3:
        name, size, digest = wanted[5:].rsplit(":", 2)
        own = _owned().get(slug)
        if own and own.content.digest.startswith(digest):
            address.put(slug, "data", "own")
        else:
            address.notice("bring_file", name=name[:60], size=size[:12])
            address.put(slug, "data", default)
    elif wanted in samples:
        address.put(slug, "data", wanted)
    else:
        address.notice("bad_value", name="data", value=wanted[:40])


def _notes(notes: Any) -> None:
    """What was assumed about a file."""
    table = phrases(language())["notes"]
    for code, values in notes:
        st.caption("· " + table[code].format(**{key: _safe(value) for key, value in values.items()}))


def _safe(value: object) -> str:
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-!|$~:&" else sign for sign in str(value))
