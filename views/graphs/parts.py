"""What the panels of graph convolution share: the graph itself, names, and words in its corners."""

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

import engine.params
from charts import graphs
from charts.numbers import count
from charts.panels import Box, Panel, Trace, blank, escaped, note
from engine.data import Graph
from engine.graphs.gcn import Params
from views import Words

NAMED = 40  # nodes up to which every one has a name
Boxes = tuple[list[Box], list[Box]]


class Options(engine.params.Options):
    matrix: Literal["symmetric", "mean", "power"] = "symmetric"  # the third one, beside A and A + I
    names: bool = True  # names beside the nodes, where there is room


def name_of(graph: Graph, node: Any) -> str:
    return graph.names[int(node)]


def brief(graph: Graph, node: Any, most: int = 14) -> str:
    """A node's name, cut where it is long. Not escaped."""
    name = name_of(graph, node)
    return name if len(name) <= most else name[: most - 1] + "…"


def class_of(graph: Graph, label: int, words: Words) -> str:
    """What a class is called: those of the samples have names in every language, others their own. Not escaped."""
    name = graph.label_names[label] if label < len(graph.label_names) else str(label)
    try:
        return words("class_" + re.sub(r"\W+", "_", name.lower()).strip("_"))
    except KeyError:
        return name


def _wires(graph: Graph, params: Params) -> np.ndarray:
    """The edges that are drawn, (e, 2): without loops, and with both directions only once."""
    pairs = graph.edges if params.direction == "as_given" else graph.pairs()[0]
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def web(graph: Graph, pos: np.ndarray, params: Params, words: Words, room: int = 0) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The edges, arrows where only one direction counts, and the word that some are left out."""
    pairs = _wires(graph, params)
    drawn = graphs.sampled(pairs)
    traces = [graphs.edges(pos, drawn, opacity=0.55 if graph.n <= graphs.FEW else 0.18)]
    if params.direction == "as_given" and graph.n <= graphs.FEW:
        traces.append(graphs.heads(pos, drawn))
    told = words("sampled", shown=count(len(drawn)), all=count(len(pairs)))
    return traces, [corner(told, room, "@ink3")] if len(drawn) < len(pairs) else []


def size_of(graph: Graph) -> float:
    """The diameter of a node: room for a short name where they are few."""
    if graph.n <= NAMED:
        return 22 if is_short(graph) and max(map(len, graph.names)) > 2 else 16
    return 12 if graph.n <= 120 else 8 if graph.n <= graphs.FEW else 3.5


def is_short(graph: Graph) -> bool:
    """Whether every name fits into its node."""
    return graph.n <= NAMED and max(map(len, graph.names)) <= 4


def labels(
    graph: Graph, pos: np.ndarray, options: Options, some: Sequence[int] = (), shade: np.ndarray | None = None
) -> list[Trace]:
    """Names on the nodes where they are few and short, else beside those that matter. `shade`: how strong a node's colour is."""
    short_ = is_short(graph)
    index = np.arange(graph.n) if short_ else np.array(sorted(set(some)), dtype=int)
    if not options.names or not len(index) or graph.n > graphs.FEW:
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


def wide(items: Sequence[tuple[str, str]]) -> float:
    """About how many pixels some words of a legend take."""
    return sum(14 + sum(11.5 if ord(sign) > 0x2E80 else 6.2 for sign in text) for text, _ in items)
