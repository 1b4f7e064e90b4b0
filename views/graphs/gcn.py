"""Graph convolution: who has heard of whom, what the network makes of it, and what one edge is worth."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts.formula import formula
from charts.numbers import count, number, short
from charts.panels import Picture, compose, escaped
from engine.data import Graph
from engine.graphs import messages
from engine.graphs.gcn import DataFrame, EditFrame, GcnFrame, Params, RoundFrame, TrainFrame, toggled
from views import Words, sentences
from views.graphs import editing, inspecting, parts, rounds, training
from views.graphs.parts import Options as Options

GATHER = formula(r"m_{{name}!} = h_{{name}!}\,W = {m}!!")
WEIGH = formula(
    r"\hat A:\; c_{{name}!} = \frac{1}{\sqrt{{dv}! \cdot {du}!}} = {c}!! \qquad "
    r"D^{-1}A:\; c_{{name}!} = \frac{1}{{count}!} = {cm}!!"
)
WEIGHED = formula(r"\hat A:\; c_{{name}!} = {c}!! \qquad D^{-1}A:\; c_{{name}!} = {cm}!!")
SUM = formula(r"\hat A:\; \sum_u c_u\,m_u = {s}!! \qquad D^{-1}A:\; \sum_u c_u\,m_u = {sm}!!")
UPDATE = formula(r"\hat A:\; h_v' = \tanh({s}! + 0.1) = {h}!! \qquad D^{-1}A:\; h_v' = \tanh({sm}! + 0.1) = {hm}!!")
LOSS = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!! \qquad p_{{name}!}({cls}!) = {p}!")
LARGE = formula(r"L = -\frac{1}{{m}!}\sum_{v}\ln p_v(y_v) = {loss}!!")
BACK = formula(r"\left\|\frac{\partial L}{\partial h_{{name}!}}\right\| = {pull}!!")
ENERGY = formula(r"E(H) = \frac{\mathrm{tr}\,H^\top (I - \hat A)\,H}{\|H\|^2} = {e}!! \qquad E(\hat A^{{rounds}!} X) = {plain}!")
OF_INPUT = formula(r"E(X) = \frac{\mathrm{tr}\,X^\top (I - \hat A)\,X}{\|X\|^2} = {e}!!")
CHANGE = formula(r"\Delta_{{name}!} = \frac{1}{2}\sum_c \left|p'_{{name}!}(c) - p_{{name}!}(c)\right| = {d}!!")
FORMULAS, LISTED = 700, 400
Values = Mapping[str, tuple[Any, int]]
Caption = tuple[str, Values, str, int]  # formula, values, link, entity


def choices(data: Graph, words: Words) -> dict[str, dict[str, str]]:
    """What the settings may be for this graph: its nodes, where they are few enough for a list."""
    return {"node": {"": words("automatic")} | {name: name for name in data.names}} if data.n <= LISTED else {}


def nodes_key(data: Graph) -> str:
    """A name for the nodes and their order: what node numbers speak of."""
    return f"{data.n} {zlib.crc32(' '.join(data.names).encode())}"


def clicked(show: str, node: int, params: Params, data: Graph) -> tuple[str, str] | None:
    """The setting, and its value, that a click on a node means. None where the list of labelled nodes is full."""
    if not node < data.n:
        return None
    if show in ("propagate", "ablate"):
        return "node", data.names[node]
    text = toggled(params, data, node)
    return None if text is None else ("labelled", text)


def draw(frames: Sequence[GcnFrame], i: int, params: Params, data: tuple[Graph, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame, graph = frames[i], data[0]
    if isinstance(frame, RoundFrame):
        panels, boxes = rounds.rounds(frame, params, graph, options, words)
    elif isinstance(frame, TrainFrame):
        panels, boxes = training.training(frames[: i + 1], params, graph, options, words)
    elif isinstance(frame, EditFrame):
        panels, boxes = editing.edits(frame, params, graph, options, words)
    else:
        assert isinstance(frame, DataFrame)
        panels, boxes = inspecting.inspector(frame, params, graph, options, words)
    mathml, values, of, at = _caption(frame, params, graph, words)
    phase, said = _phase(frame, params, words), _said(frame, params, graph, words)
    return Picture(
        **compose(panels, *boxes, height=900 if isinstance(frame, (RoundFrame, TrainFrame)) else 820),
        phase=phase,
        said=said,
        alt=f"{phase} · {said} {_alt(frame, graph, words)}",
        numbers=numbers(frame),
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=_metrics(frame, graph, words),
        mark=frame.part in ("gather", "flip") or (params.show == "depth" and frame.part == ""),
        hold=_hold(frame),
    )


def numbers(frame: GcnFrame) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    names = ("loss", "accuracy", "energy", "plain", "gradient", "own_symmetric", "own_mean", "total_change", "margin")
    row: dict[str, float | int | str | None] = {"step": frame.step, "part": frame.part}
    row |= {name: _known(getattr(frame, name, float("nan"))) for name in names}
    return row | {name: getattr(frame, name, None) for name in ("depth", "reach", "flipped")}


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _hold(frame: GcnFrame) -> float:
    if isinstance(frame, RoundFrame):
        return 14.0 if frame.step < 2 else 6.0
    if isinstance(frame, DataFrame):
        return 24.0
    if isinstance(frame, EditFrame):
        return 20.0 if frame.part != "edge" else 6.0 if frame.step < 6 else 2.0
    return 3.0 if frame.part else 1.0


# ---- words


def _caption(frame: GcnFrame, params: Params, graph: Graph, words: Words) -> Caption:
    few = graph.n <= FORMULAS
    names = [escaped(name[:20]) for name in graph.names] if few else []
    if isinstance(frame, RoundFrame):
        return _round_caption(frame, params, graph, names)
    if isinstance(frame, TrainFrame):
        m = {"m": (len(frame.labelled), 0)}
        if params.show == "depth":
            energies: Values = {"e": (short(frame.energy), 0), "plain": (short(frame.plain), 0), "rounds": (frame.depth - 1, 0)}
            return ENERGY if frame.depth > 1 else OF_INPUT, energies, "", -1
        if not few:
            return LARGE, m | {"loss": (frame.loss, 4)}, "", -1
        if frame.part == "backward":
            return (
                BACK,
                {"name": (names, 0), "pull": ([short(float(x)) for x in frame.pull], 0)},
                "node",
                int(frame.pull.argmax()),
            )
        predicted = frame.p.argmax(1)
        values: Values = {
            "loss": (frame.loss, 4),
            "name": (names, 0),
            "cls": ([escaped(parts.class_of(graph, int(k), words)) for k in predicted], 0),
            "p": (np.round(frame.p.max(1).astype(float), 3).tolist(), 3),
        }
        return LOSS, {**m, **values}, "node", _least_sure(frame)
    if isinstance(frame, EditFrame) and frame.step:
        return CHANGE, {"name": (names, 0), "d": (np.round(frame.change.astype(float), 4).tolist(), 4)}, "node", frame.v
    return "", {}, "", -1


def _least_sure(frame: TrainFrame) -> int:
    """The node whose likeliest class has the least probability: the caption's, until another is pointed at."""
    return int(frame.p.max(1).argmin())


def _round_caption(frame: RoundFrame, params: Params, graph: Graph, names: list[str]) -> Caption:
    first = int(frame.senders[0])
    if frame.part == "sum":
        return SUM, {"s": (frame.total_symmetric, 3), "sm": (frame.total_mean, 3)}, "", -1
    if frame.part == "update":
        values: Values = {
            "s": (frame.total_symmetric, 3),
            "sm": (frame.total_mean, 3),
            "h": (frame.out_symmetric, 3),
            "hm": (frame.out_mean, 3),
        }
        return UPDATE, values, "", -1
    if not frame.part or not names:
        return "", {}, "", -1
    m, c, cm = (_spread(frame.senders, values, graph.n) for values in (frame.m_symmetric, frame.c_symmetric, frame.c_mean))
    if frame.part == "gather":
        return GATHER, {"name": (names, 0), "m": (m, 3)}, "node", first
    if params.weighted or params.direction == "as_given" or (graph.edges[:, 0] == graph.edges[:, 1]).any():
        return WEIGHED, {"name": (names, 0), "c": (c, 4), "cm": (cm, 4)}, "node", first
    degree = (messages.degrees(graph.n, graph.arcs()[0]) + 1).tolist()
    values = {
        "name": (names, 0),
        "dv": (degree[frame.v], 0),
        "du": (degree, 0),
        "c": (c, 4),
        "count": (len(frame.senders) - 1, 0),
        "cm": (cm, 4),
    }
    return WEIGH, values, "node", first


def _spread(index: np.ndarray, values: np.ndarray, n: int) -> list[float]:
    out = np.full(n, np.nan)
    out[index] = values
    return [round(float(x), 4) if np.isfinite(x) else 0.0 for x in out]


def _phase(frame: GcnFrame, params: Params, words: Words) -> str:
    if isinstance(frame, RoundFrame):
        return words("phase_" + frame.part, k=frame.step) if frame.part else words("phase_start")
    if isinstance(frame, DataFrame):
        return words("phase_data", name=frame.name)
    if isinstance(frame, EditFrame):
        return words("phase_" + (frame.part or "whole"), k=frame.step, size=len(frame.edited))
    assert isinstance(frame, TrainFrame)
    if params.show == "depth":
        return words("phase_depth", depth=frame.depth, k=frame.epoch)
    if frame.part in ("loss", "backward"):
        return words("phase_" + frame.part, k=frame.step)
    return words("phase_epoch", k=frame.step)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %" if np.isfinite(value) else "–"


def _said(frame: GcnFrame, params: Params, graph: Graph, words: Words) -> str:
    if isinstance(frame, RoundFrame):
        facts = {
            "name": parts.name_of(graph, frame.v),
            "k": frame.step,
            "reach": frame.reach,
            "n": graph.n,
            "count": len(frame.senders) - 1,
        }
        own = {"own": _percent(frame.own_symmetric), "own_mean": _percent(frame.own_mean)}
        if frame.part == "update" and len(frame.senders) == 1:
            return words("said_alone", **facts)
        return words("said_" + (frame.part or "begin"), **facts, **own)
    if isinstance(frame, TrainFrame):
        return _train_said(frame, params, graph, words)
    if isinstance(frame, EditFrame):
        return _edit_said(frame, graph, words)
    assert isinstance(frame, DataFrame)
    key = frame.name if frame.name in ("data", "x", "X", "edge_index", "edge_attr", "y", "pos", "conv") else "data"
    return words("data_" + key, n=graph.n, nodes=frame.nodes, arcs=frame.arcs)


def _train_said(frame: TrainFrame, params: Params, graph: Graph, words: Words) -> str:
    facts = {
        "k": frame.epoch,
        "m": len(frame.labelled),
        "n": graph.n,
        "accuracy": _percent(frame.accuracy),
        "chance": _percent(frame.chance),
        "depth": frame.depth,
        "energy": short(frame.energy, 2),
        "plain": short(frame.plain, 2),
    }
    if params.show == "depth":
        right = words("said_depth", **facts) if np.isfinite(frame.accuracy) else ""
        return sentences(right, words("said_energy" if frame.depth > 1 else "said_energy_input", **facts))
    if frame.part == "backward":
        return words("said_backward", **facts, name=parts.name_of(graph, int(frame.pull.argmax())))
    if frame.part == "loss":
        return words("said_loss", **facts)
    if frame.step == 0:
        return words("said_untrained", **facts)
    random = words("said_random", features=frame.random_features) if frame.random_features else ""
    least = words("said_least", name=parts.name_of(graph, _least_sure(frame))) if graph.n <= FORMULAS else ""
    return sentences(words("said_epoch" if np.isfinite(frame.accuracy) else "said_unknown", **facts), random, least)


def _edit_said(frame: EditFrame, graph: Graph, words: Words) -> str:
    sign = ("", "") if frame.part == "edge" else ("−", "+")
    pairs = ", ".join(
        f"{sign[new]}{parts.name_of(graph, int(u))}–{parts.name_of(graph, int(v))}"
        for (u, v), new in zip(frame.edited, frame.added, strict=True)
    )
    facts = {
        "name": parts.name_of(graph, frame.v),
        "edges": pairs,
        "change": number(frame.total_change, 2),
        "flipped": frame.flipped,
        "size": len(frame.edited),
        "tried": count(int(frame.tried.sum())),
        "single": count(int(frame.tried[:1].sum())),
        "pairs": count(int(frame.tried[1:2].sum())),
        "margin": number(frame.margin, 2),
        "f": len(frame.edges),
    }
    if frame.part == "flip":
        size = len(frame.edited)
        if not frame.turned:
            return words("said_no_flip_one" if size == 1 else "said_no_flip", **facts)
        return words(f"said_flip_{size}" if frame.proven else "said_flip", **facts)  # proven: no larger than three
    return words("said_" + (frame.part or "whole"), **facts)


def _alt(frame: GcnFrame, graph: Graph, words: Words) -> str:
    if isinstance(frame, TrainFrame):
        sizes = np.bincount(frame.p.argmax(1), minlength=frame.p.shape[1])
        return words("alt_classes", sizes=", ".join(f"{parts.class_of(graph, k, words)} {size}" for k, size in enumerate(sizes)))
    if isinstance(frame, RoundFrame):
        most = np.argsort(-frame.symmetric, kind="stable")[:3]
        return words(
            "alt_heard", most=", ".join(f"{parts.name_of(graph, int(u))} {number(float(frame.symmetric[u]), 3)}" for u in most)
        )
    if isinstance(frame, EditFrame):
        most = np.argsort(-frame.change, kind="stable")[:3]
        return words(
            "alt_change", most=", ".join(f"{parts.name_of(graph, int(u))} {number(float(frame.change[u]), 3)}" for u in most)
        )
    assert isinstance(frame, DataFrame)
    return words("alt_data", count=sum(bad for *_, bad in inspecting.warnings(frame)))


def _metrics(frame: GcnFrame, graph: Graph, words: Words) -> list[tuple[str, str]]:
    if isinstance(frame, RoundFrame):
        return [
            (words("reach"), f"{frame.reach} / {graph.n}"),
            (words("own"), number(frame.own_symmetric, 3)),
            (words("own_mean"), number(frame.own_mean, 3)),
        ]
    if isinstance(frame, TrainFrame):
        shown = [(words("loss"), number(frame.loss, 3))]
        if np.isfinite(frame.accuracy):
            shown.append((words("accuracy"), _percent(frame.accuracy)))
        return [*shown, (words("energy"), short(frame.energy, 2))]
    if isinstance(frame, EditFrame):
        return [
            (words("total_change"), number(frame.total_change, 2)),
            (words("flipped"), str(frame.flipped)),
            (words("margin"), number(frame.margin, 2)),
        ]
    assert isinstance(frame, DataFrame)
    return [
        (words("nodes"), str(frame.nodes)),
        (words("arcs"), str(frame.arcs)),
        (words("warned"), str(sum(bad for *_, bad in inspecting.warnings(frame)))),
    ]
