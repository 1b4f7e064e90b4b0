"""Diffusion in the plane: points on their way, the score as arrows, and what the network has learnt or how far the ends are
off."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts import curves, points
from charts.formula import formula
from charts.numbers import number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, corner, note
from engine.data import Points
from engine.generative import clouds, samplers, schedules
from engine.generative.clouds import GRID, CloudFrame
from engine.generative.diffusion import Params
from views import Words, sentences

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
ALPHA = formula(r"\bar\alpha_t")
REACH = 2.9  # of the axes, in deviations of the data
FEW, GUESSED = 40, 150  # trails; guessed points
CELLS = 60  # places across that can be clicked
WIDE: list[Box] = [(0, 0.44, 0, 1), (0.50, 0.75, 0.43, 1), (0.82, 1, 0.50, 1), (0.53, 1, 0, 0.28)]
WIDE_TWO: list[Box] = [(0, 0.37, 0.08, 1), (0.39, 0.76, 0.08, 1), (0.83, 1, 0.56, 1), (0.83, 1, 0.08, 0.40)]
NARROW: list[Box] = [(0, 1, 0.55, 1), (0, 0.46, 0.28, 0.49), (0.60, 1, 0.30, 0.49), (0.08, 1, 0, 0.18)]
NARROW_TWO: list[Box] = [(0, 0.49, 0.72, 1), (0.51, 1, 0.72, 1), (0.08, 1, 0.38, 0.62), (0.08, 1, 0, 0.24)]


def place_at(index: int, data: Points) -> dict[str, float]:
    """Where a click on the empty plane is, in the data's own columns."""
    row, column = divmod(index, CELLS)
    at = -REACH + 2 * REACH * (np.array([column, row % CELLS]) + 0.5) / CELLS
    centre = data.X.mean(0)
    spread = float((data.X - centre).std())
    return {name: float(f"{value:.4g}") for name, value in zip(data.columns, centre + spread * at, strict=True)}


def draw(frames: Sequence[Any], i: int, params: Params, data: Points, options: Any, words: Words) -> Picture:
    """The picture of frame i."""
    frame: CloudFrame = frames[i]
    X = clouds.standard(data)
    two = len(frame.x) == 2
    alone = "ddim" if frame.part == "learn" or params.sampler == "both" else params.sampler  # a network is tried with DDIM
    names = ("ddim", "ddpm") if two else (alone,)
    panels = [
        _plane(frames, i, k, X, params, options, words, words(title, sampler=words(name)))
        for k, (name, title) in enumerate(zip(names, ("points_of", "points_plain"), strict=False))
    ]
    if not two:
        panels.append(_guessed(frame, X, words))
    panels += [_schedule(frame, params, words), _course(frame, params, words, two)]
    said = _said(frame, params, words)
    mathml, values = _formula(frame, params)
    last = i + 1 == frame.total
    return Picture(
        **compose(panels, WIDE_TWO if two else WIDE, NARROW_TWO if two else NARROW, height=800),
        phase=_phase(frame, words),
        said=said,
        alt=said + " " + words("alt_points", signal=number(float(np.sqrt(frame.alpha_bar)), 2)),
        numbers=numbers(frame),
        formula=mathml,
        values=values,
        of="point" if frame.part != "learn" else "",
        at=0 if frame.part != "learn" else -1,
        metrics=_metrics(frame, words),
        mark=frame.part in ("", "learn", "calls"),
        hold=4.0 if last else 6.0 if frame.part == "calls" else 1.5,
    )


def numbers(frame: CloudFrame) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    known = {key: value if np.isfinite(value) else None for key, value in _figures(frame).items()}
    walking = frame.part in ("", "mean", "noise", "batch")
    return {
        "step": frame.step,
        "part": frame.part,
        "t": frame.t if walking and frame.t >= 0 else None,
        "alpha_bar": frame.alpha_bar if walking else None,
        "snr": frame.alpha_bar / (1 - frame.alpha_bar) if walking and frame.alpha_bar < 1 else None,
        "calls": frame.calls,
        **known,
    }


def _figures(frame: CloudFrame) -> dict[str, float]:
    return {"loss": frame.loss, "distance": frame.distance, "distance2": frame.distance2, "chance": frame.chance}


def _plane(frames: Sequence[Any], i: int, k: int, X: np.ndarray, params: Params, options: Any, words: Words, title: str) -> Panel:
    """The data pale, the points of one sampler on their way, the score as arrows."""
    frame: CloudFrame = frames[i]
    colour, symbol, _ = points.kind(0 if k == 0 else 2)
    traces: list[Trace] = [points.dots(X[:: max(1, len(X) // 300)], (0.028, 0.028), colour="@ghost")]
    if options.arrows and k == 0 and frame.part != "calls":
        traces.append(_arrows(frame.field))
    if options.trails and frame.part == "":
        traces += _trails(frames, i, k, colour)
    x = _seen(frame.x[k])
    shade: Any = colour
    told = {"hovertemplate": words("hover_point") + "<extra></extra>", "customdata": list(range(1, len(x) + 1))}
    dots = points.cloud(x, colour=shade, symbol=symbol, size=5, opacity=0.8, **told)
    if options.click == "nothing":
        dots |= {"meta": {"link": "point", "ring": 12}}
    else:
        dots |= {"hoverinfo": "skip"}
        dots.pop("hovertemplate")
    if frame.part == "batch":
        dots["marker"] |= {
            "color": frame.times.astype(float),
            "colorscale": "@sequential",
            "cmin": 0,
            "cmax": params.timesteps - 1,
            "opacity": 0.95,
        }
        dots |= {"customdata": frame.times.tolist(), "hovertemplate": "t = %{customdata}<extra></extra>"}
    traces.append(dots)
    if options.click == "add" and k == 0:
        traces.append(_places(words))
    elif options.click == "remove" and k == 0:
        traces.append(points.targets(X, "datum", ring=12, template=words("hover_remove"), meta={"click": "datum"}))
    axis = {"range": [-REACH, REACH], "tickvals": [-2, 0, 2], "showgrid": False}
    gone = int(np.isnan(x[:, 0]).sum())
    notes = [corner(words("outside", n=gone, all=len(x)), 0, "@ink2")] if gone else []
    return Panel(traces, title, notes=notes, x=axis, y=axis, equal=True)


def _seen(x: np.ndarray) -> np.ndarray:
    """Points (n, 2), NaN those outside the picture."""
    return np.where((np.abs(x) > REACH).any(-1, keepdims=True), np.nan, x)


def _arrows(field: np.ndarray) -> Trace:
    """The score at every place of the grid: the way it points, longer where it is steeper, in one path."""
    places = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
    vectors = field.reshape(-1, 2).astype(float)
    size = np.linalg.norm(vectors, axis=1, keepdims=True)
    step = float(GRID[1] - GRID[0])
    reach = vectors / np.maximum(size, 1e-9) * 0.85 * step * np.minimum(1, np.sqrt(size / 6))
    tip, side = places + reach, np.stack([-reach[:, 1], reach[:, 0]], -1)
    barbs = [tip - 0.35 * reach + 0.22 * side, tip, tip - 0.35 * reach - 0.22 * side]
    gap = np.full((len(places), 1, 2), np.nan)
    paths = np.concatenate([np.stack([places, tip, *barbs], axis=1), gap], axis=1).reshape(-1, 2)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": paths[:, 0].round(3),
        "y": paths[:, 1].round(3),
        "line": {"color": "@ink3", "width": 1},
        "opacity": 0.6,
        "hoverinfo": "skip",
    }


def _trails(frames: Sequence[Any], i: int, k: int, colour: str) -> list[Trace]:
    """The ways of some points, as far as they have come."""
    past = [one.x[k][:FEW] for one in frames[: i + 1] if one.part == ""]
    if len(past) < 2:
        return []
    ways = np.clip(np.stack(past, axis=1), -1.3 * REACH, 1.3 * REACH)  # (few, steps, 2)
    paths = np.concatenate([ways, np.full((len(ways), 1, 2), np.nan)], axis=1).reshape(-1, 2)
    return [curves.line(paths[:, 0].round(3), paths[:, 1].round(3), colour=colour, width=0.8) | {"opacity": 0.4}]


def _places(words: Words) -> Trace:
    at = -REACH + 2 * REACH * (np.arange(CELLS) + 0.5) / CELLS
    return {
        "type": "heatmap",
        "x": at,
        "y": at,
        "z": np.zeros((CELLS, CELLS), dtype=np.uint8),
        "colorscale": [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
        "showscale": False,
        "meta": {"link": "place", "click": "place", "ring": 9},
        "hovertemplate": words("hover_add") + "<extra></extra>",
    }


def _guessed(frame: CloudFrame, X: np.ndarray, words: Words) -> Panel:
    """Where the points seem to come from."""
    x0 = _seen(frame.x0[0][:GUESSED])
    traces: list[Trace] = [
        points.dots(X[:: max(1, len(X) // 300)], (0.03, 0.03), colour="@ghost"),
        points.cloud(x0, colour="@c1", size=4, opacity=0.8)
        | {"meta": {"link": "point", "ring": 10}, "hovertemplate": words("hover_guess") + "<extra></extra>"},
    ]
    axis = blank(range=[-REACH, REACH])
    return Panel(traces, words("guessed_points"), x=axis, y=axis, equal=True)


def _schedule(frame: CloudFrame, params: Params, words: Words) -> Panel:
    alpha_bar = schedules.make(params.schedule, params.timesteps).alpha_bar
    return schedule_panel(alpha_bar, frame.t, words)


def schedule_panel(alpha_bar: np.ndarray, t: int, words: Words) -> Panel:
    """How much of picture and noise is in x_t, with the lamp on now."""
    T = len(alpha_bar)
    some = np.unique(np.round(np.linspace(0, T - 1, 60)).astype(int))
    signal, noise = np.sqrt(alpha_bar[some]), np.sqrt(1 - alpha_bar[some])
    now = float(alpha_bar[t]) if t >= 0 else 1.0
    marks = {"x": [t, t], "y": [np.sqrt(now), np.sqrt(1 - now)]}
    traces: list[Trace] = [
        curves.line(np.append(-1, some), np.append(1.0, signal), colour="@ink"),
        curves.line(np.append(-1, some), np.append(0.0, noise), colour="@ink3", dash="dot"),
        curves.line(np.array([t, t]), np.array([0.0, 1.0]), colour="@accent", width=1),
        {
            "type": "scatter",
            "mode": "markers",
            **marks,
            "marker": {"color": "@accent", "size": 8},
            "hoverinfo": "skip",
            "cliponaxis": False,
        },
    ]
    small = {"font": {"size": 11, "color": "@ink3"}}
    notes = [
        note(words("signal"), x=-1, y=1.02, xanchor="right", yanchor="bottom", **small),
        note(words("noise"), x=T, y=1.02, xanchor="left", yanchor="bottom", **small),
    ]
    axis = {"range": [T * 1.02, -T * 0.03 - 1], "nticks": 3, "showgrid": False}
    return Panel(traces, words("schedule_panel"), notes=notes, x=axis, y={"range": [0, 1.22], "tickvals": [0.5, 1]})


def _course(frame: CloudFrame, params: Params, words: Words, two: bool) -> Panel:
    """The loss while it learns, the distance by calls, or how far the signal has risen."""
    if params.by_calls:
        lines = [*curves.course("distance", across="calls"), *curves.course("distance2", across="calls", dash="dot")]
        return Panel(
            lines,
            words("distance_panel"),
            x={"type": "log", "range": [-0.1, 2.1], "tickvals": [1, 10, 100], "showgrid": False},
            y={"nticks": 3},
            series=["distance", "distance2"],
        )
    if params.score == "exact":
        return Panel(
            curves.course("alpha_bar"),
            words("alpha_panel"),
            x={"nticks": 3, "showgrid": False},
            y={"range": [0, 1.05], "nticks": 3},
        )
    return Panel(curves.course("loss"), words("loss_panel"), x={"nticks": 4, "showgrid": False}, y={"nticks": 3}, series=["loss"])


def _formula(frame: CloudFrame, params: Params) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    if frame.part in ("learn", "batch"):
        return (LOSS[params.predicts], {"loss": (frame.loss, 4)}) if np.isfinite(frame.loss) else ("", {})
    if frame.t < 0:
        return "", {}
    a, p, s = frame.alpha_bar, frame.alpha_bar_prev, frame.deviation
    x, x0, eps = (array[0].astype(float) for array in (frame.x, frame.x0, frame.eps))
    if frame.part:
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * eps
    values: dict[str, tuple[Any, int]] = {
        "ax": (x0[:, 0].round(2), 2),
        "ay": (x0[:, 1].round(2), 2),
        "to": (max(frame.prev, 0), 0),
    }
    if params.sampler == "ddpm":
        of_x0, of_x, beta = samplers.posterior(a, p)
        mean = of_x0 * x0 + of_x * x
        values |= {"c0": (of_x0, 3), "ct": (of_x, 3), "xx": (x[:, 0].round(2), 2), "xy": (x[:, 1].round(2), 2), "beta": (beta, 4)}
        return DDPM, values | {"nx": (mean[:, 0].round(2), 2), "ny": (mean[:, 1].round(2), 2)}
    signal, noise = float(np.sqrt(p)), float(np.sqrt(max(1 - p - s * s, 0.0)))
    after = signal * x0 + noise * eps
    values |= {"signal": (signal, 3), "noise": (noise, 3), "ex": (eps[:, 0].round(2), 2), "ey": (eps[:, 1].round(2), 2)}
    return DDIM, values | {"nx": (after[:, 0].round(2), 2), "ny": (after[:, 1].round(2), 2)}


def _phase(frame: CloudFrame, words: Words) -> str:
    if frame.part == "learn":
        return words("phase_learn", step=frame.step)
    if frame.part == "batch":
        return words("phase_batch", step=frame.step)
    if frame.part == "calls":
        return words("phase_calls", calls=frame.calls)
    if frame.part:
        return words(f"phase_{frame.part}", t=frame.t)
    return words("phase_end") if frame.t < 0 else words("phase", t=frame.t)


def _said(frame: CloudFrame, params: Params, words: Words) -> str:
    prev = words("the_end") if frame.prev < 0 else f"t = {frame.prev}"
    facts = {"prev": prev, "calls": frame.calls, "sigma": number(frame.deviation, 3), "step": frame.step}
    facts |= {key: number(value, 3) for key, value in _figures(frame).items()} | {"t": frame.t}
    if frame.part == "learn":
        start = "learn_start_held" if params.clip else "learn_start"
        return sentences(words("learn" if frame.step else start, **facts), words("arrows_at", **facts))
    if frame.part == "calls":
        return words("by_calls", **facts)
    if frame.part == "batch":
        return words("batch", **facts)
    if frame.part:
        return words(f"said_{frame.part}", **facts)
    if frame.t < 0:
        return words("end_points_both" if np.isfinite(frame.distance2) else "end_points", **facts)
    left = float(np.sqrt(schedules.make(params.schedule, params.timesteps).alpha_bar[-1]))
    if frame.t == params.timesteps - 1 and left > 0.05:
        return words("points_left", rest=number(left, 3), T=params.timesteps)
    return words("step_points" if not frame.deviation else "step_points_noise", **facts)


def _metrics(frame: CloudFrame, words: Words) -> list[tuple[str, str]]:
    if frame.part == "calls":
        return [
            ("DDIM", number(frame.distance, 3)),
            ("DDPM", number(frame.distance2, 3)),
            (words("chance"), f"± {number(frame.chance, 3)}"),
        ]
    if frame.part in ("learn", "batch"):
        return [(words("loss"), number(frame.loss, 3))] if np.isfinite(frame.loss) else []
    if frame.t < 0:
        return [
            (words("distance"), number(frame.distance, 3)),
            (words("chance"), f"± {number(frame.chance, 3)}"),
            (words("calls"), str(frame.calls)),
        ]
    return [
        (ALPHA, number(frame.alpha_bar, 4) if frame.alpha_bar > 5e-5 else short(frame.alpha_bar, 2)),
        (words("calls"), str(frame.calls)),
    ]
