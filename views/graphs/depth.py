"""Networks of growing depth: what they come to, and how smooth their hidden layers are."""

from typing import Any

import numpy as np

from charts import curves
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, Trace, legend
from engine.graphs.gcn import TrainFrame
from views.graphs import learning
from views.look import Look

ENERGY = formula(r"E(H) = \frac{\mathrm{tr}\,H^\top (I - \hat A)\,H}{\|H\|^2} = {e}!!")
OF_INPUT = formula(r"E(X) = \frac{\mathrm{tr}\,X^\top (I - \hat A)\,X}{\|X\|^2} = {e}!!")
FLOOR = 1e-6  # of an energy: what is smaller is drawn there
X = {"type": "log", "range": [-0.05, 1.56], "tickvals": [1, 2, 4, 8, 16, 32], "showgrid": False}
POWERS = curves.powers(-6) | {"range": [-6.1, 0.2], "ticktext": ["1", "10⁻²", "10⁻⁴", "≤10⁻⁶"], "showgrid": False}
SHARES = {"range": [0, 1.05], "tickformat": ".0%", "nticks": 3}
SOLID: dict[str, Any] = {"colour": "@ink", "mode": "lines+markers", "marker": {"size": 4, "color": "@ink"}}
DASHED: dict[str, Any] = {"colour": "@ink2", "dash": "dash", "width": 1.5}
DOTTED: dict[str, Any] = {"colour": "@ink3", "dash": "dot"}


def depth(look: Look[TrainFrame]) -> Picture:
    """Networks of 1 … 32 layers, one after the other."""
    frame, say = look.frame, look.say
    facts = learning.facts(look) | {"epoch": frame.epoch, "energy": short(frame.energy, 2), "plain": short(frame.plain, 2)}
    right = say("right", **facts) if np.isfinite(frame.accuracy) else ""
    return look.picture(
        columns(learning.predicted(look), rows(_accuracies(look), _energies(look), shares=(2, 3))),
        facts=facts | {"right": right},
        key="step" if frame.depth > 1 else "input",
        formula=ENERGY if frame.depth > 1 else OF_INPUT,
        values={"e": (short(frame.energy), 0)},
        metrics=learning.metrics(look),
        hold=3.0 if frame.part else 1.0,
    )


def _energies(look: Look[TrainFrame]) -> Panel:
    """The energy of the last hidden layer by depth: before training, after it, and with no weights at all."""
    lines = [
        _by_depth(look, "plain", look.say("line", "plain") + " %{y:.2~e}", **DOTTED),
        _by_depth(look, "energy", look.say("line", "untrained") + " %{y:.2~e}", "start", **DASHED),
        _by_depth(look, "energy", "%{x}: %{y:.4~r}", **SOLID),
        curves.now(look.frame.depth, max(look.frame.energy, FLOOR)),
    ]
    styles = (("untrained", "- -", "@ink2"), ("trained", "—", "@ink"), ("plain", "···", "@ink3"))
    key = legend([(sign, look.say("line", name), colour) for name, sign, colour in styles], room=120)
    return Panel(lines, curves.headed(look.words.columns["energy"]), notes=key, x=X, y=POWERS)


def _accuracies(look: Look[TrainFrame]) -> Panel:
    """How many of the others are right, by depth, beside naming the commonest class for all."""
    frame = look.frame
    hover = look.say("chance") + " %{y:.0%}<extra></extra>"
    chance = curves.line(np.array([1, 32]), np.full(2, np.nan_to_num(frame.chance)), hovertemplate=hover, **DOTTED)
    after = _by_depth(look, "accuracy", "%{x}: %{y:.0%}", **SOLID)
    lamp = curves.now(frame.depth, float(np.nan_to_num(frame.accuracy)))
    key = legend([("···", look.say("line", "commonest"), "@ink3")], room=120)
    return Panel([chance, after, lamp], curves.headed(look.words.columns["accuracy"]), notes=key, x=X, y=SHARES)


def _by_depth(look: Look[TrainFrame], column: str, hover: str, part: str = "", **style: Any) -> Trace:
    """What the networks up to now have come to: finished ones (""), or fresh ones ("start")."""
    of = [frame for frame in look.frames if frame.part == part]
    values = np.array([getattr(frame, column) for frame in of], dtype=float)
    depths = np.array([frame.depth for frame in of])
    return curves.line(depths, np.maximum(values, FLOOR), hovertemplate=hover + "<extra></extra>", **style)
