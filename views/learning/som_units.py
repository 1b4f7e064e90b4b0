"""What both pictures of a self-organising map know of its units: places, neighbours, numbers, and where a new sample falls."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from charts.panels import Trace, escaped
from engine.learning.som import SomFrame
from engine.learning.som.grid import Topology, neighbours, offsets, period, places
from engine.learning.som.measures import neighbourhood_label, place
from engine.learning.som.rules import scales
from engine.learning.som.sheet import Sheet
from engine.points import Points
from views import Words, column_name

LABELS = 6  # signs that can be told apart


@dataclass(frozen=True)
class New:
    """A new sample on the map as it is: its unit, and the label of its neighbourhood."""

    x: np.ndarray  # (d,)
    unit: int
    label: str  # "": there are none
    votes: int
    of: int


def new_sample(frame: SomFrame, params: Sheet, cloud: Points, sample: Points) -> New:
    """Where a sample falls on the map of a frame."""
    x = sample.X[0]
    unit = place(frame.units.astype(float), x, scales(cloud.X, params.scaling)[1])
    if cloud.labels is None:
        return New(x, unit, "", 0, 0)
    around = near(params.rows, params.cols, params.topology, params.torus)
    label, votes, of = neighbourhood_label(frame.bmu, cloud.labels[frame.measured], unit, around)
    return New(x, unit, cloud.label_names[label] if label >= 0 else "", votes, of)


@lru_cache(maxsize=8)
def near(rows: int, cols: int, topology: Topology, torus: bool) -> np.ndarray:
    """Which units touch, (units, units)."""
    around = period(rows, cols, topology) if torus else None
    return neighbours(offsets(places(rows, cols, topology), around), topology)


@lru_cache(maxsize=8)
def edges(rows: int, cols: int, topology: Topology) -> np.ndarray:
    """The lines of the lattice, (k, 2) flat units; those across a torus' seam are left out."""
    a, b = np.nonzero(np.triu(near(rows, cols, topology, False)))
    if topology == "rectangular":  # the lattice itself has no diagonals
        straight = np.abs(a // cols - b // cols) + np.abs(a % cols - b % cols) == 1
        a, b = a[straight], b[straight]
    return np.stack([a, b], axis=1)


def nowhere(trace: Trace) -> Trace:
    """The same without points: a picture with as many traces as the next one is drawn much faster."""
    return trace | {"x": [None] * len(trace["x"]), "y": [None] * len(trace["y"])}


def winner(frame: SomFrame) -> int:
    """The flat index of the drawn sample's best unit; -1: none."""
    row, col = frame.winner
    return row * frame.units.shape[1] + col if row >= 0 else -1


def spot(unit: int, cols: int) -> str:
    """A flat unit as sentences name it."""
    return f"({unit // cols}, {unit % cols})"


def rows_and_columns(params: Sheet) -> np.ndarray:
    """Row and column of every unit, (units, 2)."""
    return np.stack(np.divmod(np.arange(params.rows * params.cols), params.cols), axis=1)


def unit_template(words: Words) -> str:
    """How a unit is called that is pointed at."""
    return words("unit_word") + " (%{customdata[0]}, %{customdata[1]})"


def labelled(cloud: Points) -> bool:
    """Whether the data have labels that signs can tell apart."""
    return cloud.labels is not None and 1 < len(cloud.label_names) <= LABELS


def called(column: str, words: Words) -> str:
    """A column's name, escaped."""
    return escaped(column_name(column, words))


def colours(rows: np.ndarray) -> np.ndarray:
    """Rows (n, 3) as bytes of red, green and blue."""
    return np.clip(np.round(rows[:, :3]), 0, 255).astype(np.uint8)


def decimals(cloud: Points, column: int) -> int:
    """How many digits a column is worth."""
    span = float(np.ptp(cloud.X[:, column])) or 1.0
    return int(np.clip(3 - np.ceil(np.log10(span)), 0, 6))
