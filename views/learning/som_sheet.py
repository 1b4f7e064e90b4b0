"""The sheet of a self-organising map among the data: samples by class, the lattice, its folds, and how the step pulls it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from charts import fields, labels, points
from charts.panels import Panel, Trace, blank, escaped, note, upward
from engine.learning.som import SomFrame
from engine.learning.som.atlas import New
from engine.learning.som.grid import lattice
from engine.learning.som.seen import Seen, axis
from engine.points import Points
from views import Words
from views.learning import som_units as units_
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
        star = points.cloud(seen.flat(new.x), colour="@ink", symbol="star", size=15, opacity=1)
        traces.append({**star, "hoverinfo": "skip"})
    across, up = _title(seen.x, cloud, say), upward(_title(seen.y, cloud, say))
    ranges = [{"range": ends} for ends in zip(low.tolist(), high.tolist(), strict=True)]
    if seen.x >= 0 or seen.y >= 0:
        return Panel(traces, say("sheet"), notes=[up], x={"title": {"text": across}} | ranges[0], y=ranges[1])
    corner = up | {"text": across + " →", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom", "xshift": -2}
    return Panel(traces, say("sheet"), notes=[up, note(**corner)], x=blank(**ranges[0]), y=blank(**ranges[1]))


def _title(column: int, cloud: Points, words: Words) -> str:
    return units_.called(cloud.columns[column], words) if column >= 0 else words("pc", k=column + 3)


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
    if cloud.labels is None or not units_.labelled(cloud):
        few = len(chosen) <= units_.NAMED
        return [marks(slice(None), colour="@c1", size=9 if few else 5, opacity=0.9 if few else 0.45)]
    kinds = [points.kind(k) for k in range(len(cloud.label_names))]
    return [marks(cloud.labels[chosen] == k, colour=colour, symbol=sign) for k, (colour, sign, _) in enumerate(kinds)]


def _hexes(rows: np.ndarray) -> list[str]:
    return ["#" + row.tobytes().hex() for row in units_.colours(rows)]


@lru_cache(maxsize=32)
def _names(seen: Seen) -> list[Trace]:
    """The samples' names where there are few; else those of their classes, each beside one of its samples."""
    cloud, (x, y) = seen.data, np.stack(seen.reach, axis=1).tolist()
    at, how = labels.pixels(seen.ground, x, y, STAGE), dict[str, Any]()
    if 0 < len(cloud.names) <= units_.NAMED:
        mine, texts = labels.joined(at, [escaped(name) for name in cloud.names])
        inks = ["@ink"] * len(mine)
    elif cloud.labels is not None and units_.labelled(cloud):
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
        units_.pointed(units, params.cols, 16, look.say, [], []),
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
    found = points.mesh(
        np.concatenate([units[frame.bmu], seen.ground[frame.measured]]), np.stack([some, some + measured], axis=1)
    )
    pixel, way = (high - low) / STAGE, units - seen.flat(frame.before)
    farthest = float(np.linalg.norm(way / pixel, axis=1).max()) or 1.0
    reach = way * REACH / farthest
    line = {"color": "@accent", "width": 1}
    return [found | {"line": line}, fields.needles(units - reach, reach, pixel, **LAMP)]


def of_trial(look: Look[SomFrame], seen: Seen, units: np.ndarray, strength: np.ndarray) -> list[Trace]:
    """What moved together at first, around the middle of the sheet: units as large as θ, lines within the first radius."""
    lines, (low, high) = lattice(look.params.rows, look.params.cols, look.params.topology), seen.reach
    size = np.where(strength > FELT, strength, np.nan)[:, None, None] * SPOT * (high - low) / STAGE
    patch = points.mesh(units, lines[(strength[lines] >= GRIP).all(1)], width=2.4, **LAMP)
    return [patch, points.blobs(units, points.OUTLINES["circle"] * size, **LAMP)]
