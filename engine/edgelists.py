"""Graphs: nodes with names, edges with weights; read from an edge list (CSV, TSV, JSON, or columns divided by spaces).

As a table, a row with a source and a target is an edge; a row with a source alone is a node, and says its label, its place
(x, y) and its features. So one table holds isolated nodes too, and the number of nodes is never guessed from the edges.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import DataError
from engine.readers import (
    LABELS,
    LARGEST,
    Note,
    Table,
    as_numbers,
    check_size,
    clean,
    cut,
    decode,
    delimiter_of,
    digest_of,
    make_table,
    rows_of,
    seems,
)

NODES, EDGES, FEATURES = 20_000, 200_000, 200
MATRIX = 2000  # nodes up to which a graph without features gets one column a node
ROLES = {  # what columns are called, in lower case
    "source": ("source", "from", "src", "u", "node1", "node", "id", "name", "源", "起点", "节点"),
    "target": ("target", "to", "dst", "v", "node2", "目标", "终点"),
    "weight": ("weight", "w", "value", "权重"),
    "label": ("label", "y", "class", "group", "club", "community", "标签", "类别"),
    "x": ("x", "pos_x"),
    "y": ("y", "pos_y"),
}
TEXT = ("source", "target", "label")


@dataclass(frozen=True, eq=False)
class Graph:
    """n nodes and m edges, as they were given, each pair at most once in each direction. Made by `graph`, or from a table."""

    n: int
    edges: NDArray[np.int64]  # (m, 2) source, target
    weights: NDArray[np.float64]  # (m,) above 0
    names: tuple[str, ...]  # n different names
    X: NDArray[np.float64] | None = None  # (n, F) features
    features: tuple[str, ...] = ()  # F names
    labels: NDArray[np.int64] | None = None  # (n,) into label_names; −1: unknown
    label_names: tuple[str, ...] = ()
    positions: NDArray[np.float64] | None = None  # (n, 2) where the nodes are drawn
    notes: tuple[Note, ...] = ()
    origin: str = "own"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self._seal()
        parts = [b"" if array is None else array.tobytes() for array in self._arrays()]
        words = repr((self.n, self.edges.shape, self.names, self.features, self.label_names, [a is None for a in self._arrays()]))
        object.__setattr__(self, "digest", digest_of(words, *parts))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._seal()  # numpy forgets the flag on its way through a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def _arrays(self) -> tuple[NDArray[Any] | None, ...]:
        return self.edges, self.weights, self.X, self.labels, self.positions

    def _seal(self) -> None:
        for array in self._arrays():
            if array is not None:
                array.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, strings estimated."""
        words = sum(50 + len(word) for word in (*self.names, *self.features, *self.label_names))
        return words + sum(array.nbytes for array in self._arrays() if array is not None)

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Undirected edges (e, 2), the smaller node first, loops too, and their weights: the mean where both ways are given."""
        low, high = self.edges.min(1), self.edges.max(1)
        codes, where = np.unique(low * self.n + high, return_inverse=True)
        count = np.bincount(where, minlength=len(codes))
        weights = np.bincount(where, self.weights, minlength=len(codes)) / np.maximum(count, 1)
        return np.stack([codes // self.n, codes % self.n], 1), weights

    def arcs(self, directed: bool = False) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """What PyG calls edge_index, (2, a) source over target, and a weight each: as given, or every edge in both directions."""
        if directed:
            return self.edges.T.copy(), self.weights.copy()
        pairs, weights = self.pairs()
        two = pairs[:, 0] != pairs[:, 1]
        both = np.concatenate([pairs, pairs[two][:, ::-1]])
        weights = np.concatenate([weights, weights[two]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        return both[order].T.copy(), weights[order]


def graph(
    n: int,
    edges: ArrayLike,
    weights: ArrayLike | None = None,
    names: Sequence[str] = (),
    X: ArrayLike | None = None,
    features: Sequence[str] = (),
    labels: ArrayLike | None = None,
    label_names: Sequence[str] = (),
    positions: ArrayLike | None = None,
    origin: str = "own",
) -> Graph:
    """A checked Graph. Edges that stand twice are merged, and that is noted. Raises DataError."""
    pairs = np.array(edges, dtype=np.int64).reshape(-1, 2)
    strength = np.ones(len(pairs)) if weights is None else np.array(weights, dtype=np.float64)
    _check_counts(n, len(pairs))
    if len(strength) != len(pairs):
        raise DataError("mismatch", what="weights", found=len(strength), expected=len(pairs))
    outside = np.flatnonzero((pairs < 0).any(1) | (pairs >= n).any(1))
    if len(outside):
        raise DataError("graph_outside", edge=int(outside[0]) + 1, node=int(pairs[outside[0]].max()), n=n)
    bad = np.flatnonzero(~((strength > 0) & (strength <= LARGEST)))
    if len(bad):
        raise DataError("graph_weight", row=int(bad[0]) + 1, weight=f"{strength[bad[0]]:g}")
    pairs, strength, double = _merged(pairs, strength, n)
    words = tuple(cut(clean(str(name))) for name in names) or tuple(map(str, range(n)))
    _check_names(words, n)
    matrix, heads = _features(X, features, n)
    codes, classes = _labels(labels, label_names, n)
    places = None if positions is None else np.array(positions, dtype=np.float64)
    if places is not None and (places.shape != (n, 2) or not np.isfinite(places).all()):
        raise DataError("mismatch", what="positions", found=len(places), expected=n)
    said = _notes(n, pairs, double)
    return Graph(n, pairs, strength, words, matrix, heads, codes, classes, places, said, origin)


def _check_counts(nodes: int, edges: int) -> None:
    if nodes < 2:
        raise DataError("graph_small")
    if nodes > NODES:
        raise DataError("graph_many_nodes", nodes=nodes, limit=NODES)
    if edges > EDGES:
        raise DataError("graph_many_edges", edges=edges, limit=EDGES)


def _check_names(names: tuple[str, ...], n: int) -> None:
    if len(names) != n:
        raise DataError("mismatch", what="names", found=len(names), expected=n)
    if len(set(names)) < n:
        raise DataError("graph_node_twice", node=Counter(names).most_common(1)[0][0])


def _merged(pairs: NDArray[np.int64], weights: NDArray[np.float64], n: int) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Each edge once, with its first weight, in their order; and how many were merged."""
    _, first = np.unique(pairs[:, 0] * n + pairs[:, 1], return_index=True)
    first.sort()
    return pairs[first], weights[first], len(pairs) - len(first)


def _features(X: ArrayLike | None, names: Sequence[str], n: int) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    if X is None:
        return None, ()
    matrix = np.array(X, dtype=np.float64)
    if matrix.ndim != 2 or len(matrix) != n:
        raise DataError("mismatch", what="features", found=len(matrix), expected=n)
    if matrix.shape[1] > FEATURES:
        raise DataError("too_many_columns", columns=matrix.shape[1], limit=FEATURES)
    heads = tuple(cut(clean(name)) for name in names) or tuple(f"f{k + 1}" for k in range(matrix.shape[1]))
    if len(heads) != matrix.shape[1]:
        raise DataError("mismatch", what="features", found=len(heads), expected=matrix.shape[1])
    bad = np.argwhere(~(np.abs(matrix) <= LARGEST))
    if len(bad):
        raise DataError("graph_feature", node=int(bad[0][0]) + 1, column=heads[bad[0][1]])
    return matrix, heads


def _labels(labels: ArrayLike | None, names: Sequence[str], n: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    if labels is None:
        return None, ()
    codes = np.array(labels, dtype=np.int64)
    if codes.shape != (n,):
        raise DataError("mismatch", what="labels", found=codes.size, expected=n)
    classes = tuple(cut(clean(name)) for name in names) or tuple(map(str, range(int(codes.max()) + 1)))
    if len(classes) > LABELS:
        raise DataError("too_many_labels", count=len(classes), limit=LABELS)
    if codes.min() < -1 or codes.max() >= len(classes):
        raise DataError("mismatch", what="labels", found=int(codes.max()) + 1, expected=len(classes))
    return (codes, classes) if codes.max() >= 0 else (None, ())


def _notes(n: int, pairs: NDArray[np.int64], double: int) -> tuple[Note, ...]:
    loops = int((pairs[:, 0] == pairs[:, 1]).sum())
    alone = n - len(np.unique(pairs[pairs[:, 0] != pairs[:, 1]]))
    facts = (("graph_double", double), ("graph_loops", loops), ("graph_alone", alone))
    return tuple((code, {"count": count}) for code, count in facts if count)


# ------------------------------------------------------------------------------------------------------ tables, and back


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
    _check_counts(n, len(edges))
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


def _words_of(column: NDArray[Any]) -> list[str]:
    if column.dtype == object:
        return [str(cell) for cell in column]
    return ["" if np.isnan(cell) else repr(float(cell)).removesuffix(".0") for cell in column]


def _weight_column(table: Table, rows: Sequence[int]) -> NDArray[np.float64] | None:
    if "weight" not in table.frame:
        return None
    column = table.frame["weight"]
    if column.dtype == object:
        numbers, _ = as_numbers([str(cell) for cell in column])
        if numbers is None:
            bad = next((row for row in rows if as_numbers((str(column[row]),))[0] is None), 0)
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


# --------------------------------------------------------------------------------------------------------------- reading


def read_graph(raw: bytes, name: str = "") -> Table:
    """The edge list in the bytes of a CSV, TSV or JSON file, as a table. Raises DataError."""
    check_size(raw)
    found = seems(raw)
    if found is not None:
        raise DataError(f"is_{found[0]}", kind=found[1])
    text, encoding = decode(raw)
    if not text.strip():
        raise DataError("empty")
    notes: list[Note] = [("encoding", {"encoding": encoding})]
    if text.lstrip()[0] in "{[":
        described, classes = _json_rows(text)
        rows, delimiter = _squared(described), ","
    else:
        lines, classes = text.splitlines(), ()
        kept = [line for line in lines if not line.lstrip().startswith(("#", "%"))]
        notes += [("graph_comments", {"count": len(lines) - len(kept)})] if len(kept) < len(lines) else []
        if not any(line.strip() for line in kept):
            raise DataError("empty")
        text, delimiter = _divided("\n".join(kept))
        rows, blank = rows_of(text, delimiter)
        notes += [("blank_rows", {"count": blank})] if blank else []
        rows = _named(rows, notes)
    if len(rows) < 2:
        raise DataError("graph_small")
    if len(rows) - 1 > NODES + EDGES:
        raise DataError("graph_many_edges", edges=len(rows) - 1, limit=EDGES)
    table = make_table(rows, header=True, delimiter=delimiter, notes=notes, name=cut(clean(name)), text=TEXT, limit=NODES + EDGES)
    said = tuple(note for note in table.notes if note[0] not in ("header", "missing"))  # cells of the other kind of row
    return Table(
        table.frame, table.columns, said, table.name, "upload", "label" if "label" in rows[0] else None, label_names=classes
    )


def _divided(text: str) -> tuple[str, str]:
    """The text and its delimiter; columns divided by spaces get tabs."""
    delimiter = delimiter_of(text)
    if delimiter in text.split("\n", 1)[0] or not re.search(r"\S[ ]+\S", text.split("\n", 1)[0]):
        return text, delimiter
    return "\n".join("\t".join(line.split()) for line in text.split("\n")), "\t"


def _named(rows: list[list[str]], notes: list[Note]) -> list[list[str]]:
    """Rows under a first row that names the columns by their role."""
    first = [cell.lower() for cell in rows[0]]
    taken: dict[int, str] = {}
    for role, words in ROLES.items():
        place = next((k for k, cell in enumerate(first) if cell in words and k not in taken), None)
        if place is not None:
            taken[place] = role
    if "source" in taken.values() and ("target" in taken.values() or len(first) == 1):
        notes.append(("graph_header", {}))
        heads = [taken.get(k, rows[0][k]) for k in range(len(first))]
        return [heads, *rows[1:]] if "target" in heads else [[*heads, "target"], *([*row, ""] for row in rows[1:])]
    if len(first) < 2:
        raise DataError("graph_columns")
    notes.append(("graph_no_header", {}))
    heads = ["source", "target", "weight"][: len(first)] + [f"column {k + 1}" for k in range(3, len(first))]
    return [heads, *rows]


def _squared(rows: list[dict[str, str]]) -> list[list[str]]:
    heads: dict[str, None] = {"source": None, "target": None}
    for row in rows:
        heads |= dict.fromkeys(row)
    return [list(heads), *([row.get(head, "") for head in heads] for row in rows)]


def _json_rows(text: str) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """Rows of nodes and edges, and the names of the labels where they are listed."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise DataError("graph_json_broken", why=cut(str(problem), 80)) from problem
    if isinstance(content, list):
        content = {"edges": content}
    if "edge_index" in content:
        return _pyg_rows(content)
    edges = content.get("arcs", content.get("edges", content.get("links")))
    if not isinstance(edges, list) or not isinstance(content.get("nodes", []), list):
        raise DataError("graph_json")
    listed = content.get("labels")
    classes = tuple(cut(clean(str(item))) for item in listed) if isinstance(listed, list) else ()
    heads = content.get("feature_names") if isinstance(content.get("feature_names"), list) else None
    rows = [_json_node(node, classes, heads) for node in content.get("nodes", [])]
    places = content.get("position")
    if isinstance(places, list) and len(places) == len(rows):
        for row, place in zip(rows, places, strict=True):
            row |= {axis: _cell(value) for axis, value in zip("xy", _list(place), strict=False)}
    known = {
        _cell(node.get("id")): row["source"]
        for node, row in zip(content.get("nodes", []), rows, strict=True)
        if isinstance(node, dict) and "id" in node
    }
    for edge in edges:
        row = _json_edge(edge)
        rows.append(row | {end: known.get(row[end], row[end]) for end in ("source", "target")})
    return rows, classes


def _json_node(node: Any, classes: tuple[str, ...], heads: Sequence[Any] | None) -> dict[str, str]:
    if not isinstance(node, dict):
        return {"source": _cell(node)}
    lower = {str(key).lower(): value for key, value in node.items()}
    name = lower.get("name", lower.get("id"))
    if name is None or isinstance(name, (dict, list)):
        raise DataError("graph_json")
    row = {"source": _cell(name)}
    label = next((lower[key] for key in ROLES["label"] if key in lower and not (key == "y" and "x" in lower)), None)
    if isinstance(label, int) and not isinstance(label, bool) and 0 <= label < len(classes):
        label = classes[label]
    if label is not None:
        row["label"] = _cell(label)
    row |= {axis: _cell(lower[axis]) for axis in "xy" if "x" in lower and "y" in lower}
    values = lower.get("features")
    if isinstance(values, list):
        row |= {clean(str(heads[k])) if heads and k < len(heads) else f"f{k + 1}": _cell(value) for k, value in enumerate(values)}
    return row


def _json_edge(edge: Any) -> dict[str, str]:
    if isinstance(edge, dict):
        ends = [next((edge[key] for key in ROLES[role] if key in edge), None) for role in ("source", "target", "weight")]
    else:
        ends = [*_list(edge)[:3], None, None, None][:3]
    if ends[0] is None or ends[1] is None:
        raise DataError("graph_json")
    return {"source": _cell(ends[0]), "target": _cell(ends[1])} | ({} if ends[2] is None else {"weight": _cell(ends[2])})


def _pyg_rows(content: dict[str, Any]) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    """What a PyG `Data` holds, written as JSON: edge_index, and if they are there num_nodes, x, y, pos, edge_weight."""
    ends = _list(content["edge_index"])
    if len(ends) != 2 or any(not isinstance(end, list) for end in ends) or len(ends[0]) != len(ends[1]):
        raise DataError("graph_json")
    numbers = [*ends[0], *ends[1]]
    if not all(isinstance(node, int) and not isinstance(node, bool) and node >= 0 for node in numbers):
        raise DataError("graph_index")
    given = content.get("num_nodes")
    n = given if isinstance(given, int) else max(len(_list(content.get("x", []))), max(numbers, default=-1) + 1)
    _check_counts(n, len(ends[0]))
    if max(numbers, default=-1) >= n:
        raise DataError("graph_outside", edge=1, node=max(numbers), n=n)
    rows: list[dict[str, str]] = [{"source": str(node)} for node in range(n)]
    for key, heads in (("y", ("label",)), ("x", None), ("pos", ("x", "y"))):
        for row, value in zip(rows, _list(content.get(key, [])), strict=False):
            values = value if isinstance(value, list) else [value]
            row |= {heads[k] if heads else f"f{k + 1}": _cell(v) for k, v in enumerate(values) if not heads or k < len(heads)}
    weights = _list(content.get("edge_weight", []))
    for k, (u, v) in enumerate(zip(*ends, strict=True)):
        rows.append({"source": str(u), "target": str(v)} | ({"weight": _cell(weights[k])} if k < len(weights) else {}))
    return rows, ()


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise DataError("graph_json")
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise DataError("graph_json")
    return cut(clean(repr(value) if isinstance(value, float) else str(value)))
