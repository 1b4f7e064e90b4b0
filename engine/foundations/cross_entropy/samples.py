"""Pairs of distributions: a table of two rows, P and Q, with a column for each class."""

import numpy as np

from engine.samples import Samples
from engine.tables import Table

ROW = "row"  # the column that names the rows


def pair(names: str, p: list[float], q: list[float]) -> Table:
    """A table of P and Q over the classes that `names` lists, spaces between."""
    rows = np.array(["P", "Q"], dtype=object)
    columns = {name: np.array(cells, float) for name, *cells in zip(names.split(), p, q, strict=True)}
    return Table({ROW: rows, **columns}, (ROW, *columns), names=ROW)


SAMPLES: Samples = {
    "halves": lambda: pair("a b c", [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]),
    "opposite": lambda: pair("a b c", [0.7, 0.2, 0.1], [0.1, 0.2, 0.7]),
    "notes_q1": lambda: pair("x₁ x₂ x₃", [1, 0, 0], [0.5, 0.4, 0.1]),
    "notes_q2": lambda: pair("x₁ x₂ x₃", [1, 0, 0], [0.8, 0.1, 0.1]),
    "ten_digits": lambda: pair("0 1 2 3 4 5 6 7 8 9", [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [0.1] * 10),
    "ruled_out": lambda: pair("a b", [0.5, 0.5], [1, 0]),
}
