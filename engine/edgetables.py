"""A graph as a table, and back.

A row with a source and a target is an edge; a row with a source alone is a node, and says its label, its place (x, y) and its
features. So one table holds isolated nodes too, and the number of nodes is never guessed from the edges.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.edges import Graph, check_counts, graph
from engine.errors import DataError
from engine.numerals import as_numbers, as_word
from engine.readings import LABELS, Note, cut, uncollected
from engine.tables import Table

ROLES = {  # what columns are called, in lower case
    "source": ("source", "from", "src", "u", "node1", "node", "id", "name", "von", "quelle", "de", "源", "起点", "节点"),
    "target": ("target", "to", "dst", "v", "node2", "nach", "ziel", "vers", "目标", "终点"),
    "weight": ("weight", "w", "value", "gewicht", "poids", "peso", "权重"),
    "label": ("label", "y", "class", "group", "club", "community", "标签", "类别"),
    "x": ("x", "pos_x"),
    "y": ("y", "pos_y"),
}
TEXT = ("source", "target", "label")


@uncollected()
def graph_of(table: Table) -> Graph:
    """The graph in a table with the columns source and target. Raises DataError that names the row (from 1)."""
    frame = table.frame
    if "source" not in frame or "target" not in frame:
        raise DataError("graph_columns")
    sources, targets = (_words_of(frame[column]) for column in ("source", "target"))
    if not any(targets) and len(targets) < 2:
        raise DataError("graph_small")
    index: dict[str, int] = {}
    described: dict[int, int] = {}  # node → its row
    edges, rows = [], []
    for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
        if not source:
            raise DataError("graph_no_source", row=row + 1)
        u = index.setdefault(source, len(index))
        if target:
            edges.append((u, index.setdefault(target, len(index))))
            rows.append(row)
        elif described.setdefault(u, row) != row:
            raise DataError("graph_node_twice", node=source)
    n = len(index)
    check_counts(n, len(edges))
    said = list(table.notes)
    codes, classes = _label_column(table, n, described, said, rows)
    X, features = _feature_columns(table, list(index), described)
    made = graph(
        n,
        np.array(edges, dtype=np.int64).reshape(-1, 2),
        _weight_column(table, rows),
        list(index),
        X,
        features,
        codes,
        classes,
        _place_columns(table, n, described),
        table.origin,
    )
    return Graph(**{name: getattr(made, name) for name in _FIELDS} | {"notes": (*said, *made.notes)})


_FIELDS = ("n", "edges", "weights", "names", "X", "features", "labels", "label_names", "positions", "origin")


NO_LABEL = "–"  # a reading's word for: no field names the classes


def class_field(nodes: Sequence[Mapping[str, Any]], known: Sequence[str], wanted: str) -> tuple[str, tuple[str, ...]]:
    """Which field of nodes names their classes, "" for none, and all that could: few values, some of them twice.

    That is the wanted one, else the first known one that some node has. Raises DataError where the wanted one cannot.
    """
    values: dict[str, list[str]] = {}
    for node in nodes:
        for key, value in node.items():
            if isinstance(value, (str, int, float)) and value != "":
                values.setdefault(key, []).append(str(value))
    kinds = {key: len(set(found)) for key, found in values.items()}
    could = tuple(key for key, count in kinds.items() if 2 <= count <= LABELS and count < len(values[key]))
    if wanted and wanted != NO_LABEL and wanted not in could:
        raise DataError("no_column", column=cut(wanted))
    return "" if wanted == NO_LABEL else wanted or next((key for key in known if key in values), ""), could


def _words_of(column: NDArray[Any]) -> list[str]:
    return [as_word(cell) for cell in column]


def _weight_column(table: Table, rows: Sequence[int]) -> NDArray[np.float64] | None:
    if "weight" not in table.frame:
        return None
    column = table.frame["weight"]
    if column.dtype == object:
        numbers = as_numbers([str(cell) for cell in column])
        if numbers is None:
            bad = next((row for row in rows if as_numbers((str(column[row]),)) is None), 0)
            raise DataError("graph_weight", row=bad + 1, weight=cut(str(column[bad]), 30))
        column = numbers
    weights = column[list(rows)]
    if len(weights) and np.isnan(weights).all():
        return None
    bad_rows = np.flatnonzero(~(weights > 0))
    if len(bad_rows):
        raise DataError("graph_weight", row=rows[bad_rows[0]] + 1, weight=f"{weights[bad_rows[0]]:g}")
    return np.asarray(weights, dtype=np.float64)


def _label_column(
    table: Table, n: int, described: dict[int, int], said: list[Note], rows: Sequence[int]
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    if "label" not in table.frame:
        return None, ()
    words = _words_of(table.frame["label"])
    beside = sum(bool(words[row]) for row in rows)
    said += [("graph_edge_labels", {"count": beside})] if beside else []
    found = {words[row] for row in described.values()} - {""}
    order = sorted(found)
    if table.label == "label" and found <= set(table.label_names):
        order = list(table.label_names)
    if not order:
        return None, ()
    places = {word: k for k, word in enumerate(order)} | {"": -1}
    codes = np.full(n, -1, dtype=np.int64)
    for node, row in described.items():
        codes[node] = places[words[row]]
    return codes, tuple(order)


def _place_columns(table: Table, n: int, described: dict[int, int]) -> NDArray[np.float64] | None:
    """Where nodes are drawn, if every one of them says it."""
    columns = [table.frame.get(name) for name in ("x", "y")]
    if len(described) < n or any(column is None or column.dtype == object for column in columns):
        return None
    rows = [described[node] for node in range(n)]
    places = np.stack([np.asarray(column, dtype=np.float64)[rows] for column in columns if column is not None], 1)
    return places if np.isfinite(places).all() else None


def _feature_columns(
    table: Table, names: Sequence[str], described: dict[int, int]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    heads = tuple(name for name in table.columns if name not in ROLES and table.frame[name].dtype != object)
    heads = tuple(name for name in heads if np.isfinite(table.frame[name][list(described.values())]).any())
    if not heads or not described:
        return None, ()
    for node, name in enumerate(names):
        if node not in described:
            raise DataError("graph_no_features", node=name)
    rows = [described[node] for node in range(len(names))]
    X = np.column_stack([table.frame[name][rows] for name in heads])
    bad = np.argwhere(~np.isfinite(X))
    if len(bad):
        raise DataError("nan", row=rows[bad[0][0]] + 1, column=heads[bad[0][1]])
    return X, heads


def graph_table(graph: Graph) -> Table:
    """A graph as the table that `graph_of` makes it from again: its nodes in their order, then its edges."""
    n, m = graph.n, len(graph.edges)
    gap = np.full(m, np.nan)
    columns: dict[str, list[Any] | NDArray[Any]] = {
        "source": [*graph.names, *(graph.names[u] for u in graph.edges[:, 0])],
        "target": [""] * n + [graph.names[v] for v in graph.edges[:, 1]],
    }
    if not (graph.weights == 1).all():
        columns["weight"] = np.concatenate([np.full(n, np.nan), graph.weights])
    if graph.labels is not None:
        columns["label"] = [*(graph.label_names[code] if code >= 0 else "" for code in graph.labels), *([""] * m)]
    if graph.positions is not None:
        columns |= {axis: np.concatenate([graph.positions[:, k], gap]) for k, axis in enumerate("xy")}
    if graph.X is not None:
        columns |= {name: np.concatenate([graph.X[:, k], gap]) for k, name in enumerate(graph.features)}
    frame: dict[str, NDArray[Any]] = {}
    for name, cells in columns.items():
        array = np.empty(n + m, dtype=object if name in TEXT else np.float64)
        array[:] = cells
        frame[name] = array
    labelled = graph.labels is not None
    return Table(frame, tuple(frame), label="label" if labelled else None, label_names=graph.label_names)
