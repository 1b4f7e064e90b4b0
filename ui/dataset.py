"""Which data a run is about: a named sample, or the visitor's own table or picture, with its limits written beside it.

What a topic takes is said by a `Form`: points from chosen columns, or the table as it is; and whether cells can be edited.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
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
EDITABLE = 300  # rows that can be edited on the page
CLICKABLE = 2000  # points that a click can add to
Picked = tuple[tuple[str, ...], str | None]  # the columns that are looked at, the one that names the classes
D = TypeVar("D", Points, Table, Image)


@dataclass(frozen=True)
class Form(Generic[D]):
    """What a topic takes: made from a table (and, for points, the columns picked), or from a picture."""

    make: Callable[[Table, Picked], D] | None  # None: a table is of no use
    code: Callable[[str, Table, Picked], str]  # the same as Python, given an expression for the table
    columns: bool  # whether columns are picked
    image: Callable[[Image], D] | None = None
    image_code: str = "datasets.palette({})"  # the same as Python, given an expression for the picture
    edit: bool = False  # whether cells can be edited on the page

    def takes(self, content: Table | Image) -> bool:
        """Whether something can be made of a table, or of a picture."""
        return (self.image if isinstance(content, Image) else self.make) is not None

    @property
    def words(self) -> tuple[str, str, str]:
        """The phrases for the door, the box and the limits."""
        if self.make is None:
            return "own_image", "own_picture", "limits_image"
        return ("edit_data" if self.edit else "own_data"), *(
            ("own_upload", "limits") if self.image else ("own_table", "limits_table")
        )


def _points_code(expression: str, table: Table, picked: Picked) -> str:
    names = f", {table.names!r}" if table.names else ""
    return f"datasets.choose({expression}, {list(picked[0])!r}, {picked[1]!r}{names})"


POINTS: Form[Points] = Form(
    make=lambda table, picked: data.choose(table, *picked, table.names), code=_points_code, columns=True, image=data.palette
)
EDITED_POINTS: Form[Points] = replace(POINTS, image=None, edit=True)
IMAGE: Form[Image] = Form(
    make=None, code=lambda expression, *_: expression, columns=False, image=lambda image: image, image_code="{}"
)
TABLE: Form[Table] = Form(make=lambda table, _: table, code=lambda expression, *_: expression, columns=False, edit=True)


@dataclass(frozen=True)
class Chosen(Generic[D]):
    """The data, how a link says them, what to tell who copies it, and Python that makes them."""

    data: D
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
    edited: bool = False  # made on this page; then there is no file


@dataclass(frozen=True)
class Awaited:
    """A file that a link speaks of and cannot carry."""

    name: str
    size: str
    digest: str
    columns: str | None
    label: str | None


def dataset(text: Topic, samples: Sequence[str], default: str, form: Form[D]) -> Chosen[D]:
    """The select box, the visitor's own data, the columns. Errors are shown, and the data before them stay."""
    slug, state = text.slug, _state(text.slug)
    _arrive(slug, samples, default, form)
    own: Own | None = state.get("own")
    if own and not form.takes(own.content):  # brought for another of the topic's parts
        own = None
    if state.get("awaited"):
        address.notice("bring_file", name=state["awaited"].name, size=state["awaited"].size)
    key = address.in_language(f"{slug}.data")
    options = [*samples, "own"] if own else list(samples)
    if address.kept(slug).setdefault("data", default) not in options:
        address.put(slug, "data", default)
    if st.session_state.setdefault(key, address.kept(slug)["data"]) not in options:
        st.session_state[key] = address.kept(slug)["data"]
    names = text.choices["data"] | {"own": own.name if own else ""}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        choice = st.selectbox(
            text.labels["data"], options, format_func=names.__getitem__, key=key, on_change=state.pop, args=("problem", None)
        )
        address.kept(slug)["data"] = choice
        icon = ":material/edit:" if form.edit else ":material/upload_file:"
        help_, box, limits = map(say, form.words)
        door = st.popover("", icon=icon, help=help_, key=f"{slug}-own", on_change="rerun")
    content = own.content if choice == "own" and own else _table_of(choice, needed=form.edit)
    picked = _picked(slug, content, choice) if isinstance(content, Table) and form.columns else None
    if door.open:
        with door:
            if form.edit and isinstance(content, Table):
                _editor(text, content)
            st.file_uploader(box, key=f"{slug}-upload", on_change=_upload, args=(slug, form))
            st.caption(limits)
            if problem := state.get("problem"):
                trouble(problem)
            picked = _columns(text, content) if isinstance(content, Table) and form.columns and _can_pick(choice) else picked
            show_notes(content.notes if content is not None and choice == "own" else ())
    try:
        chosen = _chosen(slug, choice, own, picked, default, form)
        state["good"], state["good_form"] = chosen, form
    except DataError as problem:
        trouble(problem)
        before: Chosen[D] | None = state.get("good") if state.get("good_form") is form else None
        return before or bundled(choice if choice in samples else default, default)
    return chosen


def _can_pick(choice: str) -> bool:
    """Whether the data come with more columns than are looked at."""
    return choice == "own" or choice in data.TABLES


def _table_of(choice: str, *, needed: bool) -> Table | None:
    """The table a sample comes from; of one that is made by a formula only where a table is `needed`."""
    if choice in data.TABLES:
        return data.sample_table(choice)
    found = data.sample(choice) if needed else None
    return found if found is None or isinstance(found, Table) else data.as_table(found)


# ---- cells edited, points clicked


def _editor(text: Topic, content: Table) -> None:
    """The cells. What is edited becomes the visitor's own data at once; the editor goes on from what it began with."""
    state = _state(text.slug)
    if content.rows > EDITABLE:
        st.caption(say("too_long_to_edit", limit=EDITABLE))
        return
    if state.get("edited") != content.digest:
        state["base"], state["edited"] = content, content.digest
    base: Table = state["base"]
    key = f"{text.slug}.cells.{base.digest}"
    frame = pd.DataFrame({column: base.frame[column] for column in base.columns})
    labels = {column: text.say.get("column_" + column, column) for column in base.columns}
    st.data_editor(
        frame, key=key, num_rows="dynamic", hide_index=True, width="stretch", height=min(320, 36 * (base.rows + 2) + 2),
        column_config=labels, on_change=_edit, args=(text, key, base),
    )  # fmt: skip


def _edit(text: Topic, key: str, base: Table) -> None:
    """Take what was edited."""
    state = _state(text.slug)
    try:
        table = edited(base, st.session_state[key])
    except DataError as problem:
        state["problem"] = problem
        return
    state["edited"] = table.digest
    kept = address.kept(text.slug)
    _take(text, table, [column for column in kept.get("columns", ()) if column in table.columns], kept.get("label", ""))


def edited(base: Table, changes: Mapping[str, Any]) -> Table:
    """A table after what the editor reports: cells changed, rows added and deleted. Raises DataError when no row is left."""
    rows = [{column: base.frame[column][i] for column in base.columns} for i in range(base.rows)]
    for i, cells in changes["edited_rows"].items():
        rows[int(i)] |= cells
    rows = [row for i, row in enumerate(rows) if i not in changes["deleted_rows"]]
    rows += [dict(row) for row in changes["added_rows"]]
    if not rows:
        raise DataError("no_rows")
    frame = {}
    for column in base.columns:
        cells = [row.get(column) for row in rows]
        if base.frame[column].dtype == object:
            frame[column] = np.array([data.cut(data.clean(str(cell or ""))) for cell in cells], dtype=object)
        else:
            frame[column] = np.array([np.nan if cell is None else float(cell) for cell in cells])
    return replace(base, frame=frame, notes=(), origin="edited")


def add_point(text: Topic, cloud: Points, place: Mapping[str, float]) -> None:
    """Add a point; columns that `place` leaves out get their mean. It has the label "+", where points are labelled."""
    if len(cloud.X) >= CLICKABLE:
        address.notice("too_many_to_click", limit=CLICKABLE)
        return
    row = [place.get(column, float(mean)) for column, mean in zip(cloud.columns, cloud.X.mean(0), strict=True)]
    labels, names = cloud.labels, cloud.label_names
    if labels is not None:
        names = names if "+" in names else (*names, "+")
        labels = np.append(labels, names.index("+"))
    rows = (*cloud.names, "+") if cloud.names else ()
    _take_points(text, data.points(np.vstack([cloud.X, row]), cloud.columns, labels, names, rows))


def remove_point(text: Topic, cloud: Points, index: int) -> None:
    """Take a point away; the last two stay."""
    if len(cloud.X) <= 2 or not index < len(cloud.X):
        return
    keep = np.arange(len(cloud.X)) != index
    labels = None if cloud.labels is None else cloud.labels[keep]
    rows = tuple(word for word, stays in zip(cloud.names, keep, strict=True) if stays) if cloud.names else ()
    _take_points(text, data.points(cloud.X[keep], cloud.columns, labels, cloud.label_names, rows))


def _take_points(text: Topic, cloud: Points) -> None:
    table = data.as_table(cloud)
    _take(text, table, cloud.columns, table.label)


def _take(text: Topic, table: Table, columns: Sequence[str], label: str | None) -> None:
    """Let an edited table be the visitor's own data, with the columns that are looked at."""
    state, kept = _state(text.slug), address.kept(text.slug)
    own: Own | None = state.get("own")
    choice: str = kept["data"]
    if own and choice == "own":
        name = own.name if own.edited else say("edited", name=own.name)
    else:
        name = say("edited", name=text.choices["data"][choice])
    state["own"], state["problem"] = Own(table, data.cut(name), 0, edited=True), None
    _forget_columns(text.slug)
    if columns:
        kept.update(columns_of="own", columns=list(columns), label=label or "")
    address.put(text.slug, "data", "own")


# ---- uploads


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


def _upload(slug: str, form: Form[Any]) -> None:
    """Take a file, if it can be read; else say why and keep what is there."""
    file, state = st.session_state[f"{slug}-upload"], _state(slug)
    state["problem"] = None
    if file is None:
        return
    try:
        if file.size + uploads(slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        raw = file.getvalue()
        pictures = form.image is not None and (form.make is None or data.is_image(raw))
        content: Table | Image = data.read_image(raw) if pictures else data.read_table(raw, file.name)
        _try(content, form)
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


def _try(content: Table | Image, form: Form[Any]) -> None:
    """Raise now what the first look at a table would raise later."""
    if isinstance(content, Table):
        assert form.make is not None
        form.make(content, (_first(content, "own"), content.label))


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


def bundled(name: str, default: str = "") -> Chosen[Any]:
    """A sample, where there is nothing to choose or to bring."""
    link = {"data": name}
    return Chosen(data.sample(name), link, None, f'datasets.sample("{name}")', {} if name == default else link)


def _chosen(slug: str, choice: str, own: Own | None, picked: Picked | None, default: str, form: Form[D]) -> Chosen[D]:
    """The data themselves. Raises DataError."""
    if choice != "own" or own is None:
        if (
            picked is None
            or choice not in data.TABLES
            or picked == (_first(table := data.sample_table(choice), choice), table.label)
        ):
            return bundled(choice, default)
        link = {"data": choice, f"{slug}.columns": _joined(picked[0]), f"{slug}.label": picked[1] or ""}
        code = form.code(f'datasets.sample_table("{choice}")', table, picked)
        assert form.make is not None
        return Chosen(form.make(table, picked), link, None, code, link)
    reading, columns_link = f'open({"edited.csv" if own.edited else own.name!r}, "rb").read()', {}
    if isinstance(own.content, Image):
        assert form.image is not None
        made, code = form.image(own.content), form.image_code.format(f"datasets.read_image({reading})")
    else:
        assert form.make is not None
        made = form.make(own.content, picked or ((), None))
        code = form.code(f"datasets.read_table({reading})", own.content, picked or ((), None))
        if picked:
            columns_link = {f"{slug}.columns": _joined(picked[0]), f"{slug}.label": picked[1] or ""}
    packed = None if isinstance(made, Image) else data.pack(made)
    if packed is not None:
        link = {"data": "~" + packed}
        unpacked = "points_of" if isinstance(made, Points) else "unpack"
        return Chosen(made, link, None, f'datasets.{unpacked}("{packed}")', link)
    if own.edited:
        return Chosen(made, {"data": default}, say("edited_note"), code, {})
    link = {"data": f"file:{own.name}:{own.size}:{own.content.digest[:12]}"} | columns_link
    return Chosen(made, link, say("file_note", name=markdown(own.name)), code, link)


def _arrive(slug: str, samples: Sequence[str], default: str, form: Form[Any]) -> None:
    """What a link says of the data: a sample's name, the data themselves, or a file that has to be brought."""
    wanted, state = address.arrived("data"), _state(slug)
    if wanted is None:
        return
    state.pop("awaited", None)
    if wanted.startswith("~"):
        try:
            table = data.unpack(wanted[1:])
            if not form.takes(table):
                raise DataError("broken_link")
            _try(table, form)
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
