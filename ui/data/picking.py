"""Which columns of a table are looked at, and which one names the classes."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from engine.columns import label_candidates, numeric_columns, whole_rows
from engine.numerals import Column
from engine.samples import opening
from engine.tables import Table
from ui import address
from ui.language import say
from ui.text import Topic
from ui.visit import visit

Picked = tuple[tuple[str, ...], str | None]  # the columns that are looked at, the one that names the classes
OPENS_WITH = 8  # numeric columns of an own table that are looked at first


def first_columns(table: Table, choice: str) -> tuple[str, ...]:
    """The columns a table opens with: of an own one the first with most numbers, that vary and do not name the rows."""
    numeric = numeric_columns(table)
    if choice != "own":
        return opening(choice) or numeric
    usable = [column for column in numeric if column != table.names and _varies(table.frame[column])]
    filled = [column for column in usable if 2 * np.isfinite(table.frame[column]).sum() >= table.rows]
    return _with_whole_rows(table, (filled or usable or list(numeric))[:OPENS_WITH])


def _varies(values: Column) -> bool:
    found = values[np.isfinite(values)]
    return bool(len(found) > 1 and np.ptp(found) > 0)


def _with_whole_rows(table: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """Columns without those whose gaps would leave fewer than half of the rows whole."""
    kept = list(columns)
    while len(kept) > 1 and 2 * whole_rows(table, kept).sum() < table.rows:
        kept.remove(min(kept, key=lambda column: np.isfinite(table.frame[column]).sum()))
    return tuple(kept)


def picked_columns(slug: str, table: Table, choice: str) -> Picked:
    """Which columns are looked at and which one names the classes: the link's, else the kept, else what the table opens with."""
    kept, numeric, groups = address.kept(slug), numeric_columns(table), label_candidates(table)
    if kept.get("columns_of") != choice:
        forget_columns(slug)
        kept["columns_of"], kept["columns"] = choice, list(first_columns(table, choice))
        few = [group for group in groups if 2 * len(set(table.frame[group])) <= table.rows]  # names of persons are no classes
        kept["label"] = table.label or (few[0] if few and choice == "own" else "")
    for field in ("columns", "label"):
        kept[field] = st.session_state.get(address.in_language(f"{slug}.{field}"), kept[field])
    wanted, label = address.arrived(f"{slug}.columns"), address.arrived(f"{slug}.label")
    if wanted is not None:
        columns = split(wanted)
        for column in columns:
            if column not in numeric:
                address.notice("bad_value", name=f"{slug}.columns", value=column[:40])
        kept["columns"] = [column for column in columns if column in numeric] or kept["columns"]
    if label is not None and label not in ("", *groups):
        address.notice("bad_value", name=f"{slug}.label", value=label[:40])
    elif label is not None:
        kept["label"] = label
    return tuple(kept["columns"]), kept["label"] or None


def pick_columns(text: Topic, table: Table) -> Picked:
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


def hand_on(slug: str, columns: str | None, label: str | None) -> None:
    """Let `picked_columns` find a link's columns, as if the link had just been opened."""
    found = {f"{slug}.columns": columns, f"{slug}.label": label}
    visit().arrived = {key: value for key, value in found.items() if value is not None}


def joined(columns: Sequence[str]) -> str:
    """Columns as one parameter of a link."""
    return "|".join(column.replace("%", "%25").replace("|", "%7C") for column in columns)


def split(text: str) -> list[str]:
    """The columns in one parameter of a link."""
    return [column.replace("%7C", "|").replace("%25", "%") for column in text.split("|")]


def forget_columns(slug: str) -> None:
    """Let a topic open with the columns that its next table opens with."""
    for field in ("columns", "label", "columns_of"):
        st.session_state.pop(address.in_language(f"{slug}.{field}"), None)
        address.kept(slug).pop(field, None)
