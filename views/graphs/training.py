"""Training: what is predicted of every node and what has just turned, the hidden layer, and how it goes on."""

from typing import Any

import numpy as np

from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, escaped
from engine.algorithm import closely
from engine.graphs.gcn import TrainFrame, learning
from views.graphs import parts, predictions
from views.look import Look

LOSS = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!!")
SURE = formula(r"p_{{name}!}({cls}!) = {p}!!")
BACK = formula(r"\left\|\frac{\partial L}{\partial h_{{name}!}}\right\| = {pull}!!")


def training(look: Look[TrainFrame]) -> Picture:
    """One network through its epochs."""
    frame = look.frame
    back, known = frame.part == "backward", bool(np.isfinite(frame.accuracy))
    main = predictions.pulled(look) if back else predictions.predicted(look)
    trained, last = look.part in ("step", "update", "from"), learning.last_turn(look.frames)
    turned = len(learning.turned(frame, look.frames[-2])) if len(look.frames) > 1 else 0
    random = look.say("random", features=frame.random_features) if frame.random_features else ""
    settled = look.say("settled", epoch=last) if last < frame.epoch else look.say("turns", count=turned)
    told = {"name": parts.called(look, frame.pull.argmax()), "random": random, "settled": settled}
    return look.picture(
        columns(main, rows(predictions.plane(look), _course(look, known), shares=(3, 2))),
        facts=predictions.facts(look) | told | {"who": _who(look), "chosen": _chosen(look)},
        key=("step" if known else "unknown") if trained else "",
        metrics=predictions.metrics(look),
        hold=3.0 if frame.part or turned else 1.0,
        **_formula(look),
    )


def _who(look: Look[TrainFrame]) -> str:
    """Who tells, and what: every told node with its class, where they are few."""
    frame, graph = look.frame, look.data[0]
    pairs = zip(frame.labelled.tolist(), frame.classes.tolist(), strict=True)
    said = [(parts.called(look, node), parts.class_of(graph, label, look.say)) for node, label in pairs]
    few = [name if name == label else f"{name} ({label})" for name, label in said][:4]
    return look.say("comma").join(few) + " …" * (len(said) > 4)


def _chosen(look: Look[TrainFrame]) -> str:
    """How those who tell their class were chosen."""
    params, labels = look.params, look.data[0].labels
    key = "hand" if params.labelled else "far" if labels is None else "most" if params.per_class == 1 else "some"
    return look.say("chosen", key, count=params.per_class)


def _course(look: Look[TrainFrame], known: bool) -> Panel:
    """How many of the others are right, epoch by epoch; the loss where nobody knows. The axes stay."""
    epochs = closely(look.params, look.params.last) or range(look.params.last + 1)
    x = {"range": [epochs[0], max(epochs[-1], 1)]}
    if known:
        return look.history("accuracy", x=x, y={"range": [0, 1.05], "tickformat": ".0%", "nticks": 3})
    return look.history("loss", x=x)


def _formula(look: Look[TrainFrame]) -> dict[str, Any]:
    """The loss; in a whole step how sure the network is of a node; on the way back the pull at one."""
    frame, graph, names = look.frame, look.data[0], parts.entities(look.data[0])
    if not names or frame.part in ("loss", "update"):
        return {"formula": LOSS, "values": {"m": (len(frame.labelled), 0), "loss": (frame.loss, 4)}}
    if frame.part == "backward":
        pull = [short(float(x)) for x in frame.pull]
        return {"formula": BACK, "values": {"name": (names, 0), "pull": (pull, 0)}, "of": "node", "at": int(frame.pull.argmax())}
    classes = [escaped(parts.class_of(graph, int(k), look.say)) for k in frame.p.argmax(1)]
    sure = np.round(frame.p.max(1).astype(float), 3).tolist()
    now = predictions.lit(look)[0]
    values = {"name": (names, 0), "cls": (classes, 0), "p": (sure, 3)}
    return {"formula": SURE, "values": values, "of": "node", "at": int(now[0]) if len(now) else 0}
