"""Points in the plane on their way, one of them followed; where they seem to come from; what was learnt, how far off they end."""

from typing import Any

import numpy as np

from charts import curves, fields
from charts import points as marks
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number
from charts.panels import Panel, Picture, Trace, bare, corner
from engine.generative import schedules
from engine.generative.diffusion import CloudFrame
from engine.generative.diffusion.plane import standard
from engine.generative.diffusion.score import GRID
from engine.points import Points
from views.generative import parts
from views.look import Look, Metric, shown

DDIM = formula(
    r"x_{{to}!} = {signal}!\,\hat x_0 + {noise}!\,\hat\varepsilon"
    r" = {signal}! \cdot ({x0x}!, {x0y}!) + {noise}! \cdot ({epsx}!, {epsy}!) = ({nextx}!!, {nexty}!!)"
)
DDPM = formula(
    r"\tilde\mu = {c0}!\,\hat x_0 + {ct}!\,x_t = {c0}! \cdot ({x0x}!, {x0y}!) + {ct}! \cdot ({xx}!, {xy}!)"
    r" = ({nextx}!!, {nexty}!!) \qquad \tilde\beta = {beta}!!"
)
LOSS = {
    "eps": formula(
        r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert \varepsilon_b - \hat\varepsilon(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"
    ),
    "x0": formula(r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert x_{0,b} - \hat x_0(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"),
    "v": formula(r"L = \frac{1}{B}\sum_b w_{t_b}\,\lVert v_b - \hat v(x_{t_b}, t_b) \rVert^2 / 2 = {loss}!!"),
}
ACROSS, UP = (-2.9, 2.9), (-2.6, 2.6)  # the axes, in deviations of the data
FEW, GUESSED, DATA = 40, 150, 300  # trails; points that are guessed, or of each of two samplers; points of the data, about
NO_TIME = "t", "alpha_bar", "snr"  # while the network is tried, or at the end of a way
CELLS = 60  # places across that can be clicked
STEEP = 6.0  # a score whose arrow is a cell long


def points(look: Look[CloudFrame]) -> Picture:
    """All points on their way; while the network learns, where they would end."""
    course = parts.schedule(_left(look), look) if look.params.score == "exact" else look.history("loss")
    return _picture(look, [_guessed(look), course], 1.5)


def by_calls(look: Look[CloudFrame]) -> Picture:
    """Where both samplers end, with more and more calls."""
    log = {"type": "log", "range": [-0.1, 2.1], "tickvals": [1, 10, 100]}
    course = curves.history(look.say("distance_panel"), "distance", "distance2", across="calls", x=log)
    others = [course, look.history("loss")] if look.params.score != "exact" else [course]
    return _picture(look, others, 6.0 if look.part == "calls" else 1.5)


def _picture(look: Look[CloudFrame], others: list[Panel], hold: float) -> Picture:
    frame, alpha_bars = look.frame, _left(look)
    untaught = "learn_start_held" if look.params.clip else "learn_start"
    learnt = look.say("learn" if frame.step else untaught, loss=number(frame.loss, 3), t=frame.t)
    rest = number(float(np.sqrt(alpha_bars[-1])), 3)
    told = {"sigma": number(frame.deviation, 3), "learnt": learnt, "rest": rest, "T": len(alpha_bars)}
    return look.picture(
        columns(_plane(look), rows(*others, shares=[1] * len(others))),
        facts=parts.facts(look) | told,
        key=_key(look),
        metrics=_metrics(look),
        derived={"t": frame.t if frame.t >= 0 else None} if frame.part not in ("learn", "calls") else dict.fromkeys(NO_TIME),
        hold=4.0 if len(look.frames) == frame.total else hold,
        **_formula(look),
    )


def place_at(index: int, data: Points) -> dict[str, float]:
    """Where a click on the empty plane is, in the data's own columns."""
    at = np.array(fields.where(index, ACROSS, UP, shape=(CELLS, CELLS)))
    centre = data.X.mean(0)
    spread = float((data.X - centre).std())
    return {name: float(f"{value:.4g}") for name, value in zip(data.columns, centre + spread * at, strict=True)}


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
    if frame.t == look.params.timesteps - 1 and np.sqrt(frame.alpha_bar) > parts.LEFT:
        return "left"
    return "step_noise" if frame.deviation else "step"


def _metrics(look: Look[CloudFrame]) -> list[Metric]:
    """How far the points end from the data, and what led there: what is left of them, or the loss last computed."""
    if look.scene == "by_calls":
        return ["distance", "distance2", "chance"]
    course: Metric = parts.left(look.frame)
    if look.params.score != "exact":
        losses = (frame.loss for frame in reversed(look.frames) if np.isfinite(frame.loss))
        course = "loss", shown(next(losses, None))
    return [course, *(("distance", "distance2") if look.params.sampler == "both" else ("calls", "distance"))]


def _formula(look: Look[CloudFrame]) -> dict[str, Any]:
    """The loss; or the step of every point, by the first sampler."""
    frame, at = look.frame, {"of": "point", "at": _lit(look)}
    if frame.part in ("learn", "batch"):
        loss = {"formula": LOSS[look.params.predicts], "values": {"loss": (frame.loss, 4)}} if np.isfinite(frame.loss) else {}
        return loss | (at if frame.part == "batch" else {})
    if frame.t < 0:
        return at
    shares, places = parts.step(frame, look.params.sampler, 3)
    pairs = {name + axis: (one[:, k].round(2), 2) for name, one in places.items() for k, axis in enumerate("xy")}
    return {"formula": DDPM if look.params.sampler == "ddpm" else DDIM, "values": {**shares, **pairs}, **at}


def _plane(look: Look[CloudFrame]) -> Panel:
    """The data pale, the points of one sampler or two on their way, the score as arrows, and one point in the lamp's colour."""
    frame, options, two = look.frame, look.options, len(look.frame.x) == 2
    X, clicks = standard(look.data[0]), list[Trace]()
    traces: list[Trace] = [marks.dots(X[:: max(1, len(X) // DATA)], (0.028, 0.028), colour="@ghost")]
    if options.arrows:
        traces.append(fields.flow(GRID, GRID, frame.field * (frame.t >= 0), full=STEEP, width=0.8, opacity=0.35))
    past = [one for one in look.frames if one.part == frame.part]
    if options.trails and frame.part == "":
        traces.append(fields.trails([one.x[0][:FEW] for one in past], colour="@c1", width=0.7, opacity=0.22))
    traces += [_dots(look, k) for k in range(len(frame.x))]
    if options.click == "add":
        clicks = [fields.cells(ACROSS, UP, template=look.say("hover_add"), shape=(CELLS, CELLS))]
    elif options.click == "remove":
        clicks = [marks.targets(X, "datum", ring=12, template=look.say("hover_remove"), meta={"click": "datum"})]
    gone = int(np.isnan(marks.within(frame.x[0], ACROSS, UP)[:, 0]).sum())
    notes = [corner(look.say("outside", n=gone, all=len(frame.x[0])), 0, "@ink2")] if gone else []
    sampler = "ddim" if frame.part == "learn" or two else look.params.sampler  # a network is tried with DDIM
    there = frame.t < 0 or frame.part == "learn" or not options.arrows
    told = "points_two" if two else "points_there" if there else "points_of"
    title = look.say(told, sampler=look.words.choices["sampler"]["ddim" if sampler == "both" else sampler])
    lit, compared = _lit(look), 1 if frame.part == "calls" else len(frame.x)  # where ends are compared it is DDIM's
    past = [] if frame.part == "batch" else past[-2:] if frame.part == "learn" else past
    ways = [np.array([one.x[k][lit] for one in past]).reshape(-1, 2) for k in range(compared)]
    followed = fields.followed(ways, frame.x[:compared, lit], frame.x0[:compared, lit])
    return bare([*traces, *followed, *clicks], title, ACROSS, UP, notes=notes, equal=True)


def _lit(look: Look[CloudFrame]) -> int:
    """The point that is followed: of those that begin in sight the one that has farthest to go."""
    far = np.linalg.norm(look.frames[0].x[0], axis=1)
    return int(np.where(far < 0.9 * UP[1], far, 0).argmax())


def _dots(look: Look[CloudFrame], k: int) -> Trace:
    """The points of one sampler; those of a batch in the colours of their times."""
    frame, batch = look.frame, look.frame.part == "batch"
    x = marks.within(frame.x[k] if len(frame.x) == 1 else frame.x[k][:GUESSED], ACROSS, UP)
    colour, symbol, _ = marks.kind(0 if k == 0 else 2)
    by_time = {"color": frame.times * 1.0, "colorscale": "@sequential", "cmin": 0, "cmax": look.params.timesteps - 1}
    known = {"customdata": frame.times.tolist() if batch else list(range(1, len(x) + 1)), "marker": by_time if batch else {}}
    hover = ("t = %{customdata}" if batch else look.say("hover_point")) + "<extra></extra>"
    door = {"hovertemplate": hover, "meta": {"link": "point", "ring": 12}}
    how: dict[str, Any] = known | (door if look.options.click == "nothing" else {"hoverinfo": "skip"})
    return marks.cloud(x, colour=colour, symbol=symbol, size=4.5, opacity=0.7, **how)


def _guessed(look: Look[CloudFrame]) -> Panel:
    """Where the points seem to come from."""
    X = standard(look.data[0])
    told: Trace = {"meta": {"link": "point", "ring": 10}, "hovertemplate": look.say("hover_guess") + "<extra></extra>"}
    traces = [
        marks.dots(X[:: max(1, len(X) // DATA)], (0.03, 0.03), colour="@ghost"),
        marks.cloud(marks.within(look.frame.x0[0][:GUESSED], ACROSS, UP), colour="@c1", size=4, opacity=0.7, **told),
    ]
    return bare(traces, look.say("guessed_points"), ACROSS, UP, equal=True)
