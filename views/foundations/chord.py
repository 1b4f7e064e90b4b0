"""A chord over a curve, or a balance of points on it: does it hang above everywhere? And where do walkers on it come to rest?

Longer than a picture's budget of lines: a chord, a balance of points and forty walkers are three pictures of one curve.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from charts import bars, points, ranking
from charts import curves as lines
from charts.formula import formula
from charts.layout import Layout, columns, rows
from charts.numbers import UNKNOWN, number, short
from charts.panels import Panel, Picture, Trace, escaped, note
from charts.words import cut
from engine.foundations.optimisation import ChordFrame, curves
from views.foundations.typed import typed
from views.look import Fact, Look

Focus = Literal["chord", "descents"]
CHORD = formula(r"\alpha f(a) + (1 - \alpha) f(b) - f(\alpha a + (1 - \alpha) b) = {chord}! - {f}? = {gap}!!")
JENSEN = formula(r"E[f(X)] - f(E[X]) = {chord}! - {f}? = {gap}!!")
SMALL, LARGE = 7.0, 22.0  # px of a point without weight, and of one with all of it
HIGH, LOW, LINE = 300, 130, 18  # px on a phone of the curve, of what stands below it, and of a line of its table
FREE = 0.08  # of the height, above and below the curve
BANDS: tuple[tuple[float, float], ...] = ((1.2, 1.8), (0.2, 0.8))  # where the two strips lie
MOVED = 1e-3  # what a walker goes between two pictures at least, to be called under way
STRAIGHT = 1e-9  # a bend that counts as none


def chord(look: Look[ChordFrame]) -> Picture:
    """The balance of the points laid out so far, and the curve below it."""
    frame = look.frame
    walking = look.options.focus == "descents"
    rests = len(frame.ends) if frame.step == curves.FRAMES else None
    values = {name: (short(float(getattr(frame, name))), 0) for name in ("chord", "f", "gap")}
    derived: dict[str, Fact] = {"pieces": len(frame.low), "rests": rests}
    return look.picture(
        _layout(look),
        facts=_facts(look),
        key=_key(look),
        formula="" if walking else JENSEN if look.params.points.strip() else CHORD,
        values={} if walking else values,
        metrics=["rests"] if walking else [("gap", short(frame.gap)), ("bend", short(frame.bend))],
        derived=derived,
    )


def _layout(look: Look[ChordFrame]) -> Layout:
    """The main panel is the curve with its chord, or with the walkers on it; beside it what belongs to that."""
    if look.options.focus == "descents":
        return columns(_hill(look), _walks(look))
    if look.params.points.strip():
        means = look.history("chord", "f", across="part_of", zero=False, x={"range": [0, 1]})
        return columns(_curve(look), rows(replace(means, title=look.say("means"), tall=LOW), _weights(look)))
    return columns(_curve(look), rows(_walks(look), _strips(look)))


# ---- the curve


def _curve(look: Look[ChordFrame]) -> Panel:
    """The curve, the points on it, what the balance has swept so far, and the gap to the curve in the lamp's colour."""
    frame = look.frame
    xs, f, _ = _course(look)
    ends = _reach(f, frame)
    past = np.array([(one.x, one.chord) for one in look.frames])
    gap = np.array([[frame.x, frame.f], [frame.x, frame.chord]])
    order = [*range(len(frame.places)), 0]
    places = np.stack([frame.places, frame.heights], 1)
    sizes, full = (
        (SMALL + (LARGE - SMALL) * np.sqrt(weights)).round(1).tolist() for weights in (frame.weights, _whole_weights(look))
    )
    marks = points.cloud(places, colour="@c1", size=1, opacity=1, hoverinfo="skip")
    marks["marker"] |= {"size": sizes, "line": {"color": "@surface", "width": 1.5}}
    rims = points.cloud(places, colour="@c1", symbol="circle-open", size=1, opacity=1, hoverinfo="skip")
    rims["marker"] |= {"size": full, "line": {"color": "@c1", "width": 1.5}}
    traces = [
        *_swept(past, curves.function_of(look.params.curve, look.params.fx)),
        lines.line(frame.places[order], frame.heights[order], colour="@c1", width=1.5, meta={"still": True}),
        _whole(xs, f),
        _tangent(frame, xs),
        lines.line(past[:, 0], past[:, 1], colour="@c1", width=3, meta={"still": True}),
        marks,
        rims,
        lines.line(gap[:, 0], gap[:, 1], colour="@accent", width=4, meta={"key": "gap"}),
        points.cloud(gap, colour="@accent", size=9, opacity=1, hoverinfo="skip"),
    ]
    notes = [_named(look, k) for k in range(len(frame.places))]
    axes = {"range": [float(xs[0]), float(xs[-1])], "nticks": 5, "showgrid": False}, {"range": ends, "nticks": 5}
    return Panel(traces, look.say("curve", f=_formula(look)), *axes, notes=notes, tall=HIGH)


def _course(look: Look[ChordFrame]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places [n] along what is shown of the curve, and f and f″ there."""
    low, high = curves.shown_part(look.frame.places)[[0, -1]].tolist()
    return _along(look.params.curve, look.params.fx, low, high)


@lru_cache(maxsize=8)
def _along(curve: curves.Curve, own: str, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    function, xs = curves.function_of(curve, own), np.linspace(low, high, curves.PLACES)
    return xs, curves.values(function, xs), curves.bends(function, xs)


def _whole_weights(look: Look[ChordFrame]) -> np.ndarray:
    """What each point weighs in the end [n]: of a chord's two what they weigh now."""
    text = look.params.points
    return np.asarray(curves.points_of(text)[1]) if text.strip() else look.frame.weights


def _whole(xs: np.ndarray, f: np.ndarray) -> Trace:
    """The curve, every point of it drawn, so that it is smooth."""
    drawn = lines.line(xs, f, colour="@ink", hovertemplate="f(%{x:.2f}) = %{y:.3f}<extra></extra>")
    return drawn | {"line": drawn["line"] | {"width": 2.5, "simplify": False}}


def _reach(f: np.ndarray, frame: ChordFrame) -> list[float]:
    """From where to where the picture reaches up: all of the curve between the points, and not much more."""
    known = f[np.isfinite(f)]
    low, high = min(known.min(), frame.heights.min()), max(np.quantile(known, 0.97), frame.heights.max())
    free = FREE * max(high - low, 1e-6)
    return [float(low - 1.5 * free), float(high + 1.5 * free)]


def _swept(past: np.ndarray, function: Any) -> list[Trace]:
    """What lies between the balance's way and the curve: where it hangs above, and where below."""
    between = np.linspace(past[:-1], past[1:], 5, axis=1).reshape(-1, 2) if len(past) > 1 else past
    x, y = between.T
    f = curves.values(function, x)
    over, under = np.maximum(y, f), np.minimum(y, f)
    rings = [np.append(x, x[::-1]), np.append(over, f[::-1]), np.append(under, f[::-1])]
    how: dict[str, Any] = {"fill": "toself", "width": 0}
    return [
        lines.line(rings[0], rings[1], colour="@c1", fillcolor="@c1", opacity=0.16, meta={"key": "above", "still": True}, **how),
        lines.line(
            rings[0], rings[2], colour="@bad", fillcolor="@bad", opacity=0.35, meta={"key": "under", "still": True}, **how
        ),
    ]


def _tangent(frame: ChordFrame, xs: np.ndarray) -> Trace:
    """The tangent where the balance hangs."""
    ends = xs[[0, -1]]
    rise = frame.f + frame.rise * (ends - frame.x)
    return lines.line(ends, rise, colour="@ink3", dash="dot", width=1.5, meta={"key": "tangent"})


def _named(look: Look[ChordFrame], k: int) -> dict[str, Any]:
    """What a point is called: its whole weight, or its letter."""
    frame = look.frame
    name = number(float(_whole_weights(look)[k]), 2) if look.params.points.strip() else "ab"[k]
    font = {"size": 13, "color": "@c1", "shadow": "@halo"}
    return note(name, x=float(frame.places[k]), y=float(frame.heights[k]), yshift=18, yanchor="bottom", font=font)


# ---- beside it


def _strips(look: Look[ChordFrame]) -> Panel:
    """Where the curve bends up and down, and where it lies low."""
    xs, _, bend = _course(look)
    signs = ((bend > STRAIGHT, "@c1"), (bend < -STRAIGHT, "@bad"))
    traces = [_boxes(_runs(xs, where), BANDS[0], colour) for where, colour in signs]
    traces += [_boxes(look.frame.low, BANDS[1], "@ink2"), _here(look.frame.x, (0.0, 2.0))]
    runs = [(sign, run) for sign, (where, _) in zip("+−", signs, strict=True) for run in _runs(xs, where)]
    font = {"size": 12, "color": "@surface"}
    words = [
        note(sign, x=float(run.mean()), y=sum(BANDS[0]) / 2, font=font) for sign, run in runs if np.ptp(run) > np.ptp(xs) / 12
    ]
    names = {"tickvals": [1.5, 0.5], "ticktext": ["f″", f"f ≤ {short(look.params.level)}"], "showgrid": False}
    axis = {"range": [float(xs[0]), float(xs[-1])], "nticks": 4, "showgrid": False}
    return Panel(traces, look.say("strips", n=len(look.frame.low)), axis, {"range": [0, 2], **names}, notes=words, small=True)


def _runs(xs: np.ndarray, where: np.ndarray) -> np.ndarray:
    """From where to where [m, 2] along places [n] something holds."""
    edges = np.diff(np.concatenate([[0], where.astype(int), [0]]))
    half = (xs[1] - xs[0]) / 2
    starts, ends = xs[np.flatnonzero(edges == 1)] - half, xs[np.flatnonzero(edges == -1) - 1] + half
    return np.stack([starts, ends], 1)


def _boxes(spans: np.ndarray, band: tuple[float, float], colour: str) -> Trace:
    """Bars over spans [m, 2] at one height."""
    return bars.rectangles(spans[:, 0], spans[:, 1], *band, colour=colour, meta={"still": True})


def _here(x: float, y: tuple[float, float]) -> Trace:
    return lines.line(np.full(2, x), np.array(y), colour="@accent", width=2, meta={"key": f"here {y[1]:g}"})


def _walks(look: Look[ChordFrame]) -> Panel:
    """Forty descents, downwards in time: each way ends where its bottom is."""
    frames = look.frames
    every = curves.STEPS // curves.FRAMES
    ways = np.stack([frame.walkers for frame in frames])  # (moments, 40)
    ways = np.where(np.stack([frame.gone for frame in frames]), np.nan, ways)
    times = np.repeat(np.arange(len(frames))[:, None] * every, ways.shape[1], 1).astype(float)
    path = points.gapped_ways(np.stack([ways.T, times.T], -1))
    low, high = look.frame.span.tolist()
    now = points.cloud(np.stack([ways[-1], times[-1]], 1), colour="@ink", size=5, opacity=1, hoverinfo="skip")
    traces = [lines.line(path[0].round(3), path[1], colour="@ink2", width=1, opacity=0.6, meta={"still": True}), now]
    axis = {"range": [low - 0.2, high + 0.2], "nticks": 5, "showgrid": False}
    return Panel(traces, look.say("walks"), axis, {"range": [curves.STEPS, 0], "nticks": 3}, tall=LOW)


def _hill(look: Look[ChordFrame]) -> Panel:
    """The curve, where the walkers began, and where they have come to: the lamp."""
    frame, first = look.frame, look.frames[0]
    function = curves.function_of(look.params.curve, look.params.fx)
    low, high = frame.span.tolist()
    free = 0.1 * max(high - low, 1.0)
    xs, f, _ = _along(look.params.curve, look.params.fx, low - free, high + free)

    def walkers(some: ChordFrame, **how: Any) -> Trace:
        x = some.walkers[~frame.gone]
        return points.cloud(np.stack([x, curves.values(function, x)], 1), opacity=1, hoverinfo="skip", **how)

    begun = walkers(first, colour="@ink3", symbol="circle-open", size=6)
    now = walkers(frame, colour="@accent", size=10, ids=np.flatnonzero(~frame.gone).astype(str).tolist())
    now["marker"]["line"] = {"color": "@surface", "width": 1}
    low, high = float(np.nanmin(f)), float(max(begun["y"].max(initial=-np.inf), np.nanquantile(f, 0.5)))
    ends = [low - 0.15 * (high - low or 1.0), high + 0.08 * (high - low or 1.0)]
    axes = {"range": [float(xs[0]), float(xs[-1])], "nticks": 5, "showgrid": False}, {"nticks": 5, "range": ends}
    notes = [_crowd(frame, float(end), function) for end in frame.ends] if frame.step == curves.FRAMES else []
    return Panel([_whole(xs, f), begun, now], look.say("curve", f=_formula(look)), *axes, notes=notes, tall=HIGH)


def _crowd(frame: ChordFrame, end: float, function: Any) -> dict[str, Any]:
    """How many walkers rest at a place."""
    count = int((np.abs(frame.walkers[~frame.gone] - end) < curves.SAME).sum())
    font = {"size": 14, "color": "@accent", "shadow": "@halo"}
    return note(str(count), x=end, y=float(curves.values(function, np.array([end]))[0]), yshift=-18, font=font)


def _weights(look: Look[ChordFrame]) -> Panel:
    """The points, what each weighs and how high the curve is there; below them both means so far."""
    frame = look.frame
    x, f = ([short(float(value)) for value in values] for values in (frame.places, frame.heights))
    weights = [number(float(weight), 2) for weight in _whole_weights(look)]
    heads = [(0.0, "x", x), (0.55, look.say("weight"), weights), (1.0, "f(x)", f)]
    made = ranking.table(look.say("weights"), heads, lit=np.flatnonzero(frame.weights).tolist(), rows=4)
    return replace(made, tall=LINE * (max(len(x), 4) + 1))


def _formula(look: Look[ChordFrame]) -> str:
    return escaped(cut(typed(curves.TEXTS.get(look.params.curve, look.params.fx)), 40))


# ---- what is told


def _key(look: Look[ChordFrame]) -> str:
    """Which sentence tells of this step."""
    frame, several = look.frame, bool(look.params.points.strip())
    if look.options.focus == "descents":
        return "walk_start" if not frame.step else "walk_end" if frame.step == curves.FRAMES else "walk"
    if not frame.step:
        return "points" if several else "start"
    if frame.gap < 0:
        return "points_below" if several else "below"
    if not np.isnan(frame.violation):
        return "refuted"
    if frame.step == curves.FRAMES:
        return "points_end" if several else "end"
    return "points_step" if several else "step"


def _facts(look: Look[ChordFrame]) -> dict[str, Any]:
    frame, params = look.frame, look.params
    walked, part = frame.step * curves.STEPS // curves.FRAMES, number(frame.part_of, 3)
    here = np.sort(frame.walkers[~frame.gone])
    moved = np.abs(frame.walkers - look.frames[max(len(look.frames) - 2, 0)].walkers) > MOVED
    return {
        "now": look.say("walked", n=walked) if look.options.focus == "descents" else look.say("part", lam=part),
        "walked": walked,
        "still": int((moved & ~frame.gone).sum()),
        "ends": ", ".join(short(float(end), 2) for end in frame.ends) or UNKNOWN,
        "low": short(float(here.min(initial=0)), 2) if len(here) else UNKNOWN,
        "high": short(float(here.max(initial=0)), 2) if len(here) else UNKNOWN,
        "moving": frame.moving,
        "left": frame.left,
        "weights": ", ".join(number(float(weight), 2) for weight in _whole_weights(look)),
        "a": short(params.a),
        "b": short(params.b),
        "n": len(frame.places),
        "lam": part,
        "first": number(frame.violation, 3),
        "x": short(frame.x),
        "f": short(frame.f),
        "chord": short(frame.chord),
        "gap": short(abs(frame.gap)),
        "bend": short(frame.bend),
    }
