"""Curves over the steps of a run. The player fills them from the film's rows, so they know no more than has come."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts.numbers import RAISED
from charts.panels import Panel, Trace

ROOM = 34  # px between the middles of two chances
DASHES = ("solid", "dash", "dot", "dashdot")
SHORTEST, LOWEST = 1e-16, -12  # of a ladder: a step, and the power of ten it goes down to
CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 49)), np.sin(np.linspace(0, 2 * np.pi, 49))], -1)


def line(x: np.ndarray, y: np.ndarray, *, colour: str, width: float = 2, dash: str = "solid", **more: Any) -> Trace:
    """Points [n], [n] joined in their order; nothing to point at, unless `more` brings a hovertemplate."""
    style = {"color": colour, "width": width, "dash": dash}
    look: Trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": style}
    return look | ({} if "hovertemplate" in more else {"hoverinfo": "skip"}) | more


def powers(deep: int, high: int = 0) -> dict[str, Any]:
    """A logarithmic axis from 10ᵈᵉᵉᵖ to 10ʰⁱᵍʰ, with three or four powers written."""
    shown = range(high, deep - 1, -max(1, (high - deep) // 3))
    texts = [f"10{str(power).translate(RAISED)}" if power else "1" for power in shown]
    return {"type": "log", "range": [deep, high], "tickvals": [10.0**power for power in shown], "ticktext": texts}


def ellipse(mean: np.ndarray, covariance: np.ndarray, sigma: float, *, colour: str, **look: Any) -> Trace:
    """Where a normal density with this mean [2] and covariance [2, 2] is `sigma` deviations from its mean."""
    values, vectors = np.linalg.eigh(covariance)
    ring = sigma * CIRCLE * np.sqrt(np.maximum(values, 0)) @ vectors.T + mean
    return line(ring[:, 0], ring[:, 1], colour=colour, **look)


def bell(mean: float, sigma: float, area: float, ends: tuple[float, float], *, colour: str) -> Trace:
    """A normal density with such an area under it, between two ends."""
    sigma = sigma or 1e-12
    at = np.unique(np.concatenate([np.linspace(*ends, 81), mean + sigma * np.linspace(-4, 4, 41)]))
    at = at[(at >= ends[0]) & (at <= ends[1])]
    return line(at, area / sigma / np.sqrt(2 * np.pi) * np.exp(-0.5 * ((at - mean) / sigma) ** 2), colour=colour)


def ladder(
    title: str, at: np.ndarray, steps: np.ndarray, rate: float, ends: tuple[float, float], *, small: bool = True
) -> Panel:  # fmt: skip
    """How far something moves in its steps `at` [n], by powers of ten; through the last a line that falls by `rate` each step.

    So a process that converges linearly goes down along it. `rate`: NaN or 1 where none is known. `ends`: of the steps.
    """
    known = 0 < rate < 1
    steps = np.maximum(steps, SHORTEST)
    reach = np.array(ends, float)[: 2 * known * len(steps[-1:])]
    falls = np.maximum(np.repeat(steps[-1:], len(reach)) * rate ** (reach - at[-1]), SHORTEST) if len(reach) else reach
    marks, hover = {"size": 4, "color": "@ink"}, "%{x}: %{y:.3~r}<extra></extra>"
    traces = [
        line(reach, falls, colour="@ink3", dash="dot", width=1.5, meta={"still": True}),
        line(at, steps, colour="@ink", mode="lines+markers", marker=marks, hovertemplate=hover),
        line(at[-1:], steps[-1:], colour="@accent", mode="markers", marker={"size": 9, "color": "@accent"}, cliponaxis=False),
    ]
    deep = int(np.log10(max(rate, 0.01)) * ends[1]) - 2 if known else LOWEST
    x = {"range": list(ends), "nticks": 4, "showgrid": False}
    return Panel(traces, title, x=x, y=powers(max(deep, LOWEST)), small=small)


def bounded(
    title: str, s: np.ndarray, value: np.ndarray, bound: np.ndarray, now: float, *, x: Mapping[str, Any], hover: tuple[str, str]
) -> Panel:
    """A function along `s` [n] and a bound below it, dashed; the lamp on the gap between them where s is `now`.

    What lies far below is left out. `hover`: what the two are called.
    """
    at, high = int(np.argmin(np.abs(s - now))), float(value.max())
    low = max(float(np.quantile(np.concatenate([value, bound]), 0.12)), high - 8 * max(high - float(value.min()), 1e-6))
    low = min(low, high - 0.002 * abs(high))  # where both are flat they are drawn flat
    dots = {"color": "@accent", "size": 7}
    said = [f"{word} %{{y:.4f}}<extra></extra>" for word in hover]
    traces = [
        line(s.round(3), bound, colour="@c1", dash="dash", hovertemplate=said[1]),
        line(s.round(3), value, colour="@ink", hovertemplate=said[0]),
        line(np.full(2, now), np.array([bound[at], value[at]]), colour="@accent", mode="lines+markers", marker=dots),
    ]
    return Panel(traces, title, x=x, y={"nticks": 3, "range": [1.08 * low - 0.08 * high, 1.08 * high - 0.08 * low]})


def cased(way: np.ndarray, *, colour: str, dash: str = "solid") -> list[Trace]:
    """A way [n, 2] over something coloured: a line on a broader one of paper."""
    return [line(way[:, 0], way[:, 1], colour="@surface", width=4.5), line(way[:, 0], way[:, 1], colour=colour, dash=dash)]


def now(x: float, y: float) -> Trace:
    """The lamp on a point of a curve; nowhere where it is not known."""
    marker = {"size": 9, "color": "@accent"}
    return {"type": "scatter", "mode": "markers", "x": [x], "y": [y], "marker": marker, "hoverinfo": "skip", "cliponaxis": False}


def history(
    title: str, *columns: str, across: str = "step", zero: bool = True, small: bool = False, hover: str = "%{y:.4~r}",
    x: Mapping[str, Any] | None = None, y: Mapping[str, Any] | None = None, notes: Sequence[dict[str, Any]] = (),
) -> Panel:  # fmt: skip
    """The course of one column, or of some in one panel, dashed in turn. `title` is what the table calls it, escaped already.

    The range of y is set by what has come and begins at 0, unless `zero` is False or `y` says one. `meta.column`: the column.
    """
    traces = []
    for column, dash in zip(columns, DASHES, strict=False):
        for trace in course(column, across=across, dash=dash, hover=hover):
            traces.append(trace | {"meta": trace["meta"] | {"column": column}})
    axes = ({"nticks": 4, "showgrid": False} | dict(x or {}), {"nticks": 3} | dict(y or {}))
    scaled = [] if y and "range" in y else list(columns)
    return Panel(traces, headed(title), notes=notes, x=axes[0], y=axes[1], series=scaled, zero=zero, small=small)


def headed(name: str) -> str:
    """A column's name as a title: it begins with a capital, unless it begins with a sign."""
    return name[:1].upper() + name[1:] if name[:2].isalpha() and name[:2].isascii() else name


def course(
    column: str, *, across: str = "step", dash: str = "solid", colour: str = "@ink", width: float = 2, hover: str = "%{y:.4~r}"
) -> list[Trace]:
    """The past of a column in ink, or in its colour, what has been computed beyond it as a ghost, and a lamp on the present."""

    def part(when: str) -> dict[str, Any]:
        return {"series": {"x": across, "y": column, "when": when}}

    none, told = np.zeros(0), {"hovertemplate": hover + "<extra></extra>"}
    return [
        line(none, none, colour="@ghost", width=1.5, dash=dash, meta=part("future"), **told),
        line(none, none, colour=colour, width=width, dash=dash, meta=part("past"), **told),
        now(0, 0) | {"x": none, "y": none, "meta": part("now")},
    ]


def chances(slope: float, low: float, high: float, px: float) -> dict[str, Any]:
    """An axis from `low` to `high`, about `px` wide, where a chance is σ(slope · x): its ticks are chances that have room."""
    ticks: dict[str, float] = {}
    for chance in (0.5, 0.9, 0.1, 0.99, 0.01, 0.999, 0.001):
        place = float(np.log(chance / (1 - chance))) / (slope or 1.0)
        if low < place < high and all(abs(place - other) * px > ROOM * (high - low) for other in ticks.values()):
            ticks[f"{chance:g}"] = place
    return {"tickvals": list(ticks.values()), "ticktext": list(ticks), "range": [low, high]}
