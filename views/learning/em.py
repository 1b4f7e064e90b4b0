"""Expectation maximisation: what is assigned to whom, the bound that touches the likelihood, and how far each step climbs."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

import engine.params
from charts import curves, points
from charts.formula import formula, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from engine.data import Points
from engine.learning.em import MAP, CoinsFrame, EmFrame, MixtureFrame, Params
from views import Words, column_name

ASSIGN = formula(r"r_A = \frac{{pa}!}{{pa}! + {pb}!} = {r}!! \qquad r_A \cdot {heads}! = {ah}!")
TALLY = formula(r"\theta_A = \frac{{ah}!}{{ah}! + {at}!} = {a}!! \qquad \theta_B = \frac{{bh}!}{{bh}! + {bt}!} = {b}!!")
SHARE = formula(
    r"r_{{k}!} = \frac{\pi_{{k}!}\,N(x \mid \mu_{{k}!}, \Sigma_{{k}!})}{\sum_j \pi_j\,N(x \mid \mu_j, \Sigma_j)} = {r}!!"
)
MOVE = formula(r"\mu_{{k}!} = \frac{1}{{size}!} \sum_i r_{i{k}!}\,x_i = ({mx}!,\ {my}!) \qquad \pi_{{k}!} = {weight}!!")
SETS = 12  # rows of the coin table shown
GRID = (60, 80)  # rows and columns of places that can be clicked
REST = 1e-9  # what changes less does not change
CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 49)), np.sin(np.linspace(0, 2 * np.pi, 49))], -1)
WIDE: list[Box] = [(0, 0.46, 0, 1), (0.55, 1, 0.42, 1), (0.55, 0.75, 0, 0.27), (0.80, 1, 0, 0.27)]
NARROW: list[Box] = [(0, 1, 0.66, 1), (0.06, 1, 0.27, 0.60), (0.06, 0.46, 0, 0.18), (0.58, 1, 0, 0.18)]
WIDE_CLOUD: list[Box] = [(0, 0.60, 0, 1), (0.68, 1, 0.60, 1), (0.68, 1, 0.31, 0.48), (0.68, 1, 0, 0.17)]
NARROW_CLOUD: list[Box] = [(0.06, 1, 0.52, 1), (0.06, 1, 0.27, 0.44), (0.06, 0.46, 0, 0.17), (0.58, 1, 0, 0.17)]


class Options(engine.params.Options):
    click: Literal["nothing", "add", "remove"] = "nothing"  # what a click on the cloud does
    across: str = ""  # the horizontal axis of the cloud: a column; "" the first
    up: str = ""


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data."""
    names = {"": words("automatic")} | {column: column_name(column, words) for column in data.columns[:20]}
    return {"across": names, "up": names}


def start_at(index: int) -> tuple[float, float]:
    """The start (θ_A, θ_B) that a click on the likelihood's map means."""
    row, col = divmod(index, len(MAP))
    return round(float(MAP[col]), 2), round(float(MAP[row % len(MAP)]), 2)


def place_at(index: int, data: Points, options: Options) -> dict[str, float]:
    """Where a click on the empty cloud is, as values of its columns."""
    j, h = _axes(data, options)
    (low, high), (row, col) = _reach(data.X[:, [j, h]]), divmod(index, GRID[1])
    at = low + (high - low) * (np.array([col, row % GRID[0]]) + 0.5) / np.array(GRID[::-1])
    return {data.columns[k]: float(f"{value:.4g}") for k, value in zip((h, j), at[::-1], strict=True)}


def draw(frames: Sequence[EmFrame], i: int, params: Params, data: tuple[Points, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if isinstance(frame, CoinsFrame):
        panels = [_table(frame, data[0], words), _plane(frames[: i + 1], words), _line(frame, words), _course("loglik", words)]
        boxes, mathml, values, of, at = (WIDE, NARROW), *_coin_formula(frame, data[0])
    else:
        assert isinstance(frame, MixtureFrame)
        more = ["bic", "aic"] if params.by_k else ["loglik", "gap"]
        across = "k" if params.by_k else "step"
        panels = [_cloud(frame, data[0], options, words), _weights(frame, words) if params.by_k else _line(frame, words)]
        panels += [_course(column, words, across) for column in more]
        boxes, mathml, values, of, at = (WIDE_CLOUD, NARROW_CLOUD), *_mixture_formula(frame, data[0], options)
    said = _said(frame, params, words)
    over = i + 1 == frame.total
    return Picture(
        **compose(panels, *boxes, height=900),
        phase=_phase(frame, params, words),
        said=said,
        alt=f"{said} {words('alt', loglik=number(frame.loglik, 3))}",
        numbers=numbers(frame, over),
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=_metrics(frame, over, words),
        mark=frame.part == "E",
        hold=4.0 if frame.step < 4 else 2.0,
    )


def numbers(frame: EmFrame, over: bool) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    row: dict[str, float | int | str | None] = {
        "step": frame.step,
        "part": frame.part,
        "loglik": frame.loglik,
        "bound": _known(frame.bound),
        "gap": _known(frame.gap),
        "rate": _known(frame.rate),
        "missing": frame.missing if _at_rest(frame, over) else None,
    }
    if isinstance(frame, CoinsFrame):
        row |= {"theta_a": float(frame.theta[0]), "theta_b": float(frame.theta[1])}
    elif isinstance(frame, MixtureFrame):
        row |= {"k": frame.k, "aic": frame.aic, "bic": frame.bic, "inertia": frame.inertia}
    return row


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


# ---- two coins


def _table(frame: CoinsFrame, data: Points, words: Words) -> Panel:
    """Sets of tosses as rows: what was seen, whose it may be, and how many tosses each coin gets of it."""
    n = min(len(data.X), SETS)
    seen = frame.rows if frame.part == "row" else n
    known = frame.step > 0
    columns = [[f"{k + 1}" for k in range(n)], [f"{data.X[k, 0]:g} : {data.X[k, 1]:g}" for k in range(n)]]
    columns.append([number(float(frame.r[k]), 2) if known and k < seen else "" for k in range(n)])
    columns += [[number(float(frame.counts[k, j]), 1) if known and k < seen else "" for k in range(n)] for j in range(4)]
    places = (0.02, 0.20, 0.38, 0.55, 0.70, 0.85, 1.0)
    heads = ("set", "tosses", "share_a", "a_heads", "a_tails", "b_heads", "b_tails")
    notes = [
        note(words(head), x=x, y=-0.75, xanchor="center", font={"size": 11, "color": "@ink3"})
        for head, x in zip(heads, places, strict=True)
    ]
    if known and seen == n:
        totals = frame.counts.sum(0)
        notes += [
            note(f"<b>{number(float(t), 1)}</b>", x=x, y=n + 0.1, font={"size": 13, "color": "@ink"})
            for t, x in zip(totals, places[3:], strict=True)
        ]
        notes.append(note("Σ", x=places[2], y=n + 0.1, font={"size": 13, "color": "@ink2"}))
    if len(data.X) > n:
        notes.append(
            note(words("more_sets", n=len(data.X) - n), x=0, xanchor="left", y=n + 0.9, font={"size": 11, "color": "@ink3"})
        )
    now = seen - 1 if frame.part == "row" else -1
    colours = ("@ink", "@ink", "@c1", "@c1", "@c1", "@c3", "@c3")
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * n,
            "y": list(range(n)),
            "text": column,
            "textfont": {"size": 13, "color": ["@accent" if k == now else colour for k in range(n)]},
            "meta": {"link": "set", "ring": 22, "silent": j not in (0, 2)},
            "hoverinfo": "none",
            "cliponaxis": False,
        }
        for j, (column, x, colour) in enumerate(zip(columns, places, colours, strict=True))
    ]
    return Panel(traces, words("table"), notes=notes, x=blank(range=[-0.05, 1.06]), y=blank(range=[max(n + 1.3, 8), -1.3]))


def _plane(frames: Sequence[EmFrame], words: Words) -> Panel:
    """The likelihood over both coins, and the ways that lead up."""
    frame = frames[-1]
    assert isinstance(frame, CoinsFrame)
    grid, low = np.round(MAP, 3), float(np.quantile(frame.surface, 0.2))
    n = len(frame.starts)
    traces: list[Trace] = [
        {
            "type": "contour",
            "x": grid,
            "y": grid,
            "z": np.round(frame.surface, 2),
            "zmin": low,
            "zmax": float(frame.surface.max()),
            "colorscale": "@sequential",
            "opacity": 0.45,
            "showscale": False,
            "ncontours": 22,
            "line": {"width": 0.4, "color": "@surface"},
            "meta": {"link": "cell", "click": "start", "ring": 9},
            "hovertemplate": "θ<sub>A</sub> %{x:.2f}, θ<sub>B</sub> %{y:.2f}<br>log L %{z:.2f}<br>"
            + words("hover_start")
            + "<extra></extra>",
        },
        points.mesh(
            np.concatenate([frame.starts, frame.many]), np.stack([np.arange(n), n + np.arange(n)], 1), colour="@ink3", width=0.8
        ),
        points.cloud(frame.many, colour="@ink3", size=5, opacity=0.9, hoverinfo="skip"),
    ]
    ways = {"gradient": ("@c2", "dot"), "newton": ("@c3", "dash"), "theta": ("@ink", "solid")}
    for name, (colour, dash) in ways.items():
        way = np.array([getattr(one, name) for one in frames if one.part in ("", "M")])
        traces.append(curves.line(way[:, 0], way[:, 1], colour=colour, dash=dash))
        now = getattr(frame, name)[None]
        look = {"theta": ("@accent", "circle", 11), "gradient": ("@c2", "diamond", 8), "newton": ("@c3", "square", 8)}[name]
        traces.append(
            {
                **points.cloud(now, colour=look[0], symbol=look[1], size=look[2], opacity=1),
                "text": [words("way_" + name)],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    signs = (("newton", "■", "@c3"), ("gradient", "◆", "@c2"), ("theta", "●", "@ink"))
    notes = [_corner(f"{sign} {words('way_' + name)}", k, colour) for k, (name, sign, colour) in enumerate(signs)]
    axis = {"range": [0, 1], "nticks": 6, "showgrid": False}
    return Panel(
        traces,
        words("plane"),
        notes=notes,
        x={**axis, "title": {"text": "θ<sub>A</sub>"}},
        y={**axis, "title": {"text": "θ<sub>B</sub>"}},
    )


def _coin_formula(frame: CoinsFrame, data: Points) -> tuple[str, Mapping[str, tuple[Any, int]], str, int]:
    if frame.step == 0:
        return "", {}, "", -1
    if frame.part == "M":
        ah, at, bh, bt = (float(x) for x in frame.counts.sum(0))
        values: dict[str, tuple[Any, int]] = {"ah": (ah, 2), "at": (at, 2), "bh": (bh, 2), "bt": (bt, 2)}
        return TALLY, values | {"a": (float(frame.theta[0]), 4), "b": (float(frame.theta[1]), 4)}, "", -1
    pa, pb = ([short(float(np.exp(log)), 3) for log in logs] for logs in (frame.log_a, frame.log_b))
    values = {"pa": (pa, 0), "pb": (pb, 0), "r": (np.round(frame.r, 4).tolist(), 4), "heads": (data.X[:, 0].tolist(), 0)}
    return (
        ASSIGN,
        values | {"ah": (np.round(frame.counts[:, 0], 3).tolist(), 3)},
        "set",
        max(frame.rows - 1, 0) if frame.part == "row" else 0,
    )


# ---- a mixture


def _axes(data: Points, options: Options) -> tuple[int, int]:
    across = data.columns.index(options.across) if options.across in data.columns else 0
    up = data.columns.index(options.up) if options.up in data.columns else min(1, len(data.columns) - 1)
    return across, up


def _reach(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners [2], [2] of the picture around points [n, 2]."""
    low, high = xy.min(0), xy.max(0)
    room = 0.1 * np.where(high > low, high - low, 1.0)
    return low - room, high + room


def _cloud(frame: MixtureFrame, data: Points, options: Options, words: Words) -> Panel:
    """Samples in the colour of the component that has most of them, paler where it is undecided; ellipses at 1σ and 2σ."""
    j, h = _axes(data, options)
    xy = data.X[frame.shown][:, [j, h]].astype(float)
    if j == h:  # one column: the second axis only spreads the points
        xy[:, 1] = np.linspace(-0.2, 0.2, len(xy))
    low, high = _reach(data.X[:, [j, h]])
    traces: list[Trace] = []
    for k in range(frame.k):
        colour = points.kind(k)[0]
        traces.append(_members(frame, k, xy, options, words))
        traces += [_ellipse(frame, k, (j, h), sigma, "@bad" if frame.floored[k] else colour) for sigma in (1, 2)]
        centre = _centre(frame, k, j, h)[None]
        traces.append(points.cloud(centre, colour=colour, symbol="cross", size=11, opacity=1, hoverinfo="skip"))
    if options.click == "add" and j != h:
        traces.append(_places(low, high, words))
    held = ", ".join(str(k + 1) for k in np.flatnonzero(frame.floored))
    notes = [_corner(words("floored", k=held), 0, "@bad")] if held else []
    x = {"title": {"text": escaped(column_name(data.columns[j], words))}, "range": [low[0], high[0]]}
    y = {"title": {"text": escaped(column_name(data.columns[h], words))}, "range": [low[1], high[1]]}
    return Panel(traces, words("cloud"), notes=notes, x=x, y=y if j != h else blank(range=[-1, 1]))


def _members(frame: MixtureFrame, k: int, xy: np.ndarray, options: Options, words: Words) -> Trace:
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
    told = [f"{words('sample_word')} {frame.shown[m] + 1}: r = {share}" for m, share in zip(mine, shares, strict=True)]
    meta = {"link": "sample", "index": mine, "ring": 12} | ({"click": "sample"} if options.click == "remove" else {})
    return trace | {"text": told, "hovertemplate": "%{text}<extra></extra>", "meta": meta}


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
        "hovertemplate": words("hover_place") + " (%{x:.3~g}, %{y:.3~g})<extra></extra>",
    }


def _corner(text: str, line: int, colour: str) -> dict[str, Any]:
    """A word in the lower left corner of a panel, some lines up."""
    place = {"xref": "x domain", "yref": "y domain", "x": 0.02, "y": 0.02 + 0.06 * line, "xanchor": "left", "yanchor": "bottom"}
    return note(text, bgcolor="@surface", opacity=0.9, borderpad=1, font={"size": 11, "color": colour}, **place)


def _centre(frame: MixtureFrame, k: int, j: int, h: int) -> np.ndarray:
    return np.array([frame.means[k, j], frame.means[k, h] if j != h else 0.0])


def _ellipse(frame: MixtureFrame, k: int, axes: tuple[int, int], sigma: int, colour: str) -> Trace:
    j, h = axes
    spread = frame.covariances[k][np.ix_([j, h], [j, h])] if j != h else np.diag([frame.covariances[k][j, j], 0.04])
    values, vectors = np.linalg.eigh(spread)
    ring = sigma * CIRCLE * np.sqrt(np.maximum(values, 0)) @ vectors.T + _centre(frame, k, j, h)
    return curves.line(ring[:, 0], ring[:, 1], colour=colour, width=3 - sigma, dash="solid" if sigma == 1 else "dot")


def _weights(frame: MixtureFrame, words: Words) -> Panel:
    """The components' weights as bars."""
    colours = [points.kind(k)[0] for k in range(frame.k)]
    bars: Trace = {
        "type": "bar",
        "x": list(range(1, frame.k + 1)),
        "y": np.round(frame.weights, 4),
        "marker": {"color": colours},
        "hovertemplate": "π = %{y:.3f}<extra></extra>",
    }
    return Panel(
        [bars], words("weights"), x={"range": [0.4, 8.6], "dtick": 1, "showgrid": False}, y={"range": [0, 1], "nticks": 3}
    )


def _mixture_formula(frame: MixtureFrame, data: Points, options: Options) -> tuple[str, Mapping[str, tuple[Any, int]], str, int]:
    if frame.part == "E":
        most = frame.resp.argmax(1)
        at = int(np.argmin(np.abs(frame.resp.max(1) - 0.75)))
        values: dict[str, tuple[Any, int]] = {"k": ((most + 1).tolist(), 0), "r": (np.round(frame.resp.max(1), 4).tolist(), 4)}
        return SHARE, values, "sample", at
    if frame.part in ("M", "means", "covariances", "weights"):
        j, h = _axes(data, options)
        k = int(frame.weights.argmax())
        mean = frame.means[k]
        values = {"k": (k + 1, 0), "size": (float(frame.size[k]), 2), "mx": (float(mean[j]), 3), "my": (float(mean[h]), 3)}
        return MOVE, values | {"weight": (float(frame.weights[k]), 4)}, "", -1
    return "", {}, "", -1


# ---- both


def _line(frame: EmFrame, words: Words) -> Panel:
    """The likelihood and the bound along the straight line from here to where the M step goes."""
    axis = {"tickvals": [0, 1], "ticktext": [words("here"), words("there")], "range": [-0.45, 1.65], "showgrid": False}
    if not len(frame.line):
        return Panel(
            [points.cloud(np.zeros((0, 2)), colour="@ink")],
            words("line"),
            x=axis,
            y={"nticks": 3, "range": [0, 1], "showticklabels": False},
        )
    both = np.concatenate([frame.line_loglik, frame.line_bound])
    high = float(frame.line_loglik.max())
    deep = float(max(np.quantile(both, 0.12), high - 8 * max(high - float(frame.line_loglik.min()), 1e-6)))
    deep = min(deep, high - 0.002 * abs(high))  # at the summit both are flat
    s = 0.0 if frame.part in ("E", "row") else 1.0
    lines = [
        curves.line(frame.line.round(3), values, colour=colour, dash=dash, hovertemplate=words(name) + " %{y:.4f}<extra></extra>")
        for name, values, colour, dash in (
            ("bound", frame.line_bound, "@c1", "dash"),
            ("loglik", frame.line_loglik, "@ink", "solid"),
        )
    ]
    at = int(np.argmin(np.abs(frame.line - s)))
    ends = np.array([[s, frame.line_bound[at]], [s, frame.line_loglik[at]]])
    mark = {"color": "@accent", "size": 7}
    gap = curves.line(ends[:, 0], ends[:, 1], colour="@accent", mode="lines+markers", marker=mark)
    room = 0.08 * (high - deep)
    return Panel([*lines, gap], words("line"), x=axis, y={"nticks": 3, "range": [deep - room, high + room]})


def _course(column: str, words: Words, across: str = "step") -> Panel:
    axis = {"nticks": 4, "showgrid": False}
    return Panel(
        curves.course(column, across=across),
        words("curve_" + column),
        x=axis,
        y={"nticks": 3},
        series=[column],
        zero=column == "gap",
    )


def _phase(frame: EmFrame, params: Params, words: Words) -> str:
    if isinstance(frame, MixtureFrame) and params.by_k:
        return words("phase_k", k=frame.k)
    if not frame.part and frame.step:
        return words("phase_from", step=frame.step)
    return words(f"phase_{frame.part}", step=frame.step) if frame.part else words("phase_start")


def _said(frame: EmFrame, params: Params, words: Words) -> str:
    facts = {"loglik": number(frame.loglik, 3), "gap": _small(frame.gap), "gain": _small(frame.gain), "step": frame.step}
    if not frame.part and frame.step and not params.by_k:
        return words("from", **facts)
    if isinstance(frame, CoinsFrame):
        facts |= {"a": number(float(frame.theta[0]), 3), "b": number(float(frame.theta[1]), 3), "row": frame.rows}
        key = f"coins_{frame.part or 'start'}" if not _rests(frame) else "coins_rest"
        if frame.newton_left and frame.part == "M":
            return words(key, **facts) + " " + words("newton_left")
        return words(key, **facts)
    assert isinstance(frame, MixtureFrame)
    facts |= {"k": frame.k, "bic": number(frame.bic, 1), "aic": number(frame.aic, 1), "inertia": number(frame.inertia, 3)}
    if params.by_k:
        return words("mixture_k", **facts)
    if _rests(frame):
        return words("mixture_rest", **facts)
    return words(("hard_" if params.assignment == "hard" else "mixture_") + (frame.part or "start"), **facts)


def _rests(frame: EmFrame) -> bool:
    """Whether this M step has changed nothing any more."""
    return frame.part == "M" and abs(frame.gain) < REST


def _at_rest(frame: EmFrame, over: bool) -> bool:
    """Whether the EM map's eigenvalue is a fraction of missing information: at the end, near a summit."""
    return over and frame.missing < 1


def _small(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if abs(value) < REST:
        return "0"
    return number(value, 4) if abs(value) >= 5e-4 else short(value, 2)


def _metrics(frame: EmFrame, over: bool, words: Words) -> list[tuple[str, str]]:
    shown = [(words("loglik"), number(frame.loglik, 3))]
    if np.isfinite(frame.gap):
        shown.append((words("gap"), _small(frame.gap)))
    if _at_rest(frame, over):
        return [*shown, (words("missing"), number(frame.missing, 3))]
    return [*shown, (words("rate"), number(frame.rate, 3))] if np.isfinite(frame.rate) else shown
