"""The map itself: every unit in its place on the grid, coloured by what it has become, and named by what it won."""

from functools import lru_cache
from typing import Any

import numpy as np

from charts import images, labels, matrices, points
from charts.numbers import short, worth
from charts.panels import Panel, Trace, blank, escaped
from engine.learning.som import SomFrame
from engine.learning.som.atlas import New, class_names, commonest
from engine.learning.som.grid import Topology, lattice, places
from views import column_name
from views.learning import som_units as units_
from views.look import Look

TOLD = 6  # columns that a cell tells of itself
STAGE = (250.0, 220.0)  # px that names reckon with
FELT, THICK = 0.03, 0.18  # θ from which a cell has a frame; of a cell, how thick one is where θ is 1
Coloured = tuple[list[Trace], list[dict[str, Any]], str]  # the cells, their key, the heading


def map_of(look: Look[SomFrame], new: New | None, classes: np.ndarray, strength: np.ndarray) -> Panel:
    """The cells, on them labels or names, the borders of classes, and the lamp: frames as thick as θ."""
    params, cloud = look.params, look.data[0]
    at, corners = places(params.rows, params.cols, params.topology), matrices.outline(params.topology == "hexagonal")
    plane = look.options.plane or ("u_matrix" if cloud.kind == "table" else "units")
    hits = np.bincount(look.frame.bmu, minlength=len(at))
    traces, notes, heading = _coloured(look, plane, at, corners, hits)
    if look.options.overlay and plane != "units" and units_.labelled(cloud):
        top, radius = commonest(look.frame.bmu, cloud.labels[look.frame.measured], len(at)), 0.10 + 0.055 * np.sqrt(hits)
        traces += points.signs(at, top, np.minimum(radius, 0.36), len(cloud.label_names))
    moved = strength > FELT
    traces.append(matrices.frames(at[moved], corners, THICK * strength[moved], colour="@accent", opacity=0.9))
    if not look.scene.startswith("unfold"):  # what a trial ended with is not what it is about
        rings = matrices.ringed(at[[max(look.frame.best, 0)]], corners, ["@accent"])
        traces += rings if look.frame.best >= 0 else map(points.nowhere, rings)
    traces += _classes(look, classes, at, corners)
    if look.options.overlay and 0 < len(cloud.names) <= units_.NAMED:
        traces += _names(look, at)
    if new is not None:
        star = points.cloud(at[[new.unit]], colour="@ink", symbol="star", size=13, opacity=1)
        traces += [*matrices.ringed(at[[new.unit]], corners, ["@ink"], width=3.5), {**star, "hoverinfo": "skip"}]
    x, y = _reach(at)
    return Panel([*traces, _targets(look, at, hits)], heading, notes=notes, equal=True, x=blank(range=x), y=blank(range=y))


def _reach(at: np.ndarray) -> tuple[list[float], list[float]]:
    """How far both axes reach; rows go downwards."""
    low, high = at.min(0) - 0.62, at.max(0) + 0.62
    return [low[0], high[0]], [high[1], low[1]]


def _coloured(look: Look[SomFrame], plane: str, at: np.ndarray, corners: np.ndarray, hits: np.ndarray) -> Coloured:
    frame, cloud = look.frame, look.data[0]
    if plane == "units" and cloud.kind == "images":
        return [images.mosaic(at, frame.units.reshape(-1, *cloud.shape[:2]))], [], look.say("map_images")
    if plane == "units" and cloud.kind == "colours":
        index, x, y = _raster(look.params.rows, look.params.cols, look.params.topology)
        tints = units_.colours(frame.units.reshape(len(at), -1))
        return [images.tinted(index, tints, x, y), matrices.seams(at, corners)], [], look.say("map_colours")
    if plane in cloud.columns:
        j = cloud.columns.index(plane)
        low, high = float(cloud.X[:, j].min()), float(cloud.X[:, j].max())  # in the data
        key, heading = matrices.scale(short(low), short(high), "sequential"), column_name(plane, look.say)
        cells = matrices.cells(at, frame.units[..., j].ravel(), corners, low, high, "sequential")
        return cells, key, look.say("map_column", column=heading)
    if plane == "hits":
        most = int(hits.max())
        return matrices.cells(at, hits, corners, 0, most), matrices.scale("0", str(most)), look.say("map_hits")
    values = frame.u_matrix.ravel()
    key = matrices.scale(look.say("near"), look.say("far"))
    return matrices.cells(at, values, corners, 0, float(np.quantile(values, 0.97)) or 1.0), key, look.say("map_u_matrix")


@lru_cache(maxsize=8)
def _raster(rows: int, cols: int, topology: Topology) -> tuple[np.ndarray, matrices.Span, matrices.Span]:
    corners = matrices.outline(topology == "hexagonal")
    return matrices.raster(places(rows, cols, topology), corners, max(8, min(30, 420 // max(rows, cols))))


def _classes(look: Look[SomFrame], classes: np.ndarray, at: np.ndarray, corners: np.ndarray) -> list[Trace]:
    """Bold borders of the classes of units, and in each a number with a name."""
    if not classes.any():
        return []
    params = look.params
    a, b = lattice(params.rows, params.cols, params.topology).T
    apart = classes[a] != classes[b]
    names = [escaped(name) for name in class_names(look.frame, look.data[0], classes, params.scaling)]
    texts = [f"{k} {name}".strip() for k, name in enumerate(names, 1)]
    spots = [at[classes == k] for k in range(len(names))]
    middles = np.array([mine[((mine - mine.mean(0)) ** 2).sum(1).argmin()] for mine in spots])
    return [*matrices.borders(at[a[apart]], at[b[apart]], corners), labels.within(texts, middles, *_reach(at), STAGE)]


def _names(look: Look[SomFrame], at: np.ndarray) -> list[Trace]:
    """Names of the samples beside the cells that won them."""
    frame, names, (x, y) = look.frame, look.data[0].names, _reach(at)
    spots = labels.pixels(at, x, y, STAGE)[frame.bmu]
    spots, texts = labels.joined(spots, [escaped(names[k]) for k in frame.measured])
    boxes, must = labels.sizes(texts, 11), np.ones(len(texts), dtype=bool)
    sides = labels.place(spots, boxes, np.zeros(len(texts)), radius=1, panel=STAGE, marks=spots, must=must)
    won = points.cloud(at[np.unique(frame.bmu)], colour="@ink", size=4, opacity=1, hoverinfo="skip")
    return [won, labels.drawn(texts, sides, spots, boxes, x, y, panel=STAGE, radius=1, font=11)]


def _targets(look: Look[SomFrame], at: np.ndarray, hits: np.ndarray) -> Trace:
    """What a cell says when it is pointed at: where it is, what it won, its weights."""
    frame, cloud, say = look.frame, look.data[0], look.say
    told = range(min(TOLD, len(cloud.columns)) if cloud.kind != "images" else 0)
    weights, digits = frame.units.reshape(len(at), -1).astype(float), [worth(float(np.ptp(cloud.X[:, j]))) for j in told]
    lines = [say("unit_hits") + " %{customdata[2]} · U = %{customdata[3]:.2f}"]
    lines += [f"{units_.called(cloud.columns[j], say)} %{{customdata[{j + 4}]:.{digits[j]}f}}" for j in told]
    known = [hits, frame.u_matrix.ravel().astype(float).round(3), *(weights[:, j].round(digits[j]) for j in told)]
    return units_.pointed(at, look.params.cols, 20, say, lines, known)
