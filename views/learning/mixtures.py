"""What `views.learning.em` draws of a Gaussian mixture: samples coloured by component, ellipses, weights."""

from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, fields, points
from charts.formula import formula
from charts.numbers import number
from charts.panels import Panel, Trace, blank, corner, escaped, upward
from engine.learning.em import MixtureFrame
from engine.points import Points
from views import Words, column_name
from views.look import Look, Values

SHARE = formula(r"r_{{k}!} = \frac{\pi_{{k}!} N(x\mid\mu_{{k}!},\Sigma_{{k}!})}{\sum_j \pi_j N(x\mid\mu_j,\Sigma_j)} = {r}!!")
MOVE = formula(r"\mu_{{k}!} = \frac{1}{{size}!} \sum_i r_{i{k}!}\,x_i = ({mx}!,\ {my}!) \qquad \pi_{{k}!} = {weight}!!")
BIC = formula(r"\mathrm{BIC} = -2 \log L + p \log n = -2 \cdot {loglik}? + {p}! \cdot \log {n}! = {bic}!!")
GRID = (60, 80)  # rows and columns of places that can be clicked
MOST, DOT = 12, np.array([0.007, 0.0105])  # samples that are lit; the size of a new point, as parts of the data's extent


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
    axes = _axes(data, options)
    low, high = points.reach(data.X[:, axes])
    at = fields.where(index, (low[0], high[0]), (low[1], high[1]), shape=GRID)
    return {data.columns[k]: float(f"{value:.4g}") for k, value in zip(axes[::-1], at[::-1], strict=True)}


def _axes(data: Points, options: Options) -> list[int]:
    chosen = (options.across, 0), (options.up, min(1, len(data.columns) - 1))
    return [data.columns.index(name) if name in data.columns else first for name, first in chosen]


def cloud(look: Look[MixtureFrame]) -> Panel:
    """Samples in their likeliest component's colour; its ellipses at 1σ and 2σ, or, of one column, its weighted density."""
    frame, data, words = look.frame, look.data[0], look.say
    j, h = axes = _axes(data, look.options)
    flat = j == h
    xy = data.X[frame.shown][:, axes].astype(float)
    low, high = points.reach(data.X[:, axes])
    if flat:  # heights: 1 is the top of a normal density as wide as the data
        low[1], high[1] = -0.45, 3.0
        xy[:, 1] = np.linspace(-0.35, -0.1, len(xy))
    traces: list[Trace] = []
    for k in range(frame.k):
        colour = "@accent" if k == _newcomer(look) else "@bad" if frame.floored[k] else points.kind(k)[0]
        traces.append(_members(look, k, xy))
        mean, spread = frame.means[k, axes], frame.covariances[k][np.ix_(axes, axes)]
        if flat:
            area = frame.weights[k] * (float(data.X[:, j].std()) or 1) * np.sqrt(2 * np.pi)
            traces.append(curves.bell(mean[0], float(np.sqrt(max(spread[0, 0], 0))), area, (low[0], high[0]), colour=colour))
            continue
        traces.append(curves.ellipse(mean, spread, 1, colour=colour))
        traces.append(curves.ellipse(mean, spread, 2, colour=colour, width=1, dash="dot"))
        traces.append(points.cloud(mean[None], colour=points.kind(k)[0], symbol="cross", size=11, opacity=1, hoverinfo="skip"))
    traces += _lit(look, xy, axes)
    if look.options.click == "add" and not flat:
        hover = words("hover_place") + " (%{x:.4~r}, %{y:.4~r})"
        traces.append(fields.cells((low[0], high[0]), (low[1], high[1]), template=hover, shape=GRID))
    held = ", ".join(str(k + 1) for k in np.flatnonzero(frame.floored))
    across, up = (escaped(column_name(data.columns[k], words)) for k in axes)
    notes = [upward(up)] * (not flat) + [corner(words("floored", k=held), 0, "@bad")] * bool(held)
    x, y = {"title": {"text": across}, "range": [low[0], high[0]]}, {"range": [low[1], high[1]]}
    return Panel(traces, words("strip" if flat else "cloud"), notes=notes, x=x, y=blank(**y) if flat else y)


def _newcomer(look: Look[MixtureFrame]) -> int:
    """Of fits by K: the component that is farthest from all of the fit before; −1 where there is none."""
    if look.scene != "by_k" or len(look.frames) < 2:
        return -1
    gaps = (look.frame.means[:, None] - look.frames[-2].means) / np.maximum(look.data[0].X.std(0), 1e-12)
    return int((gaps**2).sum(2).min(1).argmax())


def _lit(look: Look[MixtureFrame], xy: np.ndarray, axes: list[int]) -> list[Trace]:
    """The lamp on what moved: samples whose shares changed most (E), means on their way (M), points that are new."""
    frame, unit = look.frame, [1, 0] if axes[0] == axes[1] else [1, 1]
    if frame.part == "drawn":
        circles = points.OUTLINES["circle"] * DOT * (xy.max(0) - xy.min(0) + 1e-9)
        return [points.blobs(frame.drawn[:, axes] * unit, circles, colour="rgba(0,0,0,0)", line="@accent", width=1.3)]
    if frame.part == "E" and len(look.frames) > 1:
        change = np.abs(frame.resp - look.frames[-2].resp).max(1)
        most = np.argsort(-change, kind="stable")[:MOST]
        return [points.rings(xy[most[change[most] >= 0.3 * change.max()]])]
    if frame.part in ("M", "means", "weights"):
        old = next((one.means for one in reversed(look.frames[:-1]) if one.part in ("E", "")), frame.means)
        here, there = old[:, axes] * unit, frame.means[:, axes] * unit
        return [fields.pulls(here, there - here, colour="@accent", head=13)]
    return []


def _members(look: Look[MixtureFrame], k: int, xy: np.ndarray) -> Trace:
    """The samples that a component has most of, the paler the less it is sure; all of them where new points are to be seen."""
    frame, click = look.frame, look.options.click
    mine = np.flatnonzero(frame.resp.argmax(1) == k)
    least = 1 / max(frame.k, 2)
    sure = np.clip((frame.resp[mine].max(1, initial=least) - least) / (1 - least), 0, 1)
    colour, symbol, _ = points.kind(k)
    trace = points.cloud(xy[mine], colour=colour, symbol=symbol)
    trace["marker"] |= {"opacity": np.round((0.15 + 0.7 * sure) * (0.4 if frame.part == "drawn" else 1), 2)}
    if click == "add":
        return trace | {"hoverinfo": "skip"}
    data, called = look.data[0], look.say("sample_word")
    told = []
    for i, shares in zip(frame.shown[mine].tolist(), frame.resp[mine].tolist(), strict=True):
        label = "" if data.labels is None else f" ({escaped(data.label_names[data.labels[i]])})"
        told.append(f"{called} {i + 1}{label}: r = " + ", ".join(number(share, 2) for share in shares))
    meta = {"link": "sample", "index": mine, "ring": 12} | ({"click": "sample"} if click == "remove" else {})
    return trace | {"text": told, "hovertemplate": "%{text}<extra></extra>", "meta": meta}


def formula_of(look: Look[MixtureFrame]) -> dict[str, Any]:
    """The step's formula and its values, as a picture takes them."""
    frame = look.frame
    if look.scene == "by_k":
        n = round(float(frame.size.sum()))
        known = {"loglik": (frame.loglik, 1), "p": (frame.parameters, 0), "n": (n, 0), "bic": (frame.bic, 1)}
        return {"formula": BIC, "values": known}
    if frame.part == "E":
        top = frame.resp.max(1)
        values: Values = {"k": ((frame.resp.argmax(1) + 1).tolist(), 0), "r": (np.round(top, 4).tolist(), 4)}
        return {"formula": SHARE, "values": values, "of": "sample", "at": int(np.argmin(np.abs(top - 0.75)))}
    if frame.part in ("M", "means", "weights"):
        k = int(frame.weights.argmax())
        mx, my = frame.means[k, _axes(look.data[0], look.options)]
        values = {"k": (k + 1, 0), "size": (float(frame.size[k]), 2), "mx": (float(mx), 3), "my": (float(my), 3)}
        return {"formula": MOVE, "values": {**values, "weight": (float(frame.weights[k]), 4)}}
    return {}
