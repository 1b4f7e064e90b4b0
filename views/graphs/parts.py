"""What the panels of graph convolution share: the graph itself, names, and words in its corners."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import graphs
from charts.numbers import count
from charts.panels import Panel, Trace, blank, escaped, note
from engine.edges import Graph
from engine.graphs.gcn import Wired
from views import Words
from views.look import Look

NAMED = 40  # nodes up to which every one has a name
FORMULAS = 700  # nodes up to which the formula speaks of each of them


def name_of(graph: Graph, node: Any) -> str:
    """Not escaped."""
    return graph.names[int(node)]


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


def most_of(look: Look[Any], values: np.ndarray, said: Sequence[str]) -> str:
    """The three nodes with the largest values [n], each with its number as it is said."""
    first = np.argsort(-values, kind="stable")[:3]
    return look.say("comma").join(f"{name_of(look.data[0], u)} {said[u]}" for u in first)


def _directed(params: Any) -> bool:
    """Whether messages take edges only as they are given."""
    return isinstance(params, Wired) and params.direction == "as_given"


def _wires(graph: Graph, directed: bool) -> np.ndarray:
    """The edges that are drawn, (e, 2): without loops, and with both directions only once."""
    pairs = graph.edges if directed else graph.pairs()[0]
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def web(look: Look[Any], room: int = 0) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The edges, arrows where only one direction counts, and the word that some are left out."""
    graph, pos, directed = look.data[0], look.frame.pos, _directed(look.params)
    pairs = _wires(graph, directed)
    drawn = graphs.sampled(pairs)
    traces = [graphs.edges(pos, drawn, opacity=0.55 if graph.n <= graphs.FEW else 0.18)]
    if directed and graph.n <= graphs.FEW:
        traces.append(graphs.heads(pos, drawn))
    told = look.say("sampled", shown=count(len(drawn)), all=count(len(pairs)))
    return traces, [corner(told, room, "@ink3")] if len(drawn) < len(pairs) else []


def size_of(graph: Graph) -> float:
    """The diameter of a node: room for a short name where they are few."""
    if graph.n <= NAMED:
        return 22 if is_short(graph) and max(map(len, graph.names)) > 2 else 16
    return 12 if graph.n <= 120 else 8 if graph.n <= graphs.FEW else 3.5


def is_short(graph: Graph) -> bool:
    """Whether every name fits into its node."""
    return graph.n <= NAMED and max(map(len, graph.names)) <= 4


def labels(look: Look[Any], some: Sequence[int] = (), shade: np.ndarray | None = None) -> list[Trace]:
    """Names on the nodes where they are few and short, else beside those that matter. `shade`: how strong a node's colour is."""
    graph, pos = look.data[0], look.frame.pos
    short_ = is_short(graph)
    index = np.arange(graph.n) if short_ else np.array(sorted(set(some)), dtype=int)
    if not look.options.names or not len(index) or graph.n > graphs.FEW:
        return []
    inks: str | list[str] = "@surface" if short_ else "@ink2"
    if short_ and shade is not None:
        inks = ["@surface" if shade[k] > 0.45 else "@ink" for k in index]
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": pos[index, 0].astype(float),
            "y": pos[index, 1].astype(float),
            "text": [escaped(graph.names[k]) + ("" if short_ else "<br> ") for k in index],
            "textposition": "middle center" if short_ else "top center",
            "textfont": {"size": 9 if short_ else 11, "color": inks},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
    ]


def drawn(graph: Graph, pos: np.ndarray, traces: Sequence[Trace], title: str, notes: Sequence[dict[str, Any]] = ()) -> Panel:
    """The graph in its panel; a layout that was not given has no scale of its own and fills it."""
    x, y = graphs.frame(pos)
    y[0] -= 0.07 * (y[1] - y[0])  # room for words below
    return Panel(traces, title, notes=notes, x=blank(range=x), y=blank(range=y), equal=graph.positions is not None)


def corner(text: str, line: int, colour: str) -> dict[str, Any]:
    """A word in the lower left corner of a panel, some lines up."""
    place = {"xref": "x domain", "yref": "y domain", "x": 0, "y": 0, "xanchor": "left", "yanchor": "bottom", "yshift": 17 * line}
    return note(text, bgcolor="@surface", borderpad=1, font={"size": 11, "color": colour}, **place)


def crosses(pos: np.ndarray, index: np.ndarray, graph: Graph) -> Trace:
    return {
        "type": "scatter",
        "mode": "text",
        "x": pos[index, 0].astype(float),
        "y": pos[index, 1].astype(float),
        "text": ["✕" if graph.n > 60 else "   ✕"] * len(index),
        "textposition": "top center" if graph.n > 60 else "top right",
        "textfont": {"size": 13, "color": "@bad"},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
