"""Which data a run is about: a named sample, or the visitor's own, with its limits written beside it.

What a topic takes is said by a `Form`: points from chosen columns, a table as it is, a text, a graph, a picture; and whether it
can be edited.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.columns import choose, label_candidates, numeric_columns
from engine.edgelists import read_graph
from engine.edges import Graph
from engine.edgetables import graph_of
from engine.errors import DataError
from engine.images import Image, palette, read_image
from engine.links import TEXT_MARK, as_table, pack, points_of, unpack, unpack_text
from engine.points import Points, points
from engine.readings import Note, clean, cut, is_image
from engine.samples import opening, sample, sample_table
from engine.tables import Table, read_table
from engine.texts import Text, is_dictionary, read_dictionary, read_text, words_of, written
from engine.texts import columns_of as text_columns_of
from runtime import settings
from ui import address, reading
from ui.language import language, say
from ui.player import trouble
from ui.text import Topic, markdown, phrases
from ui.visit import visit

SESSION_BYTES = settings.SESSION_MB * 1_000_000  # of uploads a visitor may have at once
OPENS_WITH = 8  # numeric columns of an own table that are looked at first
EDITABLE = 300  # rows that can be edited on the page
CLICKABLE = 2000  # points that a click can add to
Picked = tuple[tuple[str, ...], str | None]  # the columns that are looked at, the one that names the classes
WRITABLE = 20_000  # characters of a text that can be edited on the page
D = TypeVar("D", bound=Points | Table | Text | Graph | Image)
Content = Table | Image | Text


@dataclass(frozen=True)
class Form(Generic[D]):
    """What a topic takes: made from what was read (and, for points, the columns picked), or from a picture."""

    make: Callable[[Any, Picked], D]
    code: Callable[[str, Any, Picked], str]  # the same as Python, given an expression for what was read
    columns: bool = False  # whether columns are picked
    image: Callable[[Image], D] | None = None
    image_code: str = "datasets.palette({})"  # the same as Python, given an expression for the picture
    edit: bool = False  # whether it can be edited on the page
    takes: tuple[type[Table] | type[Text], ...] = (Table,)  # what can be brought beside pictures
    read: Callable[[bytes, str], Table] = read_table  # what makes the table of a file
    unpack: str = ""  # Python that makes the data of a link's text, where it is not what their kind says
    words: str = (
        "table"  # the phrases that say what can be brought and how much of it: own_…, limits_…; own_travels is said of all
    )
    notes: Callable[[Any], Sequence[Note]] = lambda content: content.notes  # what was assumed about what was read

    def accepts(self, content: Content) -> bool:
        """Whether something can be made of what was read."""
        return self.image is not None if isinstance(content, Image) else isinstance(content, self.takes)

    @property
    def door(self) -> str:
        """The phrase on the door to one's own data."""
        return "edit_data" if self.edit else "own_data" if self.columns else "own_" + self.words


def _points_code(expression: str, table: Table, picked: Picked) -> str:
    names = f", {table.names!r}" if table.names else ""
    return f"datasets.choose({expression}, {list(picked[0])!r}, {picked[1]!r}{names})"


def _as_it_is(content: Any, picked: Picked) -> Any:
    return content


def _as_read(expression: str, content: Any, picked: Picked) -> str:
    return expression


def _graph_notes(table: Table) -> Sequence[Note]:
    try:
        return graph_of(table).notes
    except DataError:  # said elsewhere
        return table.notes


POINTS: Form[Points] = Form(
    make=lambda table, picked: choose(table, *picked, table.names), code=_points_code, columns=True, image=palette,
    words="upload",
)  # fmt: skip
EDITED_POINTS: Form[Points] = replace(POINTS, image=None, edit=True, words="table")
TABLE: Form[Table] = Form(make=_as_it_is, code=_as_read, edit=True)
TEXT: Form[Text] = Form(make=_as_it_is, code=_as_read, edit=True, takes=(Text,), words="text")
TABLE_OR_TEXT: Form[Table | Text] = Form(make=_as_it_is, code=_as_read, edit=True, takes=(Table, Text), words="table_or_text")
GRAPH: Form[Graph] = Form(
    make=lambda table, _: graph_of(table), code=lambda expression, *_: f"datasets.graph_of({expression})", edit=True,
    read=read_graph, unpack="datasets.graph_of(datasets.unpack({}))", words="graph", notes=_graph_notes,
)  # fmt: skip
PICTURE: Form[Image] = Form(
    make=_as_it_is, code=_as_read, image=lambda picture: picture, image_code="{}", takes=(), words="picture"
)


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
    """What a visitor brought: a table, a picture or a text, and the file it came in."""

    content: Content
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
    if own and not form.accepts(own.content):  # brought for another of the topic's parts
        own = None
    if state.get("awaited"):
        address.notice("bring_file", name=state["awaited"].name, size=state["awaited"].size)
    key = address.in_language(f"{slug}.data")
    visit().topic(slug).samples = tuple(samples)  # for of_link
    options = [*samples, "own"] if own else list(samples)
    if address.kept(slug).setdefault("data", default) not in options:
        address.put(slug, "data", default)
    if st.session_state.setdefault(key, address.kept(slug)["data"]) not in options:
        st.session_state[key] = address.kept(slug)["data"]
    names = text.choices["data"] | {"own": own.name if own else ""}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="dataset"):
        if reading.hides(slug, "data"):
            choice, door = st.session_state[key], None
        else:
            choice = st.selectbox(
                text.labels["data"], options, format_func=names.__getitem__, key=key, on_change=state.pop, args=("problem", None)
            )
            icon = ":material/edit:" if form.edit else ":material/upload_file:"
            door = st.popover(say(form.door), icon=icon, help=say(form.door), key=f"{slug}-own", on_change="rerun")
        address.kept(slug)["data"] = choice
    needed = form.edit and (form.columns or bool(door and door.open))
    content = own.content if choice == "own" and own else _content_of(choice, needed=needed)
    picked = _picked(slug, content, choice) if isinstance(content, Table) and form.columns else None
    if door and door.open:
        with door:
            if form.edit and isinstance(content, Table):
                _editor(text, content)
            elif isinstance(content, Text):
                _writer(text, content)
            st.file_uploader(say("own_" + form.words), key=f"{slug}-upload", on_change=_upload, args=(text, form))
            st.caption(say("limits_" + form.words))
            st.caption(say("own_travels"))
            if problem := state.get("problem"):
                trouble(problem)
            picked = _columns(text, content) if isinstance(content, Table) and form.columns and _can_pick(choice) else picked
            if isinstance(content, Text) and choice == "own":
                _text_column(slug, content)
            if content is not None and choice == "own":
                show_notes(content.notes if isinstance(content, Image) else form.notes(content))
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
    return choice == "own" or bool(opening(choice))


def _content_of(choice: str, *, needed: bool) -> Table | Text | None:
    """The table a sample comes from, or its text; of points made by a formula the table only where one is `needed`."""
    if opening(choice):
        return sample_table(choice)
    found = sample(choice) if needed else None
    return found if found is None or isinstance(found, (Table, Text)) else as_table(found)


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
            frame[column] = np.array([cut(clean(str(cell or ""))) for cell in cells], dtype=object)
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
    _take_points(text, points(np.vstack([cloud.X, row]), cloud.columns, labels, names, rows))


def remove_point(text: Topic, cloud: Points, index: int) -> None:
    """Take a point away; the last two stay."""
    if len(cloud.X) <= 2 or not index < len(cloud.X):
        return
    keep = np.arange(len(cloud.X)) != index
    labels = None if cloud.labels is None else cloud.labels[keep]
    rows = tuple(word for word, stays in zip(cloud.names, keep, strict=True) if stays) if cloud.names else ()
    _take_points(text, points(cloud.X[keep], cloud.columns, labels, cloud.label_names, rows))


def _take_points(text: Topic, cloud: Points) -> None:
    table = as_table(cloud)
    _take(text, table, cloud.columns, table.label)


def _take(text: Topic, content: Table | Text, columns: Sequence[str], label: str | None) -> None:
    """Let what was edited be the visitor's own data; of a table, with the columns that are looked at."""
    state, kept = _state(text.slug), address.kept(text.slug)
    own: Own | None = state.get("own")
    choice: str = kept["data"]
    if own and choice == "own":
        name = own.name if own.edited else say("edited", name=own.name)
    else:
        name = say("edited", name=text.choices["data"][choice])
    state["own"], state["problem"] = Own(content, cut(name), 0, edited=True), None
    _forget_columns(text.slug)
    if columns:
        kept.update(columns_of="own", columns=list(columns), label=label or "")
    address.put(text.slug, "data", "own")


# ---- texts that are written


def _writer(text: Topic, content: Text) -> None:
    """The text in a box, and the words that a cutter of Chinese should know. What is changed becomes the visitor's own text."""
    state = _state(text.slug)
    if state.get("edited") != content.digest:
        state["base"], state["edited"] = content, content.digest
    base: Text = state["base"]
    short = base.characters <= WRITABLE
    key, words = f"{text.slug}.text.{base.digest}", f"{text.slug}.words.{base.digest}"
    st.session_state.setdefault(key, "\n".join(base.lines) if short else "")
    st.session_state.setdefault(words, " ".join(base.dictionary))
    st.text_area(
        say("write_text"), key=key, height=180, max_chars=10 * WRITABLE, on_change=_write, args=(text, key, words, content),
        placeholder=say("write_here" if short else "too_long_to_write", limit=WRITABLE),
    )  # fmt: skip
    st.text_area(
        say("dictionary"), key=words, height=68, max_chars=WRITABLE, on_change=_write, args=(text, key, words, content),
        placeholder=say("dictionary_hint"),
    )  # fmt: skip


def _write(text: Topic, key: str, words: str, before: Text) -> None:
    """Take what was written; an empty box leaves the lines as they are."""
    state = _state(text.slug)
    lines, dictionary = st.session_state[key], st.session_state[words].splitlines()
    try:
        if lines.strip():
            new = written(lines, dictionary=dictionary)
        else:
            new = replace(before, dictionary=words_of(dictionary), origin="edited")
    except DataError as problem:
        state["problem"] = problem
        return
    state["edited"] = new.digest
    _take(text, new, (), None)


def _text_column(slug: str, content: Text) -> None:
    """Which column of a CSV is read, where there are several."""
    raw, name, columns, read = _state(slug).get("csv") or (b"", "", (), "")
    if len(columns) > 1 and read == content.digest:
        key = f"{slug}.text_column.{read}"
        chosen = next((str(values["column"]) for code, values in content.notes if code == "text_column"), "")
        options = [column for column in columns if column] or [chosen]
        st.session_state.setdefault(key, chosen if chosen in options else options[0])
        st.selectbox(say("columns"), options, key=key, on_change=_read_column, args=(slug, key, raw, name))


def _read_column(slug: str, key: str, raw: bytes, name: str) -> None:
    state = _state(slug)
    try:
        content = read_text(raw, name, column=st.session_state[key])
    except DataError as problem:
        state["problem"] = problem
        return
    state["own"], state["problem"] = replace(state["own"], content=content), None
    state["csv"] = (raw, name, state["csv"][2], content.digest)


# ---- uploads


def brought(slug: str) -> tuple[Own, dict[str, str]] | None:
    """What the visitor brought, where that is what is shown, and how a link says its columns."""
    own: Own | None = _state(slug).get("own")
    kept = address.kept(slug)
    if own is None or kept.get("data") != "own":
        return None
    if kept.get("columns_of") != "own":
        return own, {}
    return own, {f"{slug}.columns": _joined(kept["columns"]), f"{slug}.label": kept["label"]}


def uploads(slug: str) -> int:
    """Bytes of what the visitor brought to the other topics."""
    others = [topic.data for other, topic in visit().topics.items() if other != slug]
    return sum(state["own"].size for state in others if state.get("own"))


def show_notes(notes: Any) -> None:
    """What was assumed about a file."""
    table = phrases(language())["notes"]
    for code, values in notes:
        st.caption("· " + table[code].format(**{key: markdown(str(value)) for key, value in values.items()}))


def _state(slug: str) -> dict[str, Any]:
    """What this topic remembers: the visitor's own data, the last good choice, an upload's problem, an awaited file."""
    return visit().topic(slug).data


def forget(slug: str) -> None:
    """Let go of what was wrong with an upload, of a file that a link asked for, of edits begun; the visitor's own data stay."""
    for name in ("problem", "awaited", "edited", "base"):
        _state(slug).pop(name, None)


def _take_words(text: Topic, words: tuple[str, ...]) -> None:
    """Let the text that is looked at have a user dictionary."""
    state, choice = _state(text.slug), address.kept(text.slug)["data"]
    own: Own | None = state.get("own")
    content = own.content if own and choice == "own" else sample(choice)
    if isinstance(content, Text):
        _take(text, replace(content, dictionary=words, origin="edited"), (), None)


def _upload(text: Topic, form: Form[Any]) -> None:
    """Take a file, if it can be read; else say why and keep what is there."""
    slug = text.slug
    file, state = st.session_state[f"{slug}-upload"], _state(slug)
    state["problem"] = None
    if not isinstance(file, UploadedFile):  # taken away, or spoken of and never sent
        return
    try:
        if file.size + uploads(slug) > SESSION_BYTES:
            raise DataError("session_full", limit=SESSION_BYTES // 1_000_000)
        raw = file.getvalue()
        _let_go(file)
        if Text in form.takes and is_dictionary(file.name):
            _take_words(text, read_dictionary(raw))
            return
        pictures = form.image is not None and (not form.takes or is_image(raw))
        content: Content = read_image(raw) if pictures else _read(raw, file.name, form)
        _try(content, form)
    except DataError as problem:
        state["problem"] = problem
        return
    state["own"] = Own(content, cut(clean(file.name), 40), file.size)
    columns = text_columns_of(raw) if isinstance(content, Text) and file.name.lower().endswith((".csv", ".tsv")) else ()
    state["csv"] = (raw, file.name, columns, content.digest) if columns else None
    _forget_columns(slug)
    address.put(slug, "data", "own")
    awaited: Awaited | None = state.pop("awaited", None)
    if awaited and content.digest.startswith(awaited.digest):
        _hand_on(slug, awaited.columns, awaited.label)
    elif awaited:
        address.notice("other_file", name=awaited.name)


def _let_go(file: UploadedFile) -> None:
    """Give back the room that a file takes, once its content is in our hands."""
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)  # type: ignore[attr-defined]


def _read(raw: bytes, name: str, form: Form[Any]) -> Table | Text:
    """A file as what the form takes; where it takes both, a CSV with a column of numbers is a table. Raises DataError."""
    if Text not in form.takes:
        return form.read(raw, name)
    if Table in form.takes and name.lower().endswith((".csv", ".tsv")):
        table = read_table(raw, name)
        if numeric_columns(table):
            return table
    return read_text(raw, name)


def _try(content: Content, form: Form[Any]) -> None:
    """Raise now what the first look at a table would raise later."""
    if not form.accepts(content):
        raise DataError("is_text")
    if isinstance(content, Table):
        form.make(content, (_first(content, "own"), content.label))


def _forget_columns(slug: str) -> None:
    for field in ("columns", "label", "columns_of"):
        st.session_state.pop(address.in_language(f"{slug}.{field}"), None)
        address.kept(slug).pop(field, None)


def _hand_on(slug: str, columns: str | None, label: str | None) -> None:
    """Let `_picked` find a link's columns, as if the link had just been opened."""
    found = {f"{slug}.columns": columns, f"{slug}.label": label}
    visit().arrived = {key: value for key, value in found.items() if value is not None}


def _first(table: Table, choice: str) -> tuple[str, ...]:
    """The columns a table opens with: of an own one the first that are whole and vary, if there are such."""
    numeric = numeric_columns(table)
    if choice != "own":
        return opening(choice) or numeric
    usable = [column for column in numeric if np.isfinite(table.frame[column]).all() and np.ptp(table.frame[column]) > 0]
    return tuple(usable or numeric)[:OPENS_WITH]


def _picked(slug: str, table: Table, choice: str) -> Picked:
    """Which columns are looked at and which one names the classes: the link's, else the kept, else what the table opens with."""
    kept, numeric, groups = address.kept(slug), numeric_columns(table), label_candidates(table)
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
    numeric, groups = numeric_columns(table), label_candidates(table)

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
    return Chosen(sample(name), link, None, f'datasets.sample("{name}")', {} if name == default else link)


def _chosen(slug: str, choice: str, own: Own | None, picked: Picked | None, default: str, form: Form[D]) -> Chosen[D]:
    """The data themselves. Raises DataError."""
    if choice != "own" or own is None:
        if picked is None or not opening(choice) or picked == (_first(table := sample_table(choice), choice), table.label):
            return bundled(choice, default)
        link = {"data": choice, f"{slug}.columns": _joined(picked[0]), f"{slug}.label": picked[1] or ""}
        code = form.code(f'datasets.sample_table("{choice}")', table, picked)
        return Chosen(form.make(table, picked), link, None, code, link)
    name = ("edited.txt" if isinstance(own.content, Text) else "edited.csv") if own.edited else own.name
    reading, columns_link = f'open({name!r}, "rb").read()', {}
    if isinstance(own.content, Image):
        assert form.image is not None
        made, code = form.image(own.content), form.image_code.format(f"datasets.read_image({reading})")
    else:
        made = form.make(own.content, picked or ((), None))
        how = f"read_text({reading}, {name!r})" if isinstance(own.content, Text) else f"{form.read.__name__}({reading})"
        code = form.code("datasets." + how, own.content, picked or ((), None))
        if picked:
            columns_link = {f"{slug}.columns": _joined(picked[0]), f"{slug}.label": picked[1] or ""}
    packed = pack(made)
    if packed is not None:
        link = {"data": "~" + packed}
        unpack = {Points: "datasets.points_of({})", Text: "datasets.unpack_text({})"}.get(type(made), "datasets.unpack({})")
        return Chosen(made, link, None, (form.unpack or unpack).format(f'"{packed}"'), link)
    if own.edited:
        return Chosen(made, {"data": default}, say("edited_note"), code, {})
    link = {"data": f"file:{own.name}:{own.size}:{own.content.digest[:12]}"} | columns_link
    return Chosen(made, link, say("file_note", name=markdown(own.name)), code, link)


def _arrive(slug: str, samples: Sequence[str], default: str, form: Form[Any]) -> None:
    """What a link says of the data: a sample's name, the data themselves, or a file that has to be brought."""
    wanted, state = address.arrived("data"), _state(slug)
    brought, visit().brought = visit().brought, None
    if brought:  # by a lesson's file
        state["own"], wanted = Own(brought[0], cut(brought[1]), 0), None
        address.put(slug, "data", "own")
    if wanted is None:
        return
    state.pop("awaited", None)
    if wanted.startswith("~"):
        try:
            content = unpack_text(wanted[1:]) if wanted[1:2] == TEXT_MARK else unpack(wanted[1:])
            if not form.accepts(content):
                raise DataError("broken_link")
            _try(content, form)
        except DataError as problem:
            address.notice("bad_data", why=problem.code)
            address.put(slug, "data", default)
            return
        state["own"] = Own(content, say("from_link"), 0)
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


def of_link(said: Mapping[str, str], text: Topic) -> Any:
    """The data that a link speaks of, where it names a sample of the page or carries them. Raises DataError."""
    name, slug = said["data"], text.slug
    samples = visit().topic(slug).samples
    if name.startswith("~"):
        kind = type(sample(samples[0]))
        read: Mapping[type, Callable[[str], Any]] = {
            Points: points_of, Text: unpack_text, Graph: lambda packed: graph_of(unpack(packed)),
        }  # fmt: skip
        packed = name[1:]
        return unpack_text(packed) if packed.startswith(TEXT_MARK) else read.get(kind, unpack)(packed)
    if name not in samples:
        raise DataError("no_sample", name=cut(clean(name)))
    if f"{slug}.columns" not in said:
        return sample(name)
    table = sample_table(name)
    return choose(table, _split(said[f"{slug}.columns"]), said.get(f"{slug}.label") or None, table.names)


def _joined(columns: Sequence[str]) -> str:
    """Columns as one parameter of a link."""
    return "|".join(column.replace("%", "%25").replace("|", "%7C") for column in columns)


def _split(text: str) -> list[str]:
    return [column.replace("%7C", "|").replace("%25", "%") for column in text.split("|")]
