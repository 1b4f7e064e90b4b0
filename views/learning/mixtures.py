"""What `views.learning.em` draws of a Gaussian mixture: samples coloured by component, ellipses, weights."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, points
from charts.formula import formula
from charts.numbers import number
from charts.panels import Panel, Trace, blank, corner, escaped, upward
from engine.learning.em import MixtureFrame
from engine.points import Points
from views import Words, column_name

SHARE = formula(
    r"r_{{k}!} = \frac{\pi_{{k}!}\,N(x \mid \mu_{{k}!}, \Sigma_{{k}!})}{\sum_j \pi_j\,N(x \mid \mu_j, \Sigma_j)} = {r}!!"
)
MOVE = formula(r"\mu_{{k}!} = \frac{1}{{size}!} \sum_i r_{i{k}!}\,x_i = ({mx}!,\ {my}!) \qquad \pi_{{k}!} = {weight}!!")
GRID = (60, 80)  # rows and columns of places that can be clicked
CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 49)), np.sin(np.linspace(0, 2 * np.pi, 49))], -1)


class Options(engine.params.Options):
    click: Literal["nothing", "add", "remove"] = "nothing"  # what a click on the cloud does
    across: str = ""  # the horizontal axis of the cloud: a column; "" the first
    up: str = ""


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data."""
    names = {"": words("automatic")} | {column: column_name(column, words) for column in data.columns[:20]}
    return {"across": names, "up": names}


def place_at(index: int, data: Points, options: Options) -> dict[str, float]:
    """Where a click on the empty cloud is, as values of its columns."""
    j, h = _axes(data, options)
    (low, high), (row, col) = _reach(data.X[:, [j, h]]), divmod(index, GRID[1])
    at = low + (high - low) * (np.array([col, row % GRID[0]]) + 0.5) / np.array(GRID[::-1])
    return {data.columns[k]: float(f"{value:.4g}") for k, value in zip((h, j), at[::-1], strict=True)}


def _axes(data: Points, options: Options) -> tuple[int, int]:
    across = data.columns.index(options.across) if options.across in data.columns else 0
    up = data.columns.index(options.up) if options.up in data.columns else min(1, len(data.columns) - 1)
    return across, up


def _reach(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners [2], [2] of the picture around points [n, 2]."""
    low, high = xy.min(0), xy.max(0)
    room = 0.1 * np.where(high > low, high - low, 1.0)
    return low - room, high + room


def cloud(frame: MixtureFrame, data: Points, options: Options, words: Words) -> Panel:
    """Samples in the colour of the component that has most of them, paler where it is undecided; ellipses at 1σ and 2σ.

    Of one column only: the components' weighted densities above a strip of samples.
    """
    j, h = _axes(data, options)
    flat = j == h
    xy = data.X[frame.shown][:, [j, h]].astype(float)
    low, high = _reach(data.X[:, [j, h]])
    if flat:  # heights: 1 is the top of a normal density as wide as the data
        low[1], high[1] = -0.45, 3.0
        xy[:, 1] = np.linspace(-0.35, -0.1, len(xy))
    traces: list[Trace] = []
    for k in range(frame.k):
        colour = "@bad" if frame.floored[k] else points.kind(k)[0]
        traces.append(_members(frame, k, xy, data, options, words))
        if flat:
            traces.append(_density(frame, k, j, data.X[:, j], (low[0], high[0]), colour))
            continue
        traces += [_ellipse(frame, k, (j, h), sigma, colour) for sigma in (1, 2)]
        centre = frame.means[k, [j, h]][None]
        traces.append(points.cloud(centre, colour=points.kind(k)[0], symbol="cross", size=11, opacity=1, hoverinfo="skip"))
    if options.click == "add" and not flat:
        traces.append(_places(low, high, words))
    held = ", ".join(str(k + 1) for k in np.flatnonzero(frame.floored))
    notes = [corner(words("floored", k=held), 0, "@bad")] if held else []
    x = {"title": {"text": escaped(column_name(data.columns[j], words))}, "range": [low[0], high[0]]}
    y = {"range": [low[1], high[1]]}
    if flat:
        return Panel(traces, words("strip"), notes=notes, x=x, y=blank(**y))
    return Panel(traces, words("cloud"), notes=[upward(escaped(column_name(data.columns[h], words))), *notes], x=x, y=y)


def _density(frame: MixtureFrame, k: int, j: int, x: np.ndarray, ends: tuple[float, float], colour: str) -> Trace:
    """π_k N(x | μ_k, σ_k²) in units of the top of a normal density with the data's own deviation."""
    mean, sigma = float(frame.means[k, j]), float(np.sqrt(max(frame.covariances[k][j, j], 0)))
    at = np.unique(np.concatenate([np.linspace(*ends, 81), mean + sigma * np.linspace(-4, 4, 41)]))
    at = at[(at >= ends[0]) & (at <= ends[1])]
    height = frame.weights[k] * (x.std() or 1) / (sigma or 1e-12) * np.exp(-0.5 * ((at - mean) / (sigma or 1e-12)) ** 2)
    return curves.line(at, height, colour=colour, width=2, hoverinfo="skip")


def _members(frame: MixtureFrame, k: int, xy: np.ndarray, data: Points, options: Options, words: Words) -> Trace:
    """The samples that a component has most of, the paler the less it is sure."""
    mine = np.flatnonzero(frame.resp.argmax(1) == k)
    _, symbol, _ = points.kind(k)
    least = 1 / max(frame.k, 2)
    sure = np.clip((frame.resp[mine].max(1) - least) / (1 - least), 0, 1) if len(mine) else np.zeros(0)
    trace = points.cloud(xy[mine], colour=points.kind(k)[0], symbol=symbol)
    trace["marker"] |= {"opacity": np.round(0.15 + 0.7 * sure, 2)}
    if options.click == "add":
        return trace | {"hoverinfo": "skip"}
    shares = [", ".join(number(float(r), 2) for r in frame.resp[m]) for m in mine]
    called = [_called(data, int(frame.shown[m]), words) for m in mine]
    told = [f"{name}: r = {share}" for name, share in zip(called, shares, strict=True)]
    meta = {"link": "sample", "index": mine, "ring": 12} | ({"click": "sample"} if options.click == "remove" else {})
    return trace | {"text": told, "hovertemplate": "%{text}<extra></extra>", "meta": meta}


def _called(data: Points, i: int, words: Words) -> str:
    """Sample i, and what the data call it."""
    label = "" if data.labels is None else f" ({escaped(data.label_names[data.labels[i]])})"
    return f"{words('sample_word')} {i + 1}{label}"


def _places(low: np.ndarray, high: np.ndarray, words: Words) -> Trace:
    """Unseen cells over the whole cloud, to be clicked."""
    x, y = (low[k] + (high[k] - low[k]) * (np.arange(count) + 0.5) / count for k, count in enumerate(GRID[::-1]))
    return {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": np.zeros(GRID, dtype=np.uint8),
        "colorscale": [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
        "showscale": False,
        "meta": {"link": "place", "click": "place", "ring": 9},
        "hovertemplate": words("hover_place") + " (%{x:.4~r}, %{y:.4~r})<extra></extra>",
    }


def _ellipse(frame: MixtureFrame, k: int, axes: tuple[int, int], sigma: int, colour: str) -> Trace:
    j, h = axes
    values, vectors = np.linalg.eigh(frame.covariances[k][np.ix_([j, h], [j, h])])
    ring = sigma * CIRCLE * np.sqrt(np.maximum(values, 0)) @ vectors.T + frame.means[k, [j, h]]
    return curves.line(ring[:, 0], ring[:, 1], colour=colour, width=3 - sigma, dash="solid" if sigma == 1 else "dot")


def formula_of(frame: MixtureFrame, data: Points, options: Options) -> tuple[str, Mapping[str, tuple[Any, int]], str, int]:
    if frame.part == "E":
        most = frame.resp.argmax(1)
        at = int(np.argmin(np.abs(frame.resp.max(1) - 0.75)))
        values: dict[str, tuple[Any, int]] = {"k": ((most + 1).tolist(), 0), "r": (np.round(frame.resp.max(1), 4).tolist(), 4)}
        return SHARE, values, "sample", at
    if frame.part in ("M", "means", "weights"):
        j, h = _axes(data, options)
        k = int(frame.weights.argmax())
        mean = frame.means[k]
        values = {"k": (k + 1, 0), "size": (float(frame.size[k]), 2), "mx": (float(mean[j]), 3), "my": (float(mean[h]), 3)}
        return MOVE, values | {"weight": (float(frame.weights[k]), 4)}, "", -1
    return "", {}, "", -1
