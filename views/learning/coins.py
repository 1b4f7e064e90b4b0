"""What `views.learning.em` draws of two coins: whose tosses they may be, and the likelihood over both coins."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts import curves, points
from charts.formula import formula
from charts.numbers import number, short
from charts.panels import Panel, Trace, blank, corner, note
from engine.learning.em import CoinsFrame
from engine.learning.em.two_coins import MAP
from engine.points import Points
from views import Words

ASSIGN = formula(r"r_A = \frac{{pa}!}{{pa}! + {pb}!} = {r}!! \qquad r_A \cdot {heads}! = {ah}!")
TALLY = formula(r"\theta_A = \frac{{ah}!}{{ah}! + {at}!} = {a}!! \qquad \theta_B = \frac{{bh}!}{{bh}! + {bt}!} = {b}!!")
SETS = 12  # rows of the coin table shown


def start_at(index: int) -> tuple[float, float]:
    """The start (θ_A, θ_B) that a click on the likelihood's map means."""
    row, col = divmod(index, len(MAP))
    return round(float(MAP[col]), 2), round(float(MAP[row % len(MAP)]), 2)


def table(frame: CoinsFrame, data: Points, words: Words) -> Panel:
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
    return Panel(traces, words("table"), notes=notes, x=blank(range=[-0.05, 1.06]), y=blank(range=[max(n + 1.3, 6.3), -1.3]))


def plane(frames: Sequence[CoinsFrame], words: Words) -> Panel:
    """The likelihood over both coins, and the ways that lead up."""
    frame = frames[-1]
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
                "text": [words("way", name)],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    signs = (("newton", "■", "@c3"), ("gradient", "◆", "@c2"), ("theta", "●", "@ink"))
    notes = [corner(f"{sign} {words('way', name)}", k, colour) for k, (name, sign, colour) in enumerate(signs)]
    axis = {"range": [0, 1], "nticks": 6, "showgrid": False}
    return Panel(
        traces,
        words("plane"),
        notes=notes,
        x={**axis, "title": {"text": "θ<sub>A</sub>"}},
        y={**axis, "title": {"text": "θ<sub>B</sub>"}},
    )


def formula_of(frame: CoinsFrame, data: Points) -> tuple[str, Mapping[str, tuple[Any, int]], str, int]:
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
