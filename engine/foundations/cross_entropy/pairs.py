"""A table read as two distributions, and where a click on a top leads."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import DataError
from engine.foundations.cross_entropy.losses import log_softmax
from engine.readings import LARGEST
from engine.tables import Table

CLASSES = 10
EXACT = 1e-9  # by how much a row's sum may miss 1: rounding alone
DIGITS = 5  # decimals of a Q that was clicked


@dataclass(frozen=True)
class Pair:
    """Two distributions over the same classes."""

    names: tuple[str, ...]  # (k,)
    p: np.ndarray  # (k,)
    q: np.ndarray  # (k,)


def read(table: Table, *, scale: bool = False) -> Pair:
    """P and Q from a table of two rows; its first column may hold their names instead of a class. `scale`: to sums of 1.

    Raises DataError that names the column, or the row, at fault.
    """
    names = classes(table)
    if table.rows != 2:
        raise DataError("ce_rows", rows=table.rows)
    cells = np.stack([_numbers(table, name) for name in names], axis=1)  # (2, k)
    order = _order(table)
    p, q = (_summed(row, "PQ"[k], scale) for k, row in enumerate(cells[order]))
    return Pair(names, p, q)


def classes(table: Table) -> tuple[str, ...]:
    """The columns that are classes: all, or all but the first where that holds words. Raises DataError."""
    names = table.columns[1:] if table.frame[table.columns[0]].dtype == object else table.columns
    if len(names) < 2:
        raise DataError("ce_one_class", column=(*names, table.columns[0])[0])
    if len(names) > CLASSES:
        raise DataError("ce_many_classes", columns=len(names), limit=CLASSES)
    return names


def _order(table: Table) -> list[int]:
    """The rows P and Q by their names, where the first column says them the other way round."""
    said = [str(cell).strip().lower()[:1] for cell in table.frame[table.columns[0]]]
    return [1, 0] if said == ["q", "p"] else [0, 1]


def _numbers(table: Table, name: str) -> np.ndarray:
    """A class's two numbers (2,). Raises DataError where one is a word, missing, negative or endless."""
    column = table.frame[name]
    if column.dtype == object:
        raise DataError("ce_word", column=name)
    for row, value in enumerate(column.tolist(), 1):
        if np.isnan(value):
            raise DataError("nan", row=row, column=name)
        if value < 0:
            raise DataError("ce_negative", row=row, column=name, value=f"{value:g}")
        if value > LARGEST:
            raise DataError("huge", row=row, column=name)
    return np.asarray(column, float)


def _summed(cells: np.ndarray, row: str, scale: bool) -> np.ndarray:
    """A row (k,) that sums to 1. Raises DataError that says by how much it does not."""
    total = float(cells.sum())
    if total == 0:
        raise DataError("ce_nothing", row=row)
    if scale:
        return np.asarray(cells / total)
    if abs(total - 1) > EXACT:
        raise DataError("ce_sum", row=row, total=f"{total:.6g}", off=f"{abs(total - 1):.2g}")
    return cells


def with_top(table: Table, pair: Pair, now: np.ndarray, at: int, share: float, temperature: float) -> Table:
    """The table with a Q whose softmax at this temperature gives class `at` a `share`, 0 < share < 1, and the others what is
    left as `now` (k,) divides it; where it gives them nothing, evenly."""
    others = np.arange(len(now)) != at
    rest = now * others if now[others].any() else others / others.sum()
    wanted = (1 - share) * rest / rest.sum()
    wanted[at] = share
    with np.errstate(divide="ignore"):
        q = np.exp(log_softmax(temperature * np.log(wanted))).round(DIGITS)
    q[q.argmax()] = round(1 - q.sum() + q.max(), DIGITS)
    row = _order(table)[1]
    frame = {name: cells.copy() for name, cells in table.frame.items()}
    for k, name in enumerate(pair.names):
        frame[name][row] = q[k]
        frame[name][1 - row] = pair.p[k]
    return replace(table, frame=frame, notes=(), origin="edited")
