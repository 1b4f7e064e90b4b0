"""Where the least and the greatest eigenvalue of random matrices lie, and how many have both signs."""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import curves, points
from charts.formula import formula
from charts.layout import columns
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, legend, note
from engine.foundations.optimisation import SaddlesFrame
from engine.foundations.optimisation.saddles import MOST, SURFACE, positive
from views.look import Look

SHARE = formula(r"1 - P(\lambda_{\min} > 0) - P(\lambda_{\max} < 0) = 1 - 2 \cdot {p}! = {exact}!!")
REACH, TOP = 3.3, 4.1  # of the axes, and of what goes up, for the words: eigenvalues over √d lie between −2 and 2 in the end
LOW = 150  # px on a phone of what stands below the plane
CORNERS: tuple[tuple[str, str, str, float, float], ...] = (  # name, sign, colour, where its words stand
    ("saddle", "", "@accent", -3.1, TOP),
    ("minimum", "● ", "@c1", 0.5, TOP),
    ("maximum", "■ ", "@c3", -1.1, -2.2),
)


def saddles(look: Look[SaddlesFrame]) -> Picture:
    """The matrices of one dimension."""
    frame, matrices, exact = look.frame, look.params.matrices, _near_one(look.frame.exact)
    odds = short(1 / positive(frame.dimension))
    facts = {"matrices": matrices, "both": round(frame.share * matrices), "exact": exact, "odds": odds}
    return look.picture(
        columns(_plane(look), _shares(look)),
        facts=facts | {"surface": number(frame.surface, 3)},
        key="known" if np.isfinite(frame.surface) and frame.step else "",
        formula=SHARE,
        values={"p": (short(positive(frame.dimension)), 0), "exact": (exact, 0)},
        metrics=[("share", number(frame.share, 3)), ("exact", exact), ("surface", number(frame.surface, 3))],
        hold=3.0,
    )


def _near_one(share: float) -> str:
    """A share with as many digits as tell it from 1; of so many no more than a phone has room for."""
    return number(share, min(2 - int(np.floor(np.log10(1 - share))), 9)) if share else "0"


def _plane(look: Look[SaddlesFrame]) -> Panel:
    """The matrices as points: the least eigenvalue across, the greatest up. One corner each for minima, maxima and saddles."""
    frame, low, high = look.frame, *look.frame.extremes.T
    kinds: list[tuple[np.ndarray, dict[str, Any]]] = [
        ((low < 0) & (high > 0), {"colour": "@ink2", "size": 4, "opacity": 0.5}),
        (low > 0, {"colour": "@c1", "size": 6, "opacity": 0.9}),
        (high < 0, {"colour": "@c3", "size": 6, "opacity": 0.9, "symbol": "square"}),
    ]
    traces: list[Trace] = [points.cloud(frame.extremes[where], hoverinfo="skip", **how) for where, how in kinds]
    edge = np.array([-REACH, REACH])
    traces.append(curves.line(edge, edge, colour="@edge", width=1, dash="dot"))
    for ends in (((0, 0), (0, TOP)), ((-REACH, 0), (0, 0))):
        traces.append(curves.line(*np.array(ends, float).T, colour="@ink", width=1.5))
    shares = {"saddle": frame.share, "minimum": frame.minima, "maximum": frame.maxima}
    texts = [f"{sign}<b>{number(shares[name], 3)}</b> {look.say('corner', name)}" for name, sign, *_ in CORNERS]
    notes = [_corner(text, colour, x, y) for text, (_, _, colour, x, y) in zip(texts, CORNERS, strict=True)]
    axes = [{"range": [-REACH, high], "tickvals": [-2, 0, 2], "showgrid": False} for high in (REACH, TOP)]
    return Panel(traces, look.say("plane", d=frame.dimension), axes[0], axes[1], notes=notes)


def _corner(text: str, colour: str, x: float, y: float) -> dict[str, Any]:
    """What a corner holds, and how much of all."""
    font = {"size": 16 if colour == "@accent" else 13, "color": colour, "shadow": "@halo"}
    return note(text, x=x, y=y, xanchor="left", yanchor="top", font=font)


def _shares(look: Look[SaddlesFrame]) -> Panel:
    """The share of both signs by dimension, drawn and exact; beside it what a smooth random surface has."""
    d = np.arange(1, MOST + 1)
    exact = np.array([1 - 2 * positive(int(k)) for k in d])
    hover = "%{x}: %{y:.6~f}<extra></extra>"
    beside = {"size": 10, "color": "@ink2", "symbol": "diamond-open"}
    more = [
        curves.line(d, exact, colour="@c1", width=1.5, dash="dot", hovertemplate=hover),
        curves.line(d[:3], np.array(SURFACE), colour="@ink3", width=1, mode="lines+markers", marker=beside, hovertemplate=hover),
    ]
    signs = (("—", "drawn", "@ink"), ("···", "exactly", "@c1"), ("◇", "smooth", "@ink2"))
    key = legend([(sign, look.say(name), colour) for sign, name, colour in signs], room=150)
    x = {"range": [0.7, MOST + 0.3], "tickvals": [1, 2, 4, 6, 8]}
    panel = look.history("share", across="dimension", x=x, y={"range": [-0.45, 1.08], "tickvals": [0, 0.5, 1]}, notes=key)
    return replace(panel, traces=[*more, *panel.traces], tall=LOW)
