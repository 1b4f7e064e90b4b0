"""The map itself: every unit in its place on the grid, coloured by what it has become, and named by what it won."""

from functools import lru_cache
from typing import Any

import numpy as np

from charts import images, matrices, points
from charts.numbers import short
from charts.panels import Panel, Trace, blank, escaped
from engine.learning.som import SomFrame
from engine.learning.som.grid import ROW, Topology, places
from engine.learning.som.one_by_one import Samples
from engine.learning.som.sheet import Sheet
from engine.points import Points
from views import column_name
from views.learning.som_units import New, called, colours, decimals, labelled, nowhere, rows_and_columns, unit_template, winner
from views.look import Look

NAMED = 60  # names written on the map at most
TOLD = 6  # columns that a cell tells of itself
Coloured = tuple[list[Trace], list[dict[str, Any]], str]  # the cells, their key, the heading


def map_of(look: Look[SomFrame], new: New | None) -> Panel:
    """The cells, on them labels or names, and rings around the winner and the new sample's unit."""
    frame, params, cloud = look.frame, look.params, look.data[0]
    at, corners = places(params.rows, params.cols, params.topology), matrices.outline(params.topology == "hexagonal")
    plane = look.options.plane or ("u_matrix" if cloud.kind == "table" else "units")
    traces, notes, heading = _coloured(look, plane, at, corners)
    if look.options.overlay and plane != "units" and labelled(cloud):
        traces += _overlay(frame, cloud, at)
    if look.options.overlay and 0 < len(cloud.names) <= NAMED:
        traces.append(_names(frame, cloud, at))
    if (best := winner(frame)) >= 0:
        traces += matrices.ringed(at[[best]], corners, ["@accent"])
    elif isinstance(params, Samples):
        traces += map(nowhere, matrices.ringed(at[:1], corners, ["@accent"]))
    if new is not None:
        star = points.cloud(at[[new.unit]], colour="@ink", symbol="star", size=13, opacity=1)
        traces += [*matrices.ringed(at[[new.unit]], corners, ["@ink"], width=3.5), {**star, "hoverinfo": "skip"}]
    traces.append(_targets(look, at))
    low, high = at.min(0) - 0.62, at.max(0) + 0.62
    return Panel(traces, heading, notes=notes, equal=True, x=blank(range=[low[0], high[0]]), y=blank(range=[high[1], low[1]]))


def _hits(frame: SomFrame, at: np.ndarray) -> np.ndarray:
    return np.bincount(frame.bmu, minlength=len(at))


# ---- what colours the cells


def _coloured(look: Look[SomFrame], plane: str, at: np.ndarray, corners: np.ndarray) -> Coloured:
    cloud = look.data[0]
    if plane == "units" and cloud.kind == "images":
        return [_mosaic(look.frame, look.params, cloud, at)], [], look.say("map_images")
    if plane == "units" and cloud.kind == "colours":
        return [_tinted(look.frame, look.params, at)], [], look.say("map_colours")
    if plane in cloud.columns:
        return _component(look, plane, at, corners)
    if plane == "hits":
        hits = _hits(look.frame, at)
        key = matrices.scale("0", str(int(hits.max())))
        return matrices.cells(at, hits, corners, 0, max(int(hits.max()), 1)), key, look.say("map_hits")
    values = look.frame.u_matrix.ravel()
    high = float(np.quantile(values, 0.97)) or 1.0
    key = matrices.scale(look.say("near"), look.say("far"))
    return matrices.cells(at, values, corners, 0, high), key, look.say("map_u_matrix")


def _component(look: Look[SomFrame], column: str, at: np.ndarray, corners: np.ndarray) -> Coloured:
    """One column of the weights, between the least and the largest value it has in the data."""
    cloud = look.data[0]
    j = cloud.columns.index(column)
    low, high = float(cloud.X[:, j].min()), float(cloud.X[:, j].max())
    cells = matrices.cells(at, look.frame.units[..., j].ravel(), corners, low, high, "sequential")
    key = matrices.scale(short(low), short(high), "sequential")
    return cells, key, look.say("map_column", column=column_name(column, look.say))


def _mosaic(frame: SomFrame, params: Sheet, cloud: Points, at: np.ndarray) -> Trace:
    """Every unit's weights as a small picture in its place."""
    height, width = cloud.shape[:2]
    tiles = frame.units.reshape(-1, height, width)
    tall = ROW if params.topology == "hexagonal" else 1
    step = np.array([width + 1, round((height + 1) * tall)])
    tops = np.round(at * [step[0], step[1] / tall]).astype(int)
    canvas = np.zeros((tops[:, 1].max() + height, tops[:, 0].max() + width), dtype=np.float32)
    for (left, top), tile in zip(tops, tiles, strict=True):
        canvas[top : top + height, left : left + width] = np.maximum(canvas[top : top + height, left : left + width], tile)
    shape = canvas.shape
    return images.pixels(
        images.ink(canvas, 0.0, max(0.5, 0.92 * float(canvas.max()))),
        (-0.5, -0.5 + shape[1] / step[0]),
        (-0.5, -0.5 + shape[0] / (height + 1)),
    )


def _tinted(frame: SomFrame, params: Sheet, at: np.ndarray) -> Trace:
    """Every unit's weights as the colour they are."""
    index, (x, y) = _raster(params.rows, params.cols, params.topology)
    return images.tinted(index, colours(frame.units.reshape(len(at), -1)), x, y)


@lru_cache(maxsize=8)
def _raster(rows: int, cols: int, topology: Topology) -> tuple[np.ndarray, tuple[tuple[float, float], tuple[float, float]]]:
    """Which cell each pixel of a picture of the grid lies in; the number of cells where it lies in none."""
    at = places(rows, cols, topology)
    per = max(8, min(30, 420 // max(rows, cols)))  # pixels across a cell
    low, high = at.min(0) - 0.6, at.max(0) + 0.6
    size = np.ceil((high - low) * per).astype(int)
    y, x = np.mgrid[: size[1], : size[0]]
    spot = np.stack([x, y], -1).reshape(-1, 1, 2) / per + low + 0.5 / per
    index = np.concatenate([((part - at) ** 2).sum(-1).argmin(1) for part in np.array_split(spot, 40)])
    gap = np.abs(spot[:, 0] - at[index])
    slanted = gap[:, 0] * 0.5 + gap[:, 1] * ROW if topology == "hexagonal" else gap[:, 1]
    index[np.maximum(gap[:, 0], slanted) > 0.48] = len(at)
    return index.reshape(size[1], size[0]), ((low[0], low[0] + size[0] / per), (low[1], low[1] + size[1] / per))


# ---- what lies on the cells


def _overlay(frame: SomFrame, cloud: Points, at: np.ndarray) -> list[Trace]:
    """On each cell the sign of its commonest label, larger with more samples."""
    assert cloud.labels is not None
    labels = cloud.labels[frame.measured]
    count = np.stack([np.bincount(frame.bmu[labels == k], minlength=len(at)) for k in range(len(cloud.label_names))])
    top, total = count.argmax(0), count.sum(0)
    traces = []
    for k in range(len(cloud.label_names)):
        mine = (top == k) & (total > 0)
        colour, _, outline = points.kind(k)
        radius = np.minimum(0.10 + 0.055 * np.sqrt(total[mine]), 0.36)
        traces.append(points.blobs(at[mine], outline * radius[:, None, None], colour=colour, line="@surface"))
    return traces


def _names(frame: SomFrame, cloud: Points, at: np.ndarray) -> Trace:
    """Names of the samples on the cells that won them, one below the other where a cell won several."""
    by_unit: dict[int, list[str]] = {}
    for sample, unit in zip(frame.measured, frame.bmu, strict=True):
        by_unit.setdefault(int(unit), []).append(escaped(cloud.names[sample]))
    won = at[list(by_unit)]
    left, right = at[:, 0].min() + 1, at[:, 0].max() - 1
    sides = ["middle right" if x < left else "middle left" if x > right else "middle center" for x in won[:, 0]]
    return {
        "type": "scatter",
        "mode": "text",
        "x": won[:, 0],
        "y": won[:, 1],
        "text": ["<br>".join(names[:3]) for names in by_unit.values()],
        "textposition": sides,
        "textfont": {"size": 11, "color": "@ink"},
        "hoverinfo": "skip",
    }


def _targets(look: Look[SomFrame], at: np.ndarray) -> Trace:
    """What a cell says when it is pointed at: where it is, what it won, its weights."""
    frame, cloud, say = look.frame, look.data[0], look.say
    told = list(range(min(TOLD, len(cloud.columns)))) if cloud.kind != "images" else []
    weights = frame.units.reshape(len(at), -1)[:, told]
    digits = [decimals(cloud, j) for j in told]
    rounded = [np.round(weights[:, k].astype(float), digit) for k, digit in enumerate(digits)]
    ridge = np.round(frame.u_matrix.ravel().astype(float), 3)
    columns = [*rows_and_columns(look.params).T, _hits(frame, at), ridge, *rounded]
    lines = [unit_template(say), say("unit_hits") + " %{customdata[2]} · U = %{customdata[3]:.2f}"]
    lines += [f"{called(cloud.columns[j], say)} %{{customdata[{k + 4}]:.{digits[k]}f}}" for k, j in enumerate(told)]
    known = np.stack(columns, axis=1)
    return points.targets(at, "unit", ring=20, template="<br>".join(lines), customdata=known, meta={"click": "unit"})
