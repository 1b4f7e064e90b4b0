"""Edge lists that visitors bring, as tables: CSV, TSV, JSON, or columns divided by spaces."""

import json
import re
from collections.abc import Sequence
from typing import Any

from engine.edges import EDGES, NODES, check_counts
from engine.edgetables import ROLES, TEXT
from engine.errors import DataError
from engine.readings import Note, clean, cut, read_words
from engine.tables import Table, delimiter_of, make_table, rows_of


def read_graph(raw: bytes, name: str = "") -> Table:
    """The edge list in the bytes of a CSV, TSV or JSON file, as a table. Raises DataError."""
    text, encoding = read_words(raw)
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
    check_counts(n, len(ends[0]))
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
