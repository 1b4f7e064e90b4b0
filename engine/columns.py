"""From a table to points: which columns hold numbers, which could name classes, and the ones that are chosen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.numerals import MISSING, as_numbers, as_word
from engine.points import Kind, Points, check_values, points
from engine.readings import LABELS, cut, listed
from engine.tables import Table


def numeric_columns(table: Table) -> tuple[str, ...]:
    """Columns whose filled cells are all numbers."""
    return tuple(column for column in table.columns if table.frame[column].dtype != object)


def text_columns(table: Table) -> tuple[str, ...]:
    """All other columns."""
    return tuple(column for column in table.columns if table.frame[column].dtype == object)


def label_candidates(table: Table) -> tuple[str, ...]:
    """Columns that sort the rows into 2 to LABELS groups, with few gaps: texts, and whole numbers of at most 20 kinds."""

    def groups(column: str) -> bool:
        values = table.frame[column]
        if values.dtype == object:
            return 2 <= len(set(values) - {""}) <= min(LABELS, table.rows - 1) and 10 * sum(map(bool, values)) >= 9 * table.rows
        filled = values[~np.isnan(values)]
        if 10 * len(filled) < 9 * table.rows or not (filled == np.round(filled)).all():
            return False
        return 2 <= len(np.unique(filled)) <= min(20, table.rows // 2)

    return tuple(column for column in table.columns if groups(column))


def choose(table: Table, columns: Sequence[str], label: str | None = None, names: str | None = None, *,
           gaps: Literal["refuse", "drop"] = "refuse") -> Points:  # fmt: skip
    """The chosen columns as Points (n ≥ 2, d ≥ 1). Raises DataError for a word among numbers, or nothing to see.

    `gaps`: a row with a gap in a chosen column, or without its label, is refused, or left out. Raises DataError.
    """
    if not columns:
        raise DataError("nothing_chosen")
    for column in (*columns, label, names):
        if column is not None and column not in table.frame:
            raise DataError("no_column", column=column)
    for column in columns:
        _check_numeric(table, column)
    if table.rows < 2:
        raise DataError("one_row")
    if gaps == "drop":
        table = without_gaps(table, columns, label)
    X = np.column_stack([table.frame[column] for column in columns])
    check_values(X, tuple(columns))
    if (np.ptp(X, axis=0) == 0).all():
        raise DataError("constant", columns=listed(columns))
    codes, classes = _classes(table, label) if label is not None else (None, ())
    rows = [as_word(cell) for cell in table.frame[names]] if names is not None else ()
    kind: Kind = "colours" if _are_colours(X, columns) else "table"
    return points(X, columns, codes, classes, rows, kind, origin=table.origin)


def without_gaps(table: Table, columns: Sequence[str], label: str | None = None) -> Table:
    """The rows with a number in each of some columns, and with their label. Raises DataError where fewer than two are left."""
    whole = whole_rows(table, columns, label)
    if whole.all():
        return table
    if whole.sum() < 2:
        gaps = {column: int(np.isnan(table.frame[column]).sum()) for column in columns}
        worst = max(gaps, key=gaps.__getitem__)
        raise DataError("no_whole_rows", column=worst, count=gaps[worst], rows=table.rows)
    return replace(table, frame={column: values[whole] for column, values in table.frame.items()})


def whole_rows(table: Table, columns: Sequence[str], label: str | None = None) -> NDArray[np.bool_]:
    """(n,) whether a row has a number in each of some columns, and its label where there is one."""
    whole = np.ones(table.rows, dtype=bool)
    for column in columns:
        if table.frame[column].dtype != object:
            whole &= ~np.isnan(table.frame[column])
    if label is not None:
        whole &= np.array([as_word(value) != "" for value in table.frame[label]], dtype=bool)
    return whole


def _check_numeric(table: Table, column: str) -> None:
    if table.frame[column].dtype == object:
        for row, cell in enumerate(table.frame[column], start=1):
            if cell.lower() not in MISSING and as_numbers((cell,)) is None:
                raise DataError("not_numeric", column=column, row=row, value=cut(cell, 30))
        raise DataError("nan", row=1, column=column)


def _classes(table: Table, label: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The label column as (n,) codes and the names in order: as the table says, else sorted."""
    values = table.frame[label]
    words = [as_word(value) for value in values]
    if "" in words:
        raise DataError("missing_label", row=words.index("") + 1, column=label)
    order = [as_word(value) for value in sorted(set(values.tolist()))]
    if label == table.label and set(words) <= set(table.label_names):
        order = list(table.label_names)
    if len(order) > LABELS:
        raise DataError("too_many_labels", count=len(order), limit=LABELS)
    places = {word: i for i, word in enumerate(order)}
    return np.array([places[word] for word in words]), tuple(order)


def _are_colours(X: NDArray[np.float64], columns: Sequence[str]) -> bool:
    return tuple(columns) == ("red", "green", "blue") and bool(((X >= 0) & (X <= 255)).all())
