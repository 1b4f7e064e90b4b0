"""What the panels of graph convolution share: the graph itself, names beside its nodes, a lamp on some of them."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import graphs
from charts.numbers import count
from charts.panels import Panel, Trace, bare, corner, escaped, told
from charts.words import cut
from engine.edges import Graph
from engine.graphs.gcn import Wired
from views import Words
from views.look import Look

NAMED, LETTERS = 80, 16  # nodes up to which all have a name where there is room; letters of one
FORMULAS = 700  # nodes up to which the formula speaks of each of them
BELOW, TOP = 0.07, 15  # of a drawing's height: room for words below it; lines up to its upper corner
CLUB = ("Mr. Hi", "Officer")  # Zachary's club broke up into their sides: what its classes are called


def leaders(graph: Graph) -> tuple[int, ...]:
    """The nodes after whom the classes are named, in their order: of the karate club."""
    return (0, 33) if graph.label_names == CLUB and graph.n == 34 else ()


def called(look: Look[Any], node: Any) -> str:
    """A node's name, of a leader of the club the person's. Not escaped."""
    graph, great = look.data[0], leaders(look.data[0])
    return class_of(graph, great.index(int(node)), look.say) if int(node) in great else graph.names[int(node)]


def everybody(look: Look[Any]) -> list[str]:
    """What all nodes are called, escaped."""
    names = [escaped(name) for name in look.data[0].names]
    for node in leaders(look.data[0]):
        names[node] = escaped(called(look, node))
    return names


def class_of(graph: Graph, label: int, words: Words) -> str:
    """What a class is called: those of the samples have names in every language, others their own. Not escaped."""
    name = graph.label_names[label] if label < len(graph.label_names) else str(label)
    try:
        return words("class_" + re.sub(r"\W+", "_", name.lower()).strip("_"))
    except KeyError:
        return name


def entities(graph: Graph) -> list[str]:
    """The nodes' names for a formula, escaped; none of a graph that has too many."""
    return [escaped(name[:20]) for name in graph.names] if graph.n <= FORMULAS else []


def most_of(look: Look[Any], values: np.ndarray, said: Sequence[str], most: int = 3) -> str:
    """The nodes with the largest values [n], each with its number as it is said."""
    first = np.argsort(-values, kind="stable")[:most]
    return look.say("comma").join(look.say("with_number", name=called(look, u), n=said[u]) for u in first)


def _web(look: Look[Any]) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The edges, arrows where only one direction counts, and the word that some are left out."""
    graph, pos = look.data[0], look.frame.pos
    directed = isinstance(look.params, Wired) and look.params.direction == "as_given"
    pairs = graph.edges if directed else graph.pairs()[0]
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    shown, few = graphs.sampled(pairs), graph.n <= graphs.FEW
    traces = [graphs.edges(pos, shown, opacity=0.55 if few else 0.18)]
    traces += [graphs.heads(pos, shown)] if directed and few else []
    said = look.say("sampled", shown=count(len(shown)), all=count(len(pairs)))
    return traces, [corner(said, TOP, "@ink3")] if len(shown) < len(pairs) else []


def size_of(graph: Graph) -> float:
    """The diameter of a node."""
    return 15 if graph.n <= 40 else 11 if graph.n <= 120 else 8 if graph.n <= graphs.FEW else 3.5


def shaded(look: Look[Any], values: np.ndarray, high: float, said: Sequence[str], **marker: Any) -> Trace:
    """All nodes coloured by a value from 0 to `high`; pointing at one says it in words."""
    texts = [f"{name}: {word}" for name, word in zip(everybody(look), said, strict=True)]
    style = {"line": {"width": 1, "color": "@edge"}, "size": size_of(look.data[0])} | marker
    return graphs.valued(look.frame.pos, values, high=high, marker=style, meta={"click": "node"}, **told(texts))


def _names(look: Look[Any], some: Sequence[int]) -> list[Trace]:
    """Names beside the nodes where there is room, first of leaders and of `some`: of large graphs theirs alone."""
    graph, first = look.data[0], sorted({*some, *leaders(look.data[0])})
    if not look.options.names or graph.n > graphs.FEW:
        return []
    index = range(graph.n) if graph.n <= NAMED else first
    texts = [cut(called(look, u), LETTERS) for u in index]
    pairs, size = graph.pairs()[0], size_of(graph)
    return [graphs.names(look.frame.pos, pairs, index, texts, first, size=size, room=BELOW, bold=leaders(graph))]


def drawn(
    look: Look[Any], title: str, traces: Sequence[Trace], named: Sequence[int], key: Sequence[dict[str, Any]],
    edges: Sequence[Trace] = (),
) -> Panel:  # fmt: skip
    """The graph in its panel: its edges, or others in their place, `traces`, names, of `named` nodes first.

    A layout that was not given has no scale of its own and fills it.
    """
    web, notes = _web(look)
    x, y = graphs.frame(look.frame.pos)
    y[0] -= BELOW * (y[1] - y[0])
    shown = [*(edges or web), *traces, *_names(look, named)]
    return bare(shown, title, x, y, notes=[*notes, *key], equal=look.data[0].positions is not None)


def rings(look: Look[Any], index: np.ndarray) -> Trace:
    """Rings around the nodes whose class is told."""
    return graphs.rings(look.frame.pos, index, size=size_of(look.data[0]) + 5, width=1.5)


def lamp(look: Look[Any], index: Sequence[int] | np.ndarray, width: float = 2.5) -> Trace:
    """A lamp around some of the nodes; it goes from one to the other without a way between."""
    at, size = np.asarray(index, dtype=int), size_of(look.data[0]) + 9
    return graphs.rings(look.frame.pos, at, colour="@accent", size=size, width=width) | {"meta": {"still": True}}
