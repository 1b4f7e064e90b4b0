"""Where cells, grids and names stand in the picture of a script.

Every storage that stays has a column: its strip below, above it the names that read it first; temporaries share one. Columns come
in the order in which they are made. Where all of a script has room, nothing ever moves; else columns make room for the next.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from charts import threads
from charts.labels import width
from engine.foundations.tensors import ScriptFrame
from engine.foundations.tensors.strides import grid, places

WIDE, HIGH = 520.0, 400.0  # px that the large panel is reckoned with
LARGEST, LEAST = 34.0, 3.0  # px of a cell
NAME, SMALL = 13, 11  # px of type
TOP, NAMES, GRIDS = 389.0, 362.0, 350.0  # the line of code, names, and where grids begin
BESIDE, NEAR = 0.8, 12.0  # cells between the grids of a column, px between columns
ROOM = 119.0  # px that grids may be high
KEEPS, BRACKET = 12, 38.0  # px of type, and of what is kept, two lines of it, below a strip; all of it may be as high as
BELOW = 130.0

Room = tuple[str, int, int, int]  # a name, the most rows and columns it has, the storage it reads first


@dataclass(frozen=True)
class Plan:
    """What is to be placed: names, and of s storages their sizes, lines, letters, how much is kept in them, labels below."""

    room: tuple[Room, ...]
    size: tuple[int, ...]
    made: tuple[int, ...]
    letter: tuple[int, ...]
    keeps: tuple[int, ...]
    labels: tuple[str, ...]
    kept: str  # what stands below where something is kept


@dataclass(frozen=True)
class Sheet:
    """n names, c cells."""

    unit: float  # px of a cell
    strips: np.ndarray  # (c, 4)
    lefts: dict[str, float]  # of the grid of every name
    wide: dict[str, float]
    high: float  # px of a row of a grid
    gap: float
    foot: float  # below the strips
    bracket: float  # px of one thing that is kept

    def cells(self, frame: ScriptFrame, name: int) -> np.ndarray:
        """The boxes (elements, 4) of a name's grid."""
        called, shape, dims = frame.names[name], frame.shape[name].tolist(), int(frame.dims[name])
        if frame.storage[name] < 0:
            return np.zeros((0, 4))
        return self.boxes(called, places(shape, dims), grid(shape, dims)[1])

    def boxes(self, name: str, at: np.ndarray, across: int) -> np.ndarray:
        """The boxes (n, 4) at rows and columns `at` (n, 2) of a name's grid that is so many cells wide."""
        left = self.lefts[name] + (self.wide[name] - across * self.unit) / 2
        return threads.lattice(left, GRIDS, at, self.unit, self.high, self.gap)

    def threads(self, frame: ScriptFrame, name: int) -> np.ndarray:
        """The ways (elements, k, 2) from a name's grid to the cells that it reads."""
        boxes, at = self.cells(frame, name), places(frame.shape[name].tolist(), int(frame.dims[name]))
        return threads.hanging(boxes, at[:, 0], self.strips[reads(frame, name)]) if len(boxes) else threads.NONE


def reads(frame: ScriptFrame, name: int) -> np.ndarray:
    """The numbers (elements,) of the cells that a name reads, among all cells."""
    return frame.reads(name) + (frame.starts[frame.storage[name]] if frame.storage[name] >= 0 else 0)


def sheet(frame: ScriptFrame, labels: list[str], kept: str) -> Sheet:
    """The places of a step. `labels` (s,): what stands under each strip; `kept`: what stands below where something is kept."""
    facts = {name: tuple(getattr(frame, name).tolist()) for name in ("size", "made", "letter", "keeps")}
    plan = Plan(room=frame.room, labels=tuple(labels), kept=kept, **facts)
    waiting = tuple(name for name, storage in zip(frame.names, frame.storage, strict=True) if storage < 0)
    return _laid(plan, max(frame.step, 1) if not _fits(plan) else max(plan.made, default=0), waiting)


@lru_cache(64)
def _fits(plan: Plan) -> bool:
    """Whether all of a script has room with cells as large as can be."""
    groups = _groups(plan, max(plan.made, default=0), ())
    return sum(_width(plan, group, LARGEST) + NEAR for group in groups) <= WIDE


@lru_cache(64)
def _laid(plan: Plan, line: int, waiting: tuple[str, ...]) -> Sheet:
    """The places of all that is made up to a line, and of names that wait for their memory."""
    groups = _groups(plan, line, waiting)
    unit, widths = _fitted(plan, groups)
    free = (WIDE - sum(widths)) / max(len(widths), 1)
    rows = max((room[1] for room in plan.room), default=1)
    gap = 5.0 if rows < 5 else 2.0
    high = min(unit, (ROOM - gap * (rows - 1)) / rows)
    most = max(plan.keeps, default=0)
    bracket = min(BRACKET, BELOW / max(most, 1))
    foot = 4 + bracket * most
    strips = np.full((sum(plan.size), 4), np.nan)
    lefts, wide, at = dict[str, float](), dict[str, float](), free / 2
    for (storages, names), across in zip(groups, widths, strict=True):
        _lay_strips(plan, storages, at + across / 2, unit, foot + 34, strips)
        _lay_names(names, at + across / 2, unit, lefts, wide)
        at += across + free
    return Sheet(unit, strips, lefts, wide, high, gap, foot, bracket)


Group = tuple[tuple[int, ...], tuple[Room, ...]]  # the storages of a column, and the names above it


def _groups(plan: Plan, line: int, waiting: tuple[str, ...]) -> list[Group]:
    """The columns, as their first storage is made: one for each that stays, one for all temporaries; names that wait last."""
    loose = tuple(k for k, letter in enumerate(plan.letter) if letter < 0 and plan.made[k] <= line)
    columns = [(k,) for k, letter in enumerate(plan.letter) if letter >= 0 and plan.made[k] <= line] + [loose] * bool(loose)
    columns.sort(key=lambda storages: (plan.made[storages[0]], storages[0]))
    groups = [(storages, tuple(room for room in plan.room if room[3] in storages)) for storages in columns]
    placed = {room for _, names in groups for room in names}
    homeless = tuple(room for room in plan.room if room[0] in waiting and room not in placed)
    return groups + [((), homeless)] * bool(homeless)


def _fitted(plan: Plan, groups: list[Group]) -> tuple[float, list[float]]:
    """The largest cell with which all columns have room, and how wide they are."""
    unit = LARGEST
    while True:
        widths = [_width(plan, group, unit) for group in groups]
        if unit <= LEAST or sum(widths) + NEAR * len(widths) <= WIDE:
            return unit, widths
        unit -= 0.5


def _width(plan: Plan, group: Group, unit: float) -> float:
    """How wide a column is: its strip, its grids, and what is written there."""
    storages, names = group
    strips = [_strip(plan, storages, line, unit) for line in {plan.made[one] for one in storages}]
    written = [width(plan.labels[one], SMALL) for one in storages]
    kept = [min(width(plan.kept, KEEPS), WIDE / len(plan.size) - NEAR) for one in storages if plan.keeps[one]]
    return max([*strips, _across(names, unit), *written, *kept])


def _strip(plan: Plan, storages: tuple[int, ...], line: int, unit: float) -> float:
    """Px of the strips that a line makes, side by side."""
    return unit * (sum(plan.size[one] + BESIDE for one in storages if plan.made[one] == line) - BESIDE)


def _across(names: tuple[Room, ...], unit: float) -> float:
    return sum(_wide(room, unit) for room in names) + unit * BESIDE * max(len(names) - 1, 0)


def _wide(room: Room, unit: float) -> float:
    """Px of a grid, or of the name above it."""
    return max(room[2] * unit, width(room[0], NAME, bold=True) + 4)


def _lay_strips(plan: Plan, storages: tuple[int, ...], middle: float, unit: float, low: float, out: np.ndarray) -> None:
    """Strips of one line side by side around the middle of their column; those of other lines in the same place."""
    starts = np.cumsum([0, *plan.size])
    for line in {plan.made[one] for one in storages}:
        left = middle - _strip(plan, storages, line, unit) / 2
        for one in storages:
            if plan.made[one] == line:
                out[starts[one] : starts[one + 1]] = threads.row(left, low, plan.size[one], unit, min(max(unit, 18.0), 28.0))
                left += unit * (plan.size[one] + BESIDE)


def _lay_names(names: tuple[Room, ...], middle: float, unit: float, lefts: dict[str, float], wide: dict[str, float]) -> None:
    """Grids side by side around the middle of their column."""
    left = middle - _across(names, unit) / 2
    for room in names:
        lefts[room[0]], wide[room[0]] = left, _wide(room, unit)
        left += wide[room[0]] + unit * BESIDE
