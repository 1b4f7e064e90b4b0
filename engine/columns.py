"""From a table to points: which columns hold numbers, which could name classes, and the ones that are chosen."""

from collections.abc import Sequence

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
    """Columns that sort the rows into 2 to LABELS groups, without gaps: texts, and whole numbers of at most 20 kinds."""

    def groups(column: str) -> bool:
        values = table.frame[column]
        if values.dtype == object:
            return all(values) and 2 <= len(set(values)) <= min(LABELS, table.rows - 1)
        return bool((values == np.round(values)).all()) and 2 <= len(np.unique(values)) <= min(20, table.rows // 2)

    return tuple(column for column in table.columns if groups(column))


def choose(table: Table, columns: Sequence[str], label: str | None = None, names: str | None = None) -> Points:
    """The chosen columns as Points (n ≥ 2, d ≥ 1). Raises DataError for a gap, a word among numbers, or nothing to see."""
    if not columns:
        raise DataError("nothing_chosen")
    for column in (*columns, label, names):
        if column is not None and column not in table.frame:
            raise DataError("no_column", column=column)
    for column in columns:
        _check_numeric(table, column)
    if table.rows < 2:
        raise DataError("one_row")
    X = np.column_stack([table.frame[column] for column in columns])
    check_values(X, tuple(columns))
    if (np.ptp(X, axis=0) == 0).all():
        raise DataError("constant", columns=listed(columns))
    codes, classes = _classes(table, label) if label is not None else (None, ())
    rows = [as_word(cell) for cell in table.frame[names]] if names is not None else ()
    kind: Kind = "colours" if _are_colours(X, columns) else "table"
    return points(X, columns, codes, classes, rows, kind, origin=table.origin)


def _check_numeric(table: Table, column: str) -> None:
    if table.frame[column].dtype == object:
        for row, cell in enumerate(table.frame[column], start=1):
            if cell.lower() not in MISSING and as_numbers((cell,))[0] is None:
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
