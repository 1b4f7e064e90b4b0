"""Training: what is predicted of every node, the hidden layer, and how loss and accuracy go on."""

import numpy as np

from charts.formula import formula
from charts.layout import Placed
from charts.numbers import short
from charts.panels import Box, Picture, escaped
from engine.graphs.gcn import TrainFrame
from views.graphs import parts, predictions
from views.look import Look, Values

WIDE: list[Box] = [(0, 0.52, 0, 1), (0.58, 1, 0.44, 1), (0.60, 0.77, 0, 0.27), (0.83, 1, 0, 0.27)]
NARROW: list[Box] = [(0, 1, 0.60, 1), (0, 1, 0.26, 0.54), (0.07, 0.46, 0, 0.17), (0.60, 1, 0, 0.17)]
LOSS = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!! \qquad p_{{name}!}({cls}!) = {p}!")
LARGE = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!!")
BACK = formula(r"\left\|\frac{\partial L}{\partial h_{{name}!}}\right\| = {pull}!!")


def training(look: Look[TrainFrame]) -> Picture:
    """One network through its epochs."""
    frame, graph = look.frame, look.data[0]
    back, known = frame.part == "backward", bool(np.isfinite(frame.accuracy))
    graph_ = predictions.pulled(look) if back else predictions.predicted(look)
    panels = [graph_, predictions.plane(look), look.history("loss"), look.history("accuracy" if known else "energy")]
    mathml, values, of, at = _formula(look)
    random = look.say("random", features=frame.random_features) if frame.random_features else ""
    least = look.say("least", name=parts.name_of(graph, _least_sure(frame))) if graph.n <= parts.FORMULAS else ""
    told = {"name": parts.name_of(graph, frame.pull.argmax()), "random": random, "least": least}
    trained = look.part in ("step", "update", "from")
    return look.picture(
        Placed(panels, WIDE, NARROW),
        facts=predictions.facts(look) | told,
        key=("step" if known else "unknown") if trained else "",
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=predictions.metrics(look),
        hold=3.0 if frame.part else 1.0,
    )


def _formula(look: Look[TrainFrame]) -> tuple[str, Values, str, int]:
    """The loss beside one node's part in it; on the way back the pull at one node."""
    frame, graph, names = look.frame, look.data[0], parts.entities(look.data[0])
    loss: Values = {"m": (len(frame.labelled), 0), "loss": (frame.loss, 4)}
    if not names:
        return LARGE, loss, "", -1
    if frame.part == "backward":
        pull = [short(float(x)) for x in frame.pull]
        return BACK, {"name": (names, 0), "pull": (pull, 0)}, "node", int(frame.pull.argmax())
    classes = [escaped(parts.class_of(graph, int(k), look.say)) for k in frame.p.argmax(1)]
    sure = np.round(frame.p.max(1).astype(float), 3).tolist()
    return LOSS, {**loss, "name": (names, 0), "cls": (classes, 0), "p": (sure, 3)}, "node", _least_sure(frame)


def _least_sure(frame: TrainFrame) -> int:
    """The node whose likeliest class has the least probability: the caption's, until another is pointed at."""
    return int(frame.p.max(1).argmin())
