"""Expectation maximisation: what is assigned to whom, the bound that touches the likelihood, and how far each step climbs.

Mixtures stand here: samples coloured by component, ellipses, weights; two coins in `coins.py`.
"""

from dataclasses import replace
from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, fields, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, blank, corner, escaped, legend, note, told, upward
from engine.learning.em import ALGORITHMS, CoinsFrame, EmFrame, MixtureFrame
from engine.params import Params, Value
from engine.points import Added, Points, Removed
from views import Words, column_name
from views.learning import coins as tosses
from views.look import Look, Values, known, scenes

SHARE = formula(r"r_{{k}!} = \frac{\pi_{{k}!} N(x\mid\mu_{{k}!},\Sigma_{{k}!})}{\sum_j \pi_j N(x\mid\mu_j,\Sigma_j)} = {r}!!")
MOVE = formula(r"\mu_{{k}!} = \frac{1}{{size}!} \sum_i r_{i{k}!}\,x_i = ({mx}!,\ {my}!) \qquad \pi_{{k}!} = {weight}!!")
BIC = formula(r"\mathrm{BIC} = -2 \log L + p \log n = -2 \cdot {loglik}? + {p}! \cdot \log {n}! = {bic}!!")
GRID = (60, 80)  # rows and columns of places that can be clicked
FEW = 4  # components that are drawn whole; of more only what one deviation reaches, but for the one that is lit
MOST, DOT = 12, np.array([0.007, 0.0105])  # samples that are lit; the size of a new point, as parts of the data's extent
NOTHING, REST = 1e-9, 5e-4  # what comes of rounding; what is not seen: θ has three digits
HARD = {"start": "hard_start", "E": "hard_E", "weights": "hard_weights", "means": "hard_means", "M": "hard_M"}


class Options(engine.params.Options):
    click: Literal["nothing", "add", "remove"] = "nothing"  # what a click on the cloud does
    across: str = ""  # the horizontal axis of the cloud: a column; "" the first
    up: str = ""


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data."""
    names = {"": words("automatic")} | {column: column_name(column, words) for column in data.columns[:20]}
    return {"across": names, "up": names}


def coins(look: Look[CoinsFrame]) -> Picture:
    """Tosses that are divided between the coins; the likelihood over both, and how far each step goes."""
    frame, facts = look.frame, _facts(look.frame)
    still = frame.step > 0 and float(np.abs(frame.theta - frame.before).max()) < REST
    return look.picture(
        columns(tosses.divided(look), rows(tosses.plane(look), tosses.ladder(look))),
        facts=facts | {"row": tosses.lit_row(look) + 1, "rate": number(frame.rate, 3), "limit": number(frame.limit, 4)},
        key="rest" if still and frame.part == "M" else "",
        metrics=[("loglik", facts["loglik"]), ("rate", number(frame.rate, 4)), ("missing", number(frame.limit, 4))],
        derived={"theta_a": float(frame.theta[0]), "theta_b": float(frame.theta[1]), "missing": known(frame.limit)},
        hold=0.5 if still else 4.0 if frame.step < 4 else 2.0,
        **tosses.formula_of(look),
    )


def mixture(look: Look[MixtureFrame]) -> Picture:
    """Samples in the colours of components, and what the bound has to do with the likelihood."""
    frame, facts = look.frame, _facts(look.frame)
    hard = HARD.get(look.part, "") if look.params.assignment == "hard" else ""
    return look.picture(
        columns(_cloud(look), rows(_line(look), look.history("loglik", zero=False, small=True), shares=(3, 2))),
        facts=facts | {"draws": len(frame.drawn)},
        key="rest" if frame.part == "M" and abs(frame.gain) < REST else hard,
        metrics=[("loglik", facts["loglik"]), "rate", "agreement" if np.isfinite(frame.agreement) else "missing"],
        derived={"missing": frame.missing if frame.missing < 1 else None},  # beyond 1 it is no fraction: no summit is near
        hold=4.0 if frame.step < 4 else 2.0,
        **_formula(look),
    )


def by_k(look: Look[MixtureFrame]) -> Picture:
    """The best fit of every K, and what its likelihood is worth."""
    facts = _facts(look.frame) | {"bic": number(look.frame.bic, 1), "aic": number(look.frame.aic, 1)}
    best = min(look.frames, key=lambda frame: frame.bic)
    bic = look.history("bic", across="k", zero=False, notes=legend([("○", look.say("least", k=best.k), "@ink")]))
    ring = points.rings(np.array([[best.k, best.bic]]), colour="@ink", size=15)
    loglik = look.history("loglik", across="k", zero=False, small=True)
    return look.picture(
        columns(_cloud(look), rows(replace(bic, traces=[*bic.traces, ring]), loglik, shares=(3, 2))),
        facts=facts,
        metrics=[(name, facts[name]) for name in ("loglik", "bic", "aic")],
        hold=3.0,
        **_formula(look),
    )


draw = scenes(ALGORITHMS, {"coins": coins, "mixture": mixture, "by_k": by_k})


def clicked(
    name: str, index: int, frame: EmFrame, params: Params, data: Points, options: Options
) -> dict[str, Value] | Added | Removed:
    """A click on the map of the likelihood starts there; one on the cloud adds a point, or takes one away."""
    if name == "start":
        return dict(zip(("theta_a", "theta_b"), tosses.start_at(index), strict=True))
    if name == "place":
        return Added(place_at(index, data, options))
    assert isinstance(frame, MixtureFrame)
    return Removed(int(frame.shown[index])) if index < len(frame.shown) else {}


def place_at(index: int, data: Points, options: Options) -> dict[str, float]:
    """Where a click on the empty cloud is, as values of its columns."""
    axes = _axes(data, options)
    low, high = points.reach(data.X[:, axes])
    at = fields.where(index, (low[0], high[0]), (low[1], high[1]), shape=GRID)
    return {data.columns[k]: float(f"{value:.4g}") for k, value in zip(axes[::-1], at[::-1], strict=True)}


def _axes(data: Points, options: Options) -> list[int]:
    chosen = (options.across, 0), (options.up, min(1, len(data.columns) - 1))
    return [data.columns.index(name) if name in data.columns else first for name, first in chosen]


def _cloud(look: Look[MixtureFrame]) -> Panel:
    """Samples in their likeliest component's colour; its ellipses at 1σ and, of few, 2σ, or, of one column, its density."""
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
        new, ink = k == _newcomer(look), points.kind(k)[0]
        colour, whole = "@accent" if new else "@bad" if frame.floored[k] else ink, new or frame.k <= FEW
        traces.append(_members(look, k, xy))
        mean, spread = frame.means[k, axes], frame.covariances[k][np.ix_(axes, axes)]
        if flat:
            area = frame.weights[k] * (float(data.X[:, j].std()) or 1) * np.sqrt(2 * np.pi)
            traces.append(curves.bell(mean[0], float(np.sqrt(max(spread[0, 0], 0))), area, (low[0], high[0]), colour=colour))
            continue
        traces.append(curves.ellipse(mean, spread, 1, colour=colour, width=2 if whole else 1))
        traces += [curves.ellipse(mean, spread, 2, colour=colour, width=1, dash="dot")] * whole
        size = 11 if whole else 8
        traces.append(points.cloud(mean[None], colour=ink, symbol="cross", size=size, opacity=1, hoverinfo="skip"))
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
    pale = {"opacity": np.round((0.15 + 0.7 * sure) * (0.4 if frame.part == "drawn" else 1), 2)}
    if click == "add":
        return points.cloud(xy[mine], colour=colour, symbol=symbol, marker=pale, hoverinfo="skip")
    said, data, called = [], look.data[0], look.say("sample_word")
    for i, shares in zip(frame.shown[mine].tolist(), frame.resp[mine].tolist(), strict=True):
        label = "" if data.labels is None else f" ({escaped(data.label_names[data.labels[i]])})"
        said.append(f"{called} {i + 1}{label}: r = " + ", ".join(number(share, 2) for share in shares))
    hover = told(said, link="sample", index=mine, ring=12, **({"click": "sample"} if click == "remove" else {}))
    return points.cloud(xy[mine], colour=colour, symbol=symbol, marker=pale, **hover)


def _formula(look: Look[MixtureFrame]) -> dict[str, Any]:
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


def _line(look: Look[MixtureFrame]) -> Panel:
    """The likelihood and the bound along the straight line from here to where the M step goes; the lamp on what is between."""
    frame, say = look.frame, look.say
    axis = {"tickvals": [0, 1], "ticktext": [say("here"), say("there")], "range": [-0.45, 1.65], "showgrid": False}
    if not len(frame.line):
        none = note(say("line_none"), x=0.6, y=0.5, font={"size": 12, "color": "@ink3"})
        return Panel([], say("line"), notes=[none], x=axis, y={"range": [0, 1], "showgrid": False, "showticklabels": False})
    now, hover = (0.0 if frame.part == "E" else 1.0), (say("loglik"), say("bound"))
    return curves.bounded(say("line"), frame.line, frame.line_loglik, frame.line_bound, now, x=axis, hover=hover)


def _facts(frame: EmFrame) -> dict[str, str]:
    loglik = number(frame.loglik, 3 if abs(frame.loglik) < 100 else 1)
    return {"gap": _small(frame.gap), "gain": _small(frame.gain), "loglik": loglik}


def _small(value: float) -> str:
    """A number without digits that mean nothing."""
    return "0" if abs(value) < NOTHING else short(value, 1 if abs(value) < REST else 3)
