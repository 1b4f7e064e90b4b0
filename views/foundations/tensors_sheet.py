"""Where cells, grids and names stand in the picture of a script: one place each for the whole film.

Every storage that stays has a column: its strip below, above it the names that read it first. Temporaries share the last column.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charts import threads
from charts.labels import width
from engine.foundations.tensors import ScriptFrame
from engine.foundations.tensors.strides import grid, places

WIDE, HIGH = 520.0, 400.0  # px that the large panel is reckoned with
LARGEST, LEAST = 34.0, 4.0  # px of a cell
NAME, SMALL = 13, 11  # px of type
TOP, GRIDS = 388.0, 350.0  # where the line of code stands, and where grids begin
BESIDE, NEAR = 0.8, 14.0  # cells between the grids of a column, px between columns
ROOM = 96.0  # px that grids may be high
BRACKET = 17.0  # px of what is kept, below a strip


@dataclass(frozen=True)
class Sheet:
    """n names, c cells."""

    unit: float  # px of a cell
    strips: np.ndarray  # (c, 4)
    lefts: dict[str, float]  # of the grid of every name there will be
    wide: dict[str, float]
    high: float  # px of a row of a grid
    gap: float
    foot: float  # below the strips

    def cells(self, frame: ScriptFrame, name: int) -> np.ndarray:
        """The boxes (elements, 4) of a name's grid."""
        called, shape, dims = frame.names[name], frame.shape[name].tolist(), int(frame.dims[name])
        if frame.storage[name] < 0:
            return np.zeros((0, 4))
        left = self.lefts[called] + (self.wide[called] - grid(shape, dims)[1] * self.unit) / 2
        return threads.lattice(left, GRIDS, places(shape, dims), self.unit, self.high, self.gap)

    def threads(self, frame: ScriptFrame, name: int) -> np.ndarray:
        """The ways (elements, k, 2) from a name's grid to the cells that it reads."""
        boxes = self.cells(frame, name)
        if not len(boxes):
            return np.zeros((0, 10, 2))
        rows = grid(frame.shape[name].tolist(), int(frame.dims[name]))[0]
        at = places(frame.shape[name].tolist(), int(frame.dims[name]))[:, 0]
        floor = np.full(len(boxes), boxes[:, 2].min() - 2)
        return threads.hanging(boxes, (at + 1) / (rows + 1), floor, self.strips[reads(frame, name)])


def reads(frame: ScriptFrame, name: int) -> np.ndarray:
    """The numbers (elements,) of the cells that a name reads, among all cells."""
    return frame.reads(name) + (frame.starts[frame.storage[name]] if frame.storage[name] >= 0 else 0)


def sheet(frame: ScriptFrame, labels: Sequence[str], kept: str) -> Sheet:
    """The places of a film. `labels` (s,): what stands under each strip; `kept`: the longest that stands under what is kept."""
    groups = _groups(frame)
    unit, widths = _fitted(frame, groups, labels, kept)
    free = (WIDE - sum(widths)) / len(widths)
    rows = max((room[1] for room in frame.room), default=1)
    gap = 5.0 if rows < 5 else 2.0
    high = min(unit, (ROOM - gap * (rows - 1)) / rows)
    foot = 4 + BRACKET * int(frame.keeps.max(initial=0))
    strips, lefts, wide = np.zeros((int(frame.size.sum()), 4)), dict[str, float](), dict[str, float]()
    at = free / 2
    for (storages, names), across in zip(groups, widths, strict=True):
        _lay_strips(frame, storages, at + across / 2, unit, foot + 34, strips)
        _lay_names(names, at + across / 2, unit, lefts, wide)
        at += across + free
    return Sheet(unit, strips, lefts, wide, high, gap, foot)


Names = list[tuple[str, int, int, int]]
Groups = list[tuple[list[int], Names]]  # storages of a column, and the names above it


def _groups(frame: ScriptFrame) -> Groups:
    """The columns: a storage that stays each, then all temporaries."""
    stay = np.flatnonzero(frame.letter >= 0)
    order = stay[np.argsort(frame.letter[stay])].tolist()
    groups: Groups = [([one], [room for room in frame.room if room[3] == one]) for one in order]
    loose = np.flatnonzero(frame.letter < 0).tolist()
    homeless = [room for room in frame.room if room[3] not in order]
    return groups + [(loose, homeless)] * bool(loose or homeless)


def _fitted(frame: ScriptFrame, groups: Groups, labels: Sequence[str], kept: str) -> tuple[float, list[float]]:
    """The largest cell with which all columns have room, and how wide they are."""
    unit = LARGEST
    while True:
        widths = [_width(frame, group, unit, labels, kept) for group in groups]
        if unit <= LEAST or sum(widths) + NEAR * len(widths) <= WIDE:
            return unit, widths or [WIDE]
        unit -= 0.5


def _width(frame: ScriptFrame, group: tuple[list[int], Names], unit: float, labels: Sequence[str], kept: str) -> float:
    """How wide a column is: its strip, its grids, and what is written there."""
    storages, names = group
    lines = {int(frame.made[one]) for one in storages}
    strips = [sum(int(frame.size[one]) + BESIDE for one in storages if frame.made[one] == line) - BESIDE for line in lines]
    written = [width(labels[one], SMALL) for one in storages] + [width(kept, SMALL) * any(frame.keeps[storages] > 0)]
    return max([unit * max(strips, default=0), _across(names, unit), *written])


def _across(names: Names, unit: float) -> float:
    return sum(_wide(room, unit) for room in names) + unit * BESIDE * max(len(names) - 1, 0)


def _wide(room: tuple[str, int, int, int], unit: float) -> float:
    """Px of a grid, or of the name above it."""
    return max(room[2] * unit, width(room[0], NAME, bold=True) + 4)


def _lay_strips(frame: ScriptFrame, storages: list[int], middle: float, unit: float, low: float, out: np.ndarray) -> None:
    """Strips of one line side by side around the middle of their column; those of other lines in the same place."""
    high = min(max(unit, 20.0), 28.0)
    for line in sorted({int(frame.made[one]) for one in storages}):
        mine = [one for one in storages if frame.made[one] == line]
        left = middle - unit * (sum(int(frame.size[one]) + BESIDE for one in mine) - BESIDE) / 2
        for one in mine:
            first, count = int(frame.starts[one]), int(frame.size[one])
            out[first : first + count] = threads.row(left, low, count, unit, high)
            left += unit * (count + BESIDE)


def _lay_names(names: Names, middle: float, unit: float, lefts: dict[str, float], wide: dict[str, float]) -> None:
    """Grids side by side around the middle of their column."""
    left = middle - _across(names, unit) / 2
    for room in names:
        lefts[room[0]], wide[room[0]] = left, _wide(room, unit)
        left += wide[room[0]] + unit * BESIDE
