"""Six runners on a contour sheet, and how high and how steep each has come to stand.

Longer than a picture's budget of lines: each runner has a formula, a limit and a fate of its own, and the ground a cross.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from charts import bars, curves, fields, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import RAISED, short
from charts.panels import Panel, Picture, Trace, escaped, legend
from charts.words import cut
from engine.algorithm import shown
from engine.foundations.optimisation import METHODS, RaceFrame, kind_of, limit, surfaces
from engine.foundations.optimisation.race import FRAMES
from views.foundations.typed import typed
from views.look import Fact, Look, Values

SIGNS, LAMP = "●◆■▲✚★", "@accent"
FORMULAS = (
    formula(r"\theta - \eta\, g = ({x}!,\; {y}!) - {rate}! \cdot ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),
    formula(r"\theta - \eta\, v = ({x}!,\; {y}!) - {rate}! \cdot ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),
    formula(r"\theta - \eta\, (g + \mu v) = ({x}!,\; {y}!) - {rate}! \cdot ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),
    formula(r"\theta - \eta\, g \,/\, (\sqrt{s} + \varepsilon) = ({x}!,\; {y}!) - {rate}! \cdot ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),  # noqa: E501
    formula(r"\theta - \eta\, \hat m \,/\, (\hat s^{1/2} + \varepsilon) = ({x}!,\; {y}!) - {rate}! \cdot ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),  # noqa: E501
    formula(r"\theta - H^{-1} g = ({x}!,\; {y}!) - ({dx}!,\; {dy}!) = ({nx}!!,\; {ny}!!)"),
)  # fmt: skip
ARM, MOST, WALL = 0.12, 0.24, 0.015  # of the sheet's height: an arm as strong as the start's, the longest, half of a wall
GAUGE = (0.73, 0.98, 0.885, 0.915)  # where the bar lies, as parts of the sheet: from, to, from, to
LOW = 130  # px on a phone of what stands below the map
DEEPEST = {"same": -8, "best": -14}  # powers of ten: how deep the panel of heights goes
LEGEND, HIGH = 300, 38  # px: the names of the runners in two lines, also on a phone, and what lies behind them
ACROSS = {"nticks": 4, "showgrid": False}  # an axis of steps
FREE = ("rmsprop", "adam")  # they measure their steps by slopes alone
MOMENTS = 1000  # more than a film has pictures


def race(look: Look[RaceFrame]) -> Picture:
    """All runners after a step of each."""
    return look.picture(
        columns(_sheet(look), rows(_heights(look), _slopes(look))),
        facts=_facts(look),
        key=_key(look),
        formula=FORMULAS[_told(look)] if look.frame.step else "",
        values=_values(look) if look.frame.step else {},
        metrics=[(name, short(value)) for name, value in _mine(look).items()],
        derived=_derived(look) | _mine(look),
    )


# ---- the sheet


def _sheet(look: Look[RaceFrame]) -> Panel:
    """The surface, the six ways over it, and at the runner that is told of how the ground bends."""
    params, frame = look.params, look.frame
    x, y = surfaces.window(params.surface, params.x, params.y)
    seen = points.within(frame.at, x, y)
    order = _order(look)
    still: dict[str, Any] = {"opacity": 1, "hoverinfo": "skip"}
    inks = [LAMP if k == _told(look) else f"@c{k + 1}" for k in order]
    dots = points.cloud(seen[order], colour=inks, size=11, **still)
    signs = [points.kind(k)[1] if frame.stopped[k] < 0 else "x" for k in order]
    sizes = [11 + 4 * (k == _told(look)) for k in order]
    dots["marker"] |= {"size": sizes, "symbol": signs, "line": {"color": "@surface", "width": 1.5}}
    begin = points.cloud(np.array([[params.x, params.y]]), colour="@ink", symbol="circle-open", size=9, **still)
    called = [escaped(look.words.choices["told"][name]) for name in METHODS]
    names = [(SIGNS[k], name, f"@c{k + 1}") for k, name in enumerate(called)]  # as the ways are
    traces = [*_ground(look, x, y), begin, *_trails(look, x, y), *_lamp(look, x, y, seen), dots, *_gauge(look, x, y)]
    traces.append(_measure(look, x, y))
    said = look.say("sheet", f=escaped(cut(typed(surfaces.TEXTS.get(params.surface, params.f)), 40)))
    notes = legend(names, room=LEGEND)
    across, up = ({"range": list(side), "nticks": 6, "showgrid": False} for side in (x, y))
    under: list[dict[str, Any]] = [  # a ground for what is written on the map
        {"type": "rect", "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": x[0], "yanchor": y[0],
         "x0": 0, "x1": LEGEND, "y0": 0, "y1": HIGH, "fillcolor": "@surface", "opacity": 0.85, "line": {"width": 0}},
    ]  # fmt: skip
    return Panel(traces, said, x=across, y=up, notes=notes, shapes=under, equal=True)


def _ground(look: Look[RaceFrame], x: tuple[float, float], y: tuple[float, float]) -> list[Trace]:
    """The contour lines, what lies as low as the runner that is told of, and unseen cells that set a new start."""
    params, own = look.params, look.params.f if look.params.surface == "own" else ""
    place = (params.surface, own, params.x, params.y)
    shade = []
    if look.options.shade:
        xs, ys = surfaces.grid(params.surface, params.x, params.y)
        shade = [fields.below(xs, ys, surfaces.sheet(*place), _of(look, "heights"), colour=LAMP)]
    ends = [(max(side[0], -3.0), min(side[1], 3.0)) for side in (x, y)]
    return [_contours(*place), *shade, fields.cells(*ends, template=look.say("hover_start"), click="start")]


@lru_cache(maxsize=8)
def _contours(surface: surfaces.Name, own: str, x: float, y: float) -> Trace:
    xs, ys = surfaces.grid(surface, x, y)
    lines = fields.contours(xs, ys, surfaces.sheet(surface, own, x, y))
    lines["z"].flags.writeable = False  # so a film looks at it once
    return lines


def _trails(look: Look[RaceFrame], x: tuple[float, float], y: tuple[float, float]) -> list[Trace]:
    """The way of each runner, the one that is told of last and broader; its moments can be pointed at, and are doors."""
    told, drawn = _told(look), list[Trace]()
    way = np.concatenate([frame.way for frame in look.frames], 1)  # (6, places, 2)
    for k in _order(look):
        moves = np.flatnonzero(np.append(True, np.any(way[k, 1:] != way[k, :-1], axis=1)))
        how: dict[str, Any] = {"colour": f"@c{k + 1}", "key": METHODS[k], "width": 2 + (k == told)}
        drawn.append(fields.trail(way[k, moves], moves.tolist(), x, y, **how))
    marks = np.full((len(METHODS), look.frame.total, 2), np.nan)
    marks[:, : len(look.frames)] = points.within(np.stack([frame.at for frame in look.frames], 1), x, y).round(4)
    said = _called(tuple(map(look.words.choices["told"].__getitem__, METHODS)), look.params.steps)
    meta = {"index": _moments(look.frame.total).ravel(), "frames": np.tile(np.arange(look.frame.total), len(METHODS))}
    return [*drawn, points.targets(marks.reshape(-1, 2), "moment", ring=11, template="%{customdata}", customdata=said, meta=meta)]


@lru_cache(maxsize=8)
def _moments(total: int) -> np.ndarray:
    """The numbers [6, total] by which each runner's pictures are linked, in the map and in the curves."""
    return np.arange(len(METHODS))[:, None] * MOMENTS + np.arange(total)


@lru_cache(maxsize=8)
def _called(names: tuple[str, ...], steps: int) -> list[str]:
    """What is said of each runner at each picture of a run of so many steps."""
    return [f"{escaped(name)}, {step}" for name in names for step in shown(steps, FRAMES)]


def _lamp(look: Look[RaceFrame], x: tuple[float, float], y: tuple[float, float], seen: np.ndarray) -> list[Trace]:
    """The last step of the runner that is told of, its place, and the Hessian's cross there."""
    frame, told = look.frame, _told(look)
    high = y[1] - y[0]
    first = float(np.abs(look.frames[0].curvatures[told]).max()) or 1.0
    arms = high * np.minimum(ARM * np.sqrt(np.abs(frame.curvatures[told]) / first), MOST)
    arms = arms if _bends_matter(look) else np.full(2, np.nan)
    step = fields.within_reach(np.stack([frame.before[told], frame.at[told]]), x, y)
    return [
        *fields.cross(seen[told], frame.curvatures[told], frame.axes[told], arms, bar=WALL * high),
        curves.line(step[:, 0], step[:, 1], colour=LAMP, width=4, meta={"key": "step", "still": True}),
    ]


def _bends_matter(look: Look[RaceFrame]) -> bool:
    """Whether the cross is drawn: for who is bound by the bend or knows it, and for all where they rest."""
    rests = kind_of(_of(look, "slopes"), *look.frame.curvatures[_told(look)].tolist()) != "slope"
    return rests or look.options.told not in FREE


def _gauge(look: Look[RaceFrame], x: tuple[float, float], y: tuple[float, float]) -> list[Trace]:
    """How far rate · λ is from its limit; nothing where there is none."""
    most = limit(look.options.told, look.params.momentum)
    span = (x[1] - x[0], y[1] - y[0])
    across = (x[0] + GAUGE[0] * span[0], x[0] + GAUGE[1] * span[0])
    up = (y[0] + GAUGE[2] * span[1], y[0] + GAUGE[3] * span[1])
    over = most is not None and _product(look) > most
    parts = fields.gauge(_product(look), most or 1.0, across, up, colour="@bad" if over else LAMP)
    return parts if most is not None else [points.nowhere(part) for part in parts]


def _measure(look: Look[RaceFrame], x: tuple[float, float], y: tuple[float, float]) -> Trace:
    """What the bar says: a trace, since a picture whose layout stays is drawn much faster."""
    most = limit(look.options.told, look.params.momentum)
    text = look.say("gauge", product=short(_product(look)), limit=short(most, 4)) if most else look.say("no_limit")
    font = {"size": 12, "color": "@ink", "shadow": "@halo"}
    at = [x[0] + GAUGE[1] * (x[1] - x[0])], [y[0] + (GAUGE[3] + 0.02) * (y[1] - y[0])]
    return bars.labels(*at, [text], place="top left", meta={"still": True}, textfont=font)


# ---- the courses


def _heights(look: Look[RaceFrame]) -> Panel:
    """How high each stands: by powers of ten where the least height is 0."""
    params, title = look.params, curves.headed(look.words.columns["height"])
    if params.surface in surfaces.FLOOR_AT_ZERO:
        low, high = DEEPEST[params.rates], int(np.ceil(np.log10(look.frames[0].heights[0] + 1e-9)))
        apart = 2 * -(-(high - low) // 10)
        ticks = [power for power in range(high, low - 1, -1) if not power % apart]
        axis = {"range": [low, high], "tickvals": ticks, "ticktext": [f"10{_raised(power)}" if power else "1" for power in ticks]}
        return Panel(_courses(look, "log"), title, x=ACROSS, y=axis, small=True, tall=LOW)
    z = surfaces.sheet(params.surface, params.f if params.surface == "own" else "", params.x, params.y)
    ends = [float(np.nanquantile(z, part)) for part in (0, 1)]
    return Panel(_courses(look, "height"), title, x=ACROSS, y={"range": ends, "nticks": 4}, small=True, tall=LOW)


def _slopes(look: Look[RaceFrame]) -> Panel:
    """How steep the ground is where each stands."""
    above = 0 if look.params.surface in surfaces.FLOOR_AT_ZERO else 2  # without a bottom it gets steeper on the way
    high = int(np.ceil(np.log10(max(look.frames[0].slopes[0], 1e-3)))) + above
    title = curves.headed(look.words.columns["slope"])
    return Panel(_courses(look, "slope"), title, x=ACROSS, y=curves.powers(high - 6, high), small=True)


def _courses(look: Look[RaceFrame], what: str) -> list[Trace]:
    """A curve for each runner, the one that is told of last and broader, with what is to come of it, and the lamp."""
    told, traces = _told(look), []
    for k in _order(look):
        column, mine = f"{what}_{METHODS[k]}", k == told
        ahead, past, now = curves.course(column, colour=f"@c{k + 1}", width=1.6 + mine)
        past["meta"] |= {"column": column, "link": "moment", "index": _moments(look.frame.total)[k], "ring": 11}
        traces += [ahead, past, now] if mine else [past]
    return traces


# ---- what is told


def _told(look: Look[RaceFrame]) -> int:
    return METHODS.index(look.options.told)


def _order(look: Look[RaceFrame]) -> list[int]:
    """All runners, the one that is told of last: it is drawn over the others."""
    return sorted(range(len(METHODS)), key=lambda k: k == _told(look))


def _of(look: Look[RaceFrame], field: str) -> float:
    """A number of the runner that is told of."""
    return float(getattr(look.frame, field)[_told(look)])


def _product(look: Look[RaceFrame]) -> float:
    """rate · λ_max of the runner that is told of."""
    return _of(look, "rates") * float(look.frame.curvatures[_told(look), 1])


def _key(look: Look[RaceFrame]) -> str:
    """Which sentence tells of this step."""
    frame, told = look.frame, _told(look)
    x, y = surfaces.window(look.params.surface, look.params.x, look.params.y)
    most = limit(look.options.told, look.params.momentum)
    if not frame.step:
        return "start" if most else "start_free" if look.options.told in FREE else "start_newton"
    if frame.stopped[told] >= 0:
        return "gone"
    if (found := kind_of(_of(look, "slopes"), *frame.curvatures[told].tolist())) != "slope":
        return found
    if most is not None and _product(look) > most:
        return "long"
    if np.isnan(points.within(frame.at[[told]], x, y)).any():
        return "off"
    if look.options.told == "newton" and frame.shortest:
        return "shortest"
    return "step"


def _facts(look: Look[RaceFrame]) -> dict[str, Any]:
    frame, told, names = look.frame, _told(look), look.words.choices["told"]
    gone = [names[name] for k, name in enumerate(METHODS) if frame.stopped[k] >= 0 and k != told]
    most = limit(look.options.told, look.params.momentum)
    first, second = frame.heights.argsort(kind="stable")[:2].tolist()
    return {
        "runner": curves.headed(names[look.options.told]),
        "x": short(float(frame.at[told, 0])),
        "y": short(float(frame.at[told, 1])),
        "length": short(float(np.hypot(*(frame.at[told] - frame.before[told])))),
        "first": names[METHODS[first]],
        "least": short(float(frame.heights[first])),
        "second": names[METHODS[second]],
        "next": short(float(frame.heights[second])),
        "height": short(_of(look, "heights")),
        "slope": short(_of(look, "slopes")),
        "product": short(_product(look)),
        "limit": "" if most is None else short(most, 4),
        "stopped": int(frame.stopped[told]),
        "more": look.say("others_gone", names=look.say("comma").join(gone)) if gone else "",
    }


def _derived(look: Look[RaceFrame]) -> dict[str, Fact]:
    """What the table has of each runner."""
    frame, out = look.frame, dict[str, Fact]()
    logs = look.params.surface in surfaces.FLOOR_AT_ZERO
    for k, name in enumerate(METHODS):
        height = float(frame.heights[k])
        out[f"height_{name}"] = height
        out[f"log_{name}"] = float(np.log10(height)) if logs and height > 0 else None
        out[f"slope_{name}"] = float(frame.slopes[k])
    return out


def _mine(look: Look[RaceFrame]) -> dict[str, float | None]:
    """The numbers of the runner that is told of."""
    product = _product(look) if limit(look.options.told, look.params.momentum) else None
    return {"height": _of(look, "heights"), "slope": _of(look, "slopes"), "product": product}


def _values(look: Look[RaceFrame]) -> Values:
    """The last step of the runner that is told of."""
    frame, told = look.frame, _told(look)
    rate = _of(look, "rates")
    told_of = {"x": frame.before[told, 0], "y": frame.before[told, 1], "nx": frame.at[told, 0], "ny": frame.at[told, 1]}
    way = (frame.before[told] - frame.at[told]) / rate
    told_of |= {"dx": way[0], "dy": way[1]}
    return {name: (short(float(value)), 0) for name, value in told_of.items()} | {"rate": (short(rate), 0)}


def _raised(power: int) -> str:
    return str(power).translate(RAISED)
