"""Whose class is told: by a list, or chosen; and what a click makes of the list."""

import re

import numpy as np

from engine.edges import Graph
from engine.errors import ParamError
from engine.graphs.gcn import messages
from engine.params import Params, choice, number

CLASSES, TYPED = 6, 200  # of a graph without labels; letters of the list


class Labelling(Params):
    per_class: int = number(1, 1, 20, rare=True)  # how many nodes of each class are labelled
    labelled: str = choice("", rare=True)  # or these: "0:0 33:1", node : class, both from 0


def told(params: Labelling, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    """The nodes (m,) whose class is told, and the classes (m,). Raises ParamError.

    Without a list of them: of each class those with most neighbours; of a graph without classes, the node with most neighbours
    as class 0 and the one furthest from it as class 1.
    """
    if params.labelled:
        return _parsed(params.labelled, data)
    arcs, _ = data.arcs()
    degree = messages.degrees(data.n, arcs)
    order = np.lexsort((np.arange(data.n), -degree))
    if data.labels is None:
        hub = int(order[0])
        away = messages.hops(data.n, arcs, hub)
        return np.array([hub, int(np.lexsort((-degree, -away))[0])]), np.array([0, 1])
    nodes = [order[data.labels[order] == label][: params.per_class] for label in range(len(data.label_names))]
    classes = np.repeat(np.arange(len(nodes)), [len(some) for some in nodes])
    return np.concatenate(nodes), classes


def _parsed(text: str, data: Graph) -> tuple[np.ndarray, np.ndarray]:
    pairs: dict[int, int] = {}
    for word in re.split(r"[\s,;]+", text.strip()):
        found = re.fullmatch(r"(\d{1,5})[:：](\d{1,2})", word)
        if not found:
            raise ParamError("gcn_labelled", word=word[:30])
        node, label = int(found[1]), int(found[2])
        if node >= data.n:
            raise ParamError("gcn_labelled_node", node=node, last=data.n - 1)
        if label >= max(CLASSES, len(data.label_names)):
            raise ParamError("gcn_labelled_class", label=label, last=max(CLASSES, len(data.label_names)) - 1)
        pairs[node] = label
    return np.array(list(pairs)), np.array(list(pairs.values()))


def toggled(params: Labelling, data: Graph, node: int) -> str | None:
    """The list of labelled nodes after a click on one: told its class, or no longer. None when the list would be too long.

    A node whose class nobody knows goes through the classes, one a click. The last labelled node stays.
    """
    nodes, classes = told(params, data)
    pairs = dict(zip(nodes.tolist(), classes.tolist(), strict=True))
    known = -1 if data.labels is None else int(data.labels[node])
    if known >= 0 and node not in pairs:
        pairs[node] = known
    elif known >= 0 or pairs.get(node, -1) + 1 >= max(2, len(data.label_names)):
        pairs.pop(node)
    else:
        pairs[node] = pairs.get(node, -1) + 1
    text = " ".join(f"{at}:{label}" for at, label in sorted(pairs.items())) or params.labelled
    return text if len(text) <= TYPED else None
