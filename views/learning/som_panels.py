"""A self-organising map's panels: the sheet among the data, how a step pulls it, and the map, coloured by what it has become."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from charts import fields, images, labels, matrices, points
from charts.numbers import short, worth
from charts.panels import Panel, Trace, blank, escaped, note, upward
from engine.learning.som import SomFrame
from engine.learning.som.atlas import New, class_names, commonest
from engine.learning.som.grid import Topology, lattice, places
from engine.learning.som.seen import Seen, axis
from engine.points import Points
from views import Words, column_name
from views.look import Look

SIGNS = "●◆■▲✚★"
SHOWN = 500  # samples drawn at most
STAGE = (500.0, 360.0)  # px that arrows and names reckon with
AWAY = 2  # how many times the data's extent a sheet that flies off is drawn beyond it
FELT, REACH, SPOT = 0.03, 44, 7  # θ from which a unit is lit; px of its arrow, and of its spot, where θ is 1
GRIP = float(np.exp(-0.5))  # θ of a Gaussian at its radius
Pull = Callable[[Look[SomFrame], Seen, np.ndarray, np.ndarray], list[Trace]]  # of a kind of run: look, axes, units, θ
FOLD = {"fill": "toself", "fillcolor": "@bad", "line": {"color": "@bad", "width": 0}}
LAMP: dict[str, Any] = {"colour": "@accent", "opacity": 0.8}
TOLD = 6  # columns that a cell tells of itself
MAP_STAGE = (250.0, 220.0)  # px that names reckon with
THICK = 0.18  # of a cell: how thick its frame is where θ is 1
Coloured = tuple[list[Trace], list[dict[str, Any]], str]  # the cells, their key, the heading
LABELS = 6  # signs that can be told apart
NAMED = 60  # names of samples written at most


def sheet(look: Look[SomFrame], new: New | None, classes: np.ndarray, pull: Pull, strength: np.ndarray) -> Panel:
    """The samples and the sheet on two axes. classes (units,): where two of them meet, the sheet is cut."""
    cloud, options, say = look.data[0], look.options, look.say
    seen = Seen(cloud, look.params.scaling, axis(options.across, 0, cloud), axis(options.up, 1, cloud))
    low, high = seen.reach
    room = AWAY * (high - low)
    units = np.clip(seen.flat(look.frame.units), low - room, high + room)
    traces = [*_samples(look.frame, seen, say), *_lattice(look, seen, units, classes)]
    traces += [*pull(look, seen, units, strength), *_names(seen)]
    if new is not None:
        traces.append(points.cloud(seen.flat(new.x), colour="@ink", symbol="star", size=15, opacity=1, hoverinfo="skip"))
    across, up = _title(seen.x, cloud, say), upward(_title(seen.y, cloud, say))
    ranges = [{"range": ends} for ends in zip(low.tolist(), high.tolist(), strict=True)]
    if seen.x >= 0 or seen.y >= 0:
        return Panel(traces, say("sheet"), notes=[up], x={"title": {"text": across}} | ranges[0], y=ranges[1])
    corner = up | {"text": across + " →", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom", "xshift": -2}
    return Panel(traces, say("sheet"), notes=[up, note(**corner)], x=blank(**ranges[0]), y=blank(**ranges[1]))


def _title(column: int, cloud: Points, words: Words) -> str:
    return escaped(column_name(cloud.columns[column], words)) if column >= 0 else words("pc", k=column + 3)


def _samples(frame: SomFrame, seen: Seen, words: Words) -> list[Trace]:
    """The samples by class, each knowing its unit."""
    cloud, ground = seen.data, seen.ground
    chosen = frame.measured[np.linspace(0, len(frame.measured) - 1, min(SHOWN, len(frame.measured))).round().astype(int)]
    unit, word = frame.bmu[np.searchsorted(frame.measured, chosen)], words("sample_word")

    def marks(which: Any, **look: Any) -> Trace:
        names = [f"{word} {k + 1}" + (f" · {escaped(cloud.names[k])}" if cloud.names else "") for k in chosen[which]]
        told = {"text": names, "hovertemplate": "%{text}<extra></extra>"}
        return points.cloud(ground[chosen[which]], **look) | told | {"meta": {"link": "unit", "index": unit[which], "ring": 11}}

    if cloud.kind == "colours":
        return [marks(slice(None), colour=_hexes(cloud.X[chosen]), size=7, opacity=0.9)]
    if cloud.labels is None or not labelled(cloud):
        few = len(chosen) <= NAMED
        return [marks(slice(None), colour="@c1", size=9 if few else 5, opacity=0.9 if few else 0.45)]
    kinds = [points.kind(k) for k in range(len(cloud.label_names))]
    return [marks(cloud.labels[chosen] == k, colour=colour, symbol=sign) for k, (colour, sign, _) in enumerate(kinds)]


def _hexes(rows: np.ndarray) -> list[str]:
    return ["#" + row.tobytes().hex() for row in colours(rows)]


@lru_cache(maxsize=32)
def _names(seen: Seen) -> list[Trace]:
    """The samples' names where there are few; else those of their classes, each beside one of its samples."""
    cloud, (x, y) = seen.data, np.stack(seen.reach, axis=1).tolist()
    at, how = labels.pixels(seen.ground, x, y, STAGE), dict[str, Any]()
    if 0 < len(cloud.names) <= NAMED:
        mine, texts = labels.joined(at, [escaped(name) for name in cloud.names])
        inks = ["@ink"] * len(mine)
    elif cloud.labels is not None and labelled(cloud):
        beside = labels.outer(at, cloud.labels)
        mine, of = at[beside], cloud.labels[beside]
        inks, texts = [points.kind(k)[0] for k in of], [f"{SIGNS[k]} {escaped(cloud.label_names[k])}" for k in of]
        how = {"group": of}
    else:
        return []
    boxes = labels.sizes(texts)
    must = np.ones(len(mine), dtype=bool)
    sides = labels.place(mine, boxes, np.zeros(len(mine)), panel=STAGE, marks=at, must=must, **how)
    return [labels.drawn(texts, sides, mine, boxes, x, y, panel=STAGE, colour=inks)]


def _lattice(look: Look[SomFrame], seen: Seen, units: np.ndarray, classes: np.ndarray) -> list[Trace]:
    """The folds in red, the lines and the units, which can be pointed at."""
    params, frame, (low, high) = look.params, look.frame, seen.reach
    lines = lattice(params.rows, params.cols, params.topology)
    whole = lines[classes[lines[:, 0]] == classes[lines[:, 1]]]
    folds = frame.folds if folds_show(frame, seen.data) else frame.folds[:0]
    return [
        *[points.mesh(units, folds[:, [0, 1, 2, 0]], opacity=0.45) | FOLD] * (len(seen.data.columns) == 2),
        points.mesh(units, whole),
        points.dots(units, tuple((high - low) / [205, 175])),  # about the same on both axes
        pointed(units, params.cols, 16, look.say, [], []),
    ]


def folds_show(frame: SomFrame, cloud: Points) -> bool:
    """Whether folds are certain, and mean something: a ball that nothing has pulled yet is no fold."""
    return len(cloud.columns) == 2 and (frame.step > 0 or bool(frame.theta.any()))


def of_sample(look: Look[SomFrame], seen: Seen, units: np.ndarray, strength: np.ndarray) -> list[Trace]:
    """An arrow from every unit towards the sample, as long as θ says; the sample, its winner, and the way between them."""
    frame, strength, (low, high) = look.frame, strength[:, None], seen.reach
    pixel, sample = (high - low) / STAGE, seen.ground[max(frame.sample, 0)]
    way = (sample - units) / pixel
    far = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    reach = np.where(np.abs(strength) > FELT, np.clip(REACH * strength / far, -1, 1) * (sample - units), np.nan)
    colour = _hexes(seen.data.X[[frame.sample]])[0] if seen.data.kind == "colours" else "@accent"
    marker = {"size": [15, 13], "color": [colour, "rgba(0,0,0,0)"], "line": {"color": "@accent", "width": 3}, "opacity": 1}
    ends = points.cloud(np.stack([sample, units[frame.best] if frame.best >= 0 else sample]), colour=colour, hoverinfo="skip")
    ends |= {"mode": "lines+markers", "marker": marker, "line": {"color": "@accent", "width": 1.5}}
    return [fields.needles(units, reach, pixel, **LAMP), ends if frame.sample >= 0 else points.nowhere(ends)]


def of_pass(look: Look[SomFrame], seen: Seen, units: np.ndarray, strength: np.ndarray) -> list[Trace]:
    """Which way every unit came in this pass, and how far beside the others; before they move, what each sample has found."""
    frame, measured, (low, high) = look.frame, len(look.frame.bmu), seen.reach
    some = np.arange(0, measured if frame.part == "match" else 0, -(-measured // SHOWN))
    ends, pairs = np.concatenate([units[frame.bmu], seen.ground[frame.measured]]), np.stack([some, some + measured], axis=1)
    pixel, way = (high - low) / STAGE, units - seen.flat(frame.before)
    farthest = float(np.linalg.norm(way / pixel, axis=1).max()) or 1.0
    reach = way * REACH / farthest
    line = {"color": "@accent", "width": 1}
    return [points.mesh(ends, pairs) | {"line": line}, fields.needles(units - reach, reach, pixel, **LAMP)]


def of_trial(look: Look[SomFrame], seen: Seen, units: np.ndarray, strength: np.ndarray) -> list[Trace]:
    """What moved together at first, around the middle of the sheet: units as large as θ, lines within the first radius."""
    lines, (low, high) = lattice(look.params.rows, look.params.cols, look.params.topology), seen.reach
    size = np.where(strength > FELT, strength, np.nan)[:, None, None] * SPOT * (high - low) / STAGE
    patch = points.mesh(units, lines[(strength[lines] >= GRIP).all(1)], width=2.4, **LAMP)
    return [patch, points.blobs(units, points.OUTLINES["circle"] * size, **LAMP)]


def map_of(look: Look[SomFrame], new: New | None, classes: np.ndarray, strength: np.ndarray) -> Panel:
    """The cells, on them labels or names, the borders of classes, and the lamp: frames as thick as θ."""
    params, cloud = look.params, look.data[0]
    at, corners = places(params.rows, params.cols, params.topology), matrices.outline(params.topology == "hexagonal")
    plane = look.options.plane or ("u_matrix" if cloud.kind == "table" else "units")
    hits = np.bincount(look.frame.bmu, minlength=len(at))
    traces, notes, heading = _coloured(look, plane, at, corners, hits)
    if look.options.overlay and plane != "units" and labelled(cloud):
        top, radius = commonest(look.frame.bmu, cloud.labels[look.frame.measured], len(at)), 0.10 + 0.055 * np.sqrt(hits)
        traces += points.signs(at, top, np.minimum(radius, 0.36), len(cloud.label_names))
    moved = strength > FELT
    traces.append(matrices.frames(at[moved], corners, THICK * strength[moved], colour="@accent", opacity=0.9))
    if not look.scene.startswith("unfold"):  # what a trial ended with is not what it is about
        rings = matrices.ringed(at[[max(look.frame.best, 0)]], corners, ["@accent"])
        traces += rings if look.frame.best >= 0 else map(points.nowhere, rings)
    traces += _classes(look, classes, at, corners)
    if look.options.overlay and 0 < len(cloud.names) <= NAMED:
        traces += _won(look, at)
    if new is not None:
        star = points.cloud(at[[new.unit]], colour="@ink", symbol="star", size=13, opacity=1, hoverinfo="skip")
        traces += [*matrices.ringed(at[[new.unit]], corners, ["@ink"], width=3.5), star]
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
        tints = colours(frame.units.reshape(len(at), -1))
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
    return [*matrices.borders(at[a[apart]], at[b[apart]], corners), labels.within(texts, middles, *_reach(at), MAP_STAGE)]


def _won(look: Look[SomFrame], at: np.ndarray) -> list[Trace]:
    """Names of the samples beside the cells that won them."""
    frame, names, (x, y) = look.frame, look.data[0].names, _reach(at)
    spots = labels.pixels(at, x, y, MAP_STAGE)[frame.bmu]
    spots, texts = labels.joined(spots, [escaped(names[k]) for k in frame.measured])
    boxes, must = labels.sizes(texts, 11), np.ones(len(texts), dtype=bool)
    sides = labels.place(spots, boxes, np.zeros(len(texts)), radius=1, panel=MAP_STAGE, marks=spots, must=must)
    won = points.cloud(at[np.unique(frame.bmu)], colour="@ink", size=4, opacity=1, hoverinfo="skip")
    return [won, labels.drawn(texts, sides, spots, boxes, x, y, panel=MAP_STAGE, radius=1, font=11)]


def _targets(look: Look[SomFrame], at: np.ndarray, hits: np.ndarray) -> Trace:
    """What a cell says when it is pointed at: where it is, what it won, its weights."""
    frame, cloud, say = look.frame, look.data[0], look.say
    told = range(min(TOLD, len(cloud.columns)) if cloud.kind != "images" else 0)
    weights, digits = frame.units.reshape(len(at), -1).astype(float), [worth(float(np.ptp(cloud.X[:, j]))) for j in told]
    lines = [say("unit_hits") + " %{customdata[2]} · U = %{customdata[3]:.2f}"]
    lines += [f"{escaped(column_name(cloud.columns[j], say))} %{{customdata[{j + 4}]:.{digits[j]}f}}" for j in told]
    known = [hits, frame.u_matrix.ravel().astype(float).round(3), *(weights[:, j].round(digits[j]) for j in told)]
    return pointed(at, look.params.cols, 20, say, lines, known)


def pointed(at: np.ndarray, cols: int, ring: int, words: Words, lines: list[str], known: list[Any]) -> Trace:
    """Units that can be pointed at and clicked: they say row and column, then `lines` with the columns of `known` from 2 on."""
    template = "<br>".join([words("unit_word") + " (%{customdata[0]}, %{customdata[1]})", *lines])
    about = np.stack([*np.divmod(np.arange(len(at)), cols), *known], axis=1)
    return points.targets(at, "unit", ring=ring, template=template, customdata=about, meta={"click": "unit"})


def labelled(cloud: Points) -> bool:
    """Whether the data have labels that signs can tell apart."""
    return cloud.labels is not None and 1 < len(cloud.label_names) <= LABELS


def colours(rows: np.ndarray) -> np.ndarray:
    """Rows (n, 3) as bytes of red, green and blue."""
    return np.clip(np.round(rows[:, :3]), 0, 255).astype(np.uint8)
