"""Data edited on the page: cells of a table, points that are clicked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine.cells import typed_numbers
from engine.errors import DataError
from engine.links import as_table
from engine.numerals import as_word
from engine.points import Points, points
from engine.readings import clean, cut
from engine.tables import Table
from ui import address
from ui.data.own import state_of, take
from ui.language import say
from ui.text import Topic

EDITABLE = 300  # rows that can be edited on the page
CLICKABLE = 2000  # points that a click can add to


def editor(text: Topic, content: Table) -> None:
    """The cells. What is edited becomes the visitor's own data at once; the editor goes on from what it began with."""
    state = state_of(text.slug)
    if content.rows > EDITABLE:
        st.caption(say("too_long_to_edit", limit=EDITABLE))
        return
    if state.edited != content.digest or not isinstance(state.base, Table):
        state.base, state.edited = content, content.digest
    base = state.base
    key = f"{text.slug}.cells.{base.digest}"
    words = {column: [as_word(cell) or None for cell in base.frame[column]] for column in base.columns}
    columns = {
        column: st.column_config.TextColumn(
            text.say.get("column_" + column, column), alignment="left" if _is_words(base, column) else "right"
        )
        for column in base.columns
    }  # numbers too are words here: the grid would read 0,4 and .4 as 4
    st.data_editor(
        pd.DataFrame(words, dtype=object), key=key, num_rows="dynamic", hide_index=True, width="stretch",
        height=min(320, 36 * (base.rows + 2) + 2), column_config=columns, placeholder="", on_change=_edit, args=(text, key, base),
    )  # fmt: skip
    if not all(_is_words(base, column) for column in base.columns):
        st.caption(say("decimal_hint"))


def _is_words(table: Table, column: str) -> bool:
    return table.frame[column].dtype == object


def _edit(text: Topic, key: str, base: Table) -> None:
    """Take what was edited."""
    state = state_of(text.slug)
    try:
        table = edited(base, st.session_state[key])
    except DataError as problem:
        state.problem = problem
        return
    state.edited = table.digest
    kept = address.kept(text.slug)
    take(text, table, [column for column in kept.get("columns", ()) if column in table.columns], kept.get("label", ""))


def edited(base: Table, changes: Mapping[str, Any]) -> Table:
    """A table after what the editor reports: cells changed, rows added and deleted.

    Raises DataError when no row is left, and for what was typed and is no number where numbers stand.
    """
    rows = [{column: base.frame[column][i] for column in base.columns} for i in range(base.rows)]
    for i, cells in changes["edited_rows"].items():
        rows[int(i)] |= cells
    rows = [row for i, row in enumerate(rows) if i not in changes["deleted_rows"]]
    rows += [dict(row) for row in changes["added_rows"]]
    if not rows:
        raise DataError("no_rows")
    numeric = [column for column in base.columns if not _is_words(base, column)]
    typed = typed_numbers({cell for row in rows for column in numeric if isinstance(cell := row.get(column), str)})
    frame = {}
    for column in base.columns:
        cells = [row.get(column) for row in rows]
        if column in numeric:
            frame[column] = np.array(
                [typed[cell] if isinstance(cell, str) else np.nan if cell is None else cell for cell in cells]
            )
        else:
            frame[column] = np.array([cut(clean(str(cell or ""))) for cell in cells], dtype=object)
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
    take(text, table, cloud.columns, table.label)
