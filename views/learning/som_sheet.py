"""The sheet of a self-organising map among the data: samples by class, the lattice, its folds, and how it is being pulled."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from charts import points
from charts.panels import Panel, Trace, escaped, note, upward
from engine.learning.som import SomFrame
from engine.learning.som.one_by_one import Samples
from engine.learning.som.rules import Scaling, principal_plane, scales
from engine.points import Points
from views import Words
from views.learning.som_units import New, called, colours, edges, labelled, nowhere, rows_and_columns, unit_template, winner
from views.look import Look

SIGNS = "●◆■▲✚★"
SHOWN = 500  # samples drawn at most
FELT = 0.02  # units that follow less are not shown to move
LAMP = {"type": "scatter", "hoverinfo": "skip", "line": {"color": "@accent", "width": 2}}
AWAY = 2  # how many times the data's extent a sheet that flies off is drawn beyond it


def sheet(look: Look[SomFrame], new: New | None) -> Panel:
    """The samples and the sheet on two axes."""
    frame, cloud = look.frame, look.data[0]
    x, y = _axis(look.options.across, 0, cloud, look.say), _axis(look.options.up, 1, cloud, look.say)
    seen = _Seen(cloud, look.params.scaling, x.key, y.key)
    ground = seen.flat(cloud.X)
    low, high = _reach(ground)
    room = AWAY * (high - low)
    units = np.clip(seen.flat(frame.units.reshape(-1, cloud.X.shape[1])), low - room, high + room)
    traces, notes = _samples(frame, cloud, ground, look.say)
    traces += _lattice(look, units, ground)
    if frame.sample >= 0:
        traces += _pull(frame, units, ground[frame.sample], seen)
    elif isinstance(look.params, Samples):
        traces.append(nowhere(_way(ground[0], units[0])))
    if new is not None:
        traces.append(
            {**points.cloud(seen.flat(new.x[None]), colour="@ink", symbol="star", size=15, opacity=1), "hoverinfo": "skip"}
        )
    across, up = ([low[k], high[k]] for k in range(2))
    return Panel(
        traces,
        look.say("sheet"),
        notes=[upward(y.title), *notes],
        x={"title": {"text": x.title}, "range": across},
        y={"range": up},
    )


# ---- what is seen: two axes


@dataclass(frozen=True)
class _Axis:
    """A column, or a principal direction."""

    key: int  # of a column; -2 and -1: the principal directions
    title: str


def _axis(wanted: str, place: int, cloud: Points, words: Words) -> _Axis:
    if not wanted and (len(cloud.columns) > 2 or len(cloud.columns) <= place):
        wanted = f"pc{place + 1}"
    if wanted in ("pc1", "pc2"):
        return _Axis(int(wanted[2]) - 3, words("pc", k=wanted[2]))
    column = cloud.columns.index(wanted) if wanted in cloud.columns else place
    return _Axis(column, called(cloud.columns[column], words))


@dataclass(frozen=True)
class _Seen:
    """Rows (n, d) as they are seen on two axes: columns as they are, principal directions in scaled columns."""

    cloud: Points
    scaling: Scaling
    x: int
    y: int

    def flat(self, rows: np.ndarray) -> np.ndarray:
        """Rows (n, d) on the axes, (n, 2)."""
        centre, scale, plane = _directions(self.cloud, self.scaling)
        sides = [rows[:, axis] if axis >= 0 else (rows - centre) / scale @ plane[:, axis + 2] for axis in (self.x, self.y)]
        return np.stack(sides, axis=1)


@lru_cache(maxsize=32)
def _directions(cloud: Points, scaling: Scaling) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centre, scale = scales(cloud.X, scaling)
    return centre, scale, principal_plane((cloud.X - centre) / scale)[1]


def _reach(ground: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = ground.min(0), ground.max(0)
    room = np.where(high > low, 0.06 * (high - low), 1.0)
    return low - room, high + room


# ---- the samples


def _samples(frame: SomFrame, cloud: Points, ground: np.ndarray, words: Words) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The samples by class, each knowing its unit; and the classes' names beside them."""
    chosen = frame.measured[np.linspace(0, len(frame.measured) - 1, min(SHOWN, len(frame.measured))).round().astype(int)]
    unit = frame.bmu[np.searchsorted(frame.measured, chosen)]
    if cloud.kind == "colours":
        hexes = ["#" + "".join(f"{value:02x}" for value in row) for row in colours(cloud.X[chosen])]
        return [_linked(points.cloud(ground[chosen], colour=hexes, size=7, opacity=0.9), unit, cloud, chosen, words)], []
    if cloud.labels is None or not labelled(cloud):
        return [_linked(points.cloud(ground[chosen], colour="@c1", size=5, opacity=0.45), unit, cloud, chosen, words)], []
    traces, notes = [], []
    for k, label in enumerate(cloud.label_names):
        mine = cloud.labels[chosen] == k
        if mine.any():
            colour, symbol, _ = points.kind(k)
            dots = points.cloud(ground[chosen][mine], colour=colour, symbol=symbol)
            traces.append(_linked(dots, unit[mine], cloud, chosen[mine], words))
            notes.append(_class(f"{SIGNS[k]} {escaped(label)}", ground[chosen][mine], ground, colour))
    return traces, notes


def _class(name: str, mine: np.ndarray, ground: np.ndarray, colour: str) -> dict[str, Any]:
    """A class's name at its edge, away from the others."""
    spread = ground.std(0)
    scaled = (mine - ground.mean(0)) / np.where(spread > 0, spread, 1)
    along = scaled @ ((mine.mean(0) - ground.mean(0)) / np.where(spread > 0, spread, 1))
    x, y = mine[np.argsort(along)[int(0.97 * (len(mine) - 1))]].tolist()
    return note(name, x=x, y=y, borderpad=0, font={"color": colour, "size": 12, "shadow": "@halo"})


def _linked(trace: Trace, unit: np.ndarray, cloud: Points, chosen: np.ndarray, words: Words) -> Trace:
    names = [f"{words('sample_word')} {k + 1}{' · ' + escaped(cloud.names[k]) if cloud.names else ''}" for k in chosen]
    return trace | {"meta": {"link": "unit", "index": unit, "ring": 11}, "text": names, "hovertemplate": "%{text}<extra></extra>"}


# ---- the sheet


def _lattice(look: Look[SomFrame], units: np.ndarray, ground: np.ndarray) -> list[Trace]:
    """The folds in red, the lines and the units, which can be pointed at."""
    params, frame, (low, high) = look.params, look.frame, _reach(ground)
    size = (float(high[0] - low[0]) / 205, float(high[1] - low[1]) / 175)  # about the same on both axes
    where = rows_and_columns(params)
    return [
        *[_fold(units, frame.folds)] * (frame.folded > 0 and folds_show(frame, look.data[0])),
        points.mesh(units, edges(params.rows, params.cols, params.topology)),
        points.dots(units, size),
        points.targets(units, "unit", ring=16, template=unit_template(look.say), customdata=where, meta={"click": "unit"}),
    ]


def folds_show(frame: SomFrame, cloud: Points) -> bool:
    """Whether folds are certain, and mean something: a ball that nothing has pulled yet is no fold."""
    return len(cloud.columns) == 2 and (frame.step > 0 or bool(frame.theta.any()))


def _fold(units: np.ndarray, folds: np.ndarray) -> Trace:
    closed = folds[:, [0, 1, 2, 0]]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": points.gapped(units[:, 0], closed),
        "y": points.gapped(units[:, 1], closed),
        "hoverinfo": "skip",
        "fillcolor": "@bad",
        "opacity": 0.45,
        "line": {"color": "@bad", "width": 0},
    }


def _way(sample: np.ndarray, unit: np.ndarray) -> Trace:
    """From a sample to its winner."""
    ends = {
        "size": [10, 13],
        "color": ["@accent", "rgba(0,0,0,0)"],
        "symbol": ["x-thin", "circle"],
        "line": {"color": "@accent", "width": 3},
    }
    return LAMP | {"mode": "lines+markers", "x": [sample[0], unit[0]], "y": [sample[1], unit[1]], "marker": ends}


def _pull(frame: SomFrame, units: np.ndarray, sample: np.ndarray, seen: _Seen) -> list[Trace]:
    """The lamp: the drawn sample, its winner, and the way from one to the other."""
    at = winner(frame)
    if at < 0:
        cross = {"size": 12, "color": "@accent", "symbol": "x"}
        return [LAMP | {"mode": "markers", "x": [sample[0]], "y": [sample[1]], "marker": cross}]
    traces = [_way(sample, units[at])]
    if frame.part == "pull":  # every unit's way in this one step
        both = np.concatenate([seen.flat(frame.before.reshape(len(units), -1)), units])
        ways = np.stack([np.arange(len(units)), np.arange(len(units)) + len(units)], axis=1)[frame.theta.ravel() > FELT]
        traces.append(points.mesh(both, ways, colour="@accent", width=1.6, opacity=0.9))
    return traces
