"""Points in the plane on their way, the score as arrows, and what the network has learnt or how far off the points end."""

from typing import Any

import numpy as np

from charts import curves, fields
from charts import points as marks
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number
from charts.panels import Panel, Picture, Trace, blank, corner
from charts.words import wrapped
from engine.generative import samplers, schedules
from engine.generative.diffusion import CloudFrame
from engine.generative.diffusion.plane import standard
from engine.generative.diffusion.score import GRID
from engine.points import Points
from views.generative import parts
from views.look import Fact, Look, Metric, Values, shown

DDIM = formula(
    r"x_{{to}!} = {signal}!\,\hat x_0 + {noise}!\,\hat\varepsilon"
    r" = {signal}! \cdot ({ax}!, {ay}!) + {noise}! \cdot ({ex}!, {ey}!) = ({nx}!!, {ny}!!)"
)
DDPM = formula(
    r"\tilde\mu = {c0}!\,\hat x_0 + {ct}!\,x_t = {c0}! \cdot ({ax}!, {ay}!) + {ct}! \cdot ({xx}!, {xy}!) = ({nx}!!, {ny}!!)"
    r"\qquad \tilde\beta = {beta}!!"
)
LOSS = {
    "eps": formula(
        r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert \varepsilon_b - \hat\varepsilon(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"
    ),
    "x0": formula(r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert x_{0,b} - \hat x_0(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"),
    "v": formula(r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert v_b - \hat v(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"),
}
REACH = 2.9  # of the axes, in deviations of the data
ENDS = (-REACH, REACH)
FEW, GUESSED, DATA = 40, 150, 300  # trails; guessed points; points of the data, about
CELLS = 60  # places across that can be clicked
COLUMN = 26  # letters of a line of a title beside two clouds
BESIDE = 30  # letters of a line of a title where two clouds stand beside each other on a phone
LEFT = 0.05  # of the amplitude that may be left where points begin
ONE = ([(0, 0.44, 0, 1), (0.50, 0.75, 0.43, 1), (0.82, 1, 0.50, 1), (0.53, 1, 0, 0.28)],
       [(0, 1, 0.55, 1), (0, 0.46, 0.28, 0.49), (0.60, 1, 0.30, 0.49), (0.08, 1, 0, 0.18)])  # fmt: skip
TWO = ([(0, 0.37, 0.08, 1), (0.39, 0.76, 0.08, 1), (0.83, 1, 0.58, 1), (0.83, 1, 0.08, 0.36)],
       [(0, 0.49, 0.72, 1), (0.51, 1, 0.72, 1), (0.08, 1, 0.38, 0.62), (0.08, 1, 0, 0.24)])  # fmt: skip


def points(look: Look[CloudFrame]) -> Picture:
    """All points on their way; while the network learns, where they would end."""
    if look.params.score == "exact":
        course = look.history("alpha_bar", x={"nticks": 3}, y={"range": [0, 1.05]})
    else:
        course = look.history("loss")
    hold = 4.0 if len(look.frames) == look.frame.total else 1.5
    return _picture(look, course, "ddim" if look.params.sampler == "both" else look.params.sampler, hold)


def by_calls(look: Look[CloudFrame]) -> Picture:
    """Where both samplers end, with more and more calls."""
    log = {"type": "log", "range": [-0.1, 2.1], "tickvals": [1, 10, 100]}
    title = look.say("distance_panel")
    title = wrapped(title, COLUMN) if len(look.frame.x) == 2 else title  # it has a narrow column then
    course = curves.history(title, "distance", "distance2", across="calls", x=log)
    hold = 4.0 if len(look.frames) == look.frame.total else 6.0 if look.part == "calls" else 1.5
    return _picture(look, course, "ddim", hold)


def _picture(look: Look[CloudFrame], course: Panel, sampler: str, hold: float) -> Picture:
    """`sampler`: whose points are shown where they are of one alone."""
    frame, two = look.frame, len(look.frame.x) == 2
    X, tried = standard(look.data[0]), frame.part == "learn"
    title = "points_there" if frame.part == "calls" or not look.options.arrows else "points_of"
    panels = [_plane(look, 0, X, title, "ddim" if tried else sampler)]  # a network is tried with DDIM
    panels.append(_plane(look, 1, X, "points_plain", "ddpm") if two else _guessed(look, X))
    panels += [parts.schedule(_left(look), look), course]
    mathml, values = _formula(look)
    return look.picture(
        Placed(panels, *(TWO if two else ONE), 800),
        facts=parts.facts(look) | _told(look),
        key=_key(look),
        formula=mathml,
        values=values,
        of="" if tried else "point",
        at=-1 if tried else 0,
        metrics=_metrics(look),
        derived=_time(frame),
        hold=hold,
    )


def place_at(index: int, data: Points) -> dict[str, float]:
    """Where a click on the empty plane is, in the data's own columns."""
    at = np.array(fields.where(index, ENDS, ENDS, shape=(CELLS, CELLS)))
    centre = data.X.mean(0)
    spread = float((data.X - centre).std())
    return {name: float(f"{value:.4g}") for name, value in zip(data.columns, centre + spread * at, strict=True)}


# ---- words and numbers


def _told(look: Look[CloudFrame]) -> dict[str, Any]:
    """What sentences say beside a frame's own numbers."""
    frame, alpha_bars = look.frame, _left(look)
    untaught = "learn_start_held" if look.params.clip else "learn_start"
    learnt = look.say("learn" if frame.step else untaught, loss=number(frame.loss, 3), t=frame.t)
    rest = number(float(np.sqrt(alpha_bars[-1])), 3)
    return {"sigma": number(frame.deviation, 3), "learnt": learnt, "rest": rest, "T": len(alpha_bars)}


def _left(look: Look[CloudFrame]) -> np.ndarray:
    """alpha_bar (T,) of the chosen schedule."""
    return schedules.make(look.params.schedule, look.params.timesteps).alpha_bar


def _key(look: Look[CloudFrame]) -> str:
    """Which sentence a whole step has; a part says it itself."""
    frame = look.frame
    if frame.part:
        return ""
    if frame.t < 0:
        return "end_both" if np.isfinite(frame.distance2) else "end"
    if frame.t == look.params.timesteps - 1 and np.sqrt(frame.alpha_bar) > LEFT:
        return "left"
    return "step_noise" if frame.deviation else "step"


def _time(frame: CloudFrame) -> dict[str, Fact]:
    """Which time the points have: none of their own while the network is tried, or at the end of a way."""
    if frame.part in ("learn", "calls"):
        return {"t": None, "alpha_bar": None, "snr": None}
    return {"t": frame.t if frame.t >= 0 else None}


def _metrics(look: Look[CloudFrame]) -> list[Metric]:
    """How far the points end from the data, and what led there: what is left of them, or the loss last computed."""
    if look.scene == "by_calls":
        return ["distance", "distance2", "chance"]
    course: Metric = parts.left(look.frame)
    if look.params.score != "exact":
        losses = (frame.loss for frame in reversed(look.frames) if np.isfinite(frame.loss))
        course = "loss", shown(next(losses, None))
    return [course, *(("distance", "distance2") if look.params.sampler == "both" else ("calls", "distance"))]


def _formula(look: Look[CloudFrame]) -> tuple[str, Values]:
    """The loss; or the step of every point, by the first sampler."""
    frame = look.frame
    if frame.part in ("learn", "batch"):
        return (LOSS[look.params.predicts], {"loss": (frame.loss, 4)}) if np.isfinite(frame.loss) else ("", {})
    if frame.t < 0:
        return "", {}
    a, p, s = frame.alpha_bar, frame.alpha_bar_prev, frame.deviation
    x, x0, eps = (array[0].astype(float) for array in (frame.x, frame.x0, frame.eps))
    if frame.part:  # inside a step x has moved on: what it was before follows from both guesses
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * eps
    values: dict[str, tuple[Any, int]] = {"to": (max(frame.prev, 0), 0), **_pair("a", x0)}
    if look.params.sampler == "ddpm":
        of_x0, of_x, beta = samplers.posterior(a, p)
        values |= {"c0": (of_x0, 3), "ct": (of_x, 3), "beta": (beta, 4)}
        return DDPM, values | _pair("x", x) | _pair("n", of_x0 * x0 + of_x * x)
    signal, noise = float(np.sqrt(p)), float(np.sqrt(max(1 - p - s * s, 0.0)))
    values |= {"signal": (signal, 3), "noise": (noise, 3)}
    return DDIM, values | _pair("e", eps) | _pair("n", signal * x0 + noise * eps)


def _pair(name: str, places: np.ndarray) -> dict[str, tuple[np.ndarray, int]]:
    """Both coordinates of places (n, 2), as the formula calls them."""
    return {name + "x": (places[:, 0].round(2), 2), name + "y": (places[:, 1].round(2), 2)}


# ---- panels


def _plane(look: Look[CloudFrame], k: int, X: np.ndarray, title: str, sampler: str) -> Panel:
    """The data pale, the points of one sampler on their way, the score as arrows."""
    frame, options = look.frame, look.options
    colour, symbol, _ = marks.kind(0 if k == 0 else 2)
    traces: list[Trace] = [marks.dots(X[:: max(1, len(X) // DATA)], (0.028, 0.028), colour="@ghost")]
    if options.arrows and k == 0 and frame.part != "calls":
        traces.append(_arrows(frame.field))
    if options.trails and frame.part == "" and sum(one.part == "" for one in look.frames) > 1:
        past = [one.x[k][:FEW] for one in look.frames if one.part == ""]
        traces.append(fields.trails([np.clip(x, -1.3 * REACH, 1.3 * REACH) for x in past], colour=colour))
    x = _seen(frame.x[k])
    traces.append(_dots(look, x, colour, symbol))
    if options.click == "add" and k == 0:
        traces.append(fields.cells(ENDS, ENDS, template=look.say("hover_add"), shape=(CELLS, CELLS)))
    elif options.click == "remove" and k == 0:
        traces.append(marks.targets(X, "datum", ring=12, template=look.say("hover_remove"), meta={"click": "datum"}))
    axis = {"range": list(ENDS), "tickvals": [-2, 0, 2], "showgrid": False}
    gone = int(np.isnan(x[:, 0]).sum())
    notes = [corner(look.say("outside", n=gone, all=len(x)), 0, "@ink2")] if gone else []
    named = look.say(title, sampler=look.words.choices["sampler"][sampler])
    named = wrapped(named, BESIDE) if len(frame.x) == 2 else named
    return Panel(traces, named, notes=notes, x=axis, y=axis, equal=True)


def _dots(look: Look[CloudFrame], x: np.ndarray, colour: Any, symbol: str) -> Trace:
    """The points; those of a batch in the colours of their times."""
    frame = look.frame
    dots = marks.cloud(x, colour=colour, symbol=symbol, size=5, opacity=0.8)
    if look.options.click == "nothing":
        dots |= {"hovertemplate": look.say("hover_point") + "<extra></extra>", "meta": {"link": "point", "ring": 12}}
    else:
        dots |= {"hoverinfo": "skip"}
    if frame.part != "batch":
        return dots | {"customdata": list(range(1, len(x) + 1))}
    times = frame.times.astype(float)
    dots["marker"] |= {"color": times, "colorscale": "@sequential", "cmin": 0, "cmax": look.params.timesteps - 1, "opacity": 0.95}
    return dots | {"customdata": frame.times.tolist(), "hovertemplate": "t = %{customdata}<extra></extra>"}


def _seen(x: np.ndarray) -> np.ndarray:
    """Points (n, 2), NaN those outside the picture."""
    return np.where((np.abs(x) > REACH).any(-1, keepdims=True), np.nan, x)


def _arrows(field: np.ndarray) -> Trace:
    """The score at every place of the grid: the way it points, longer where it is steeper, in one path."""
    places = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    vectors = field.reshape(-1, 2).astype(float)
    size = np.linalg.norm(vectors, axis=1, keepdims=True)
    step = float(GRID[1] - GRID[0])
    return fields.arrows(places, vectors / np.maximum(size, 1e-9) * 0.85 * step * np.minimum(1, np.sqrt(size / 6)))


def _guessed(look: Look[CloudFrame], X: np.ndarray) -> Panel:
    """Where the points seem to come from."""
    told: Trace = {"meta": {"link": "point", "ring": 10}, "hovertemplate": look.say("hover_guess") + "<extra></extra>"}
    traces = [
        marks.dots(X[:: max(1, len(X) // DATA)], (0.03, 0.03), colour="@ghost"),
        marks.cloud(_seen(look.frame.x0[0][:GUESSED]), colour="@c1", size=4, opacity=0.8, **told),
    ]
    axis = blank(range=list(ENDS))
    return Panel(traces, look.say("guessed_points"), x=axis, y=axis, equal=True)
