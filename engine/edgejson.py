"""Graphs in JSON, whoever wrote them: lists of nodes and of edges, D3, Cytoscape, Sigma, networkx, what PyG holds."""

import json
from collections.abc import Sequence
from typing import Any

from engine.edges import check_counts
from engine.edgetables import ROLES, class_field
from engine.errors import DataError
from engine.readings import LABELS, Note, clean, cut

Rows = list[dict[str, str]]
Names = tuple[str, ...]
OTHERS = ("id", "name", "key", "x", "index", "size", "features")  # what is no class
CLASSES = ("label", "group", "class", "community", "club", "category", "modularity_class", "type", "标签", "类别")


def json_rows(text: str, notes: list[Note], label: str = "") -> tuple[Rows, Names, Names]:
    """Rows of nodes and edges, the names of the labels where they are listed, and the fields that could be `label`."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise DataError("graph_json_broken", why=cut(str(problem), 80)) from problem
    content = _unwrapped(content)
    if "edge_index" in content:
        return *_pyg_rows(content), ()
    edges, nodes = _edges_of(content), content.get("nodes", [])
    if not isinstance(edges, list) or not isinstance(nodes, list):
        raise DataError("graph_json")
    listed = content.get("labels")
    classes = tuple(cut(clean(str(item))) for item in listed) if isinstance(listed, list) else ()
    heads = content.get("feature_names") if isinstance(content.get("feature_names"), list) else None
    nodes = [_flat(node) for node in nodes]
    named = _named_by_label(nodes, notes)
    lower = [{str(key).lower(): value for key, value in node.items()} for node in nodes if isinstance(node, dict)]
    free = [{key: value for key, value in node.items() if key not in OTHERS and not (named and key == "label")} for node in lower]
    known = CLASSES if any("x" in node for node in lower) else (*CLASSES, "y")
    field, could = class_field(free, known, label)
    rows = [_json_node(node, classes, heads, named, field) for node in nodes]
    _set_places(rows, content.get("position"))
    return rows + _json_edges(edges, nodes, rows, notes), classes, could


def _unwrapped(content: Any) -> dict[str, Any]:
    """What is in {"elements": …} of Cytoscape, {"graph": …} and the like; a list is one of edges. Raises DataError."""
    if isinstance(content, list):
        return {"edges": content}
    if not isinstance(content, dict):
        raise DataError("graph_json")
    for key in ("elements", "graph", "data"):
        inner = content.get(key)
        if isinstance(inner, dict) and ("nodes" in inner or "edges" in inner) and "nodes" not in content:
            return inner
        if key == "elements" and isinstance(inner, list):
            parts = [_flat(one) for one in inner]
            ends = [isinstance(one, dict) and "source" in one and "target" in one for one in parts]
            pairs = list(zip(parts, ends, strict=True))
            return {"nodes": [one for one, end in pairs if not end], "edges": [one for one, end in pairs if end]}
    return content


def _edges_of(content: dict[str, Any]) -> Any:
    """The list of edges; of neighbours of each node, as networkx writes them, or of {"a": ["b", "c"]}."""
    for key in ("arcs", "edges", "links", "relationships"):
        if key in content:
            return content[key]
    near, nodes = content.get("adjacency"), content.get("nodes")
    if isinstance(near, list) and isinstance(nodes, list) and len(near) == len(nodes):
        ids = [_flat(node).get("id") if isinstance(node, dict) else node for node in nodes]
        return [{"source": ids[i], "target": one.get("id"), "weight": one.get("weight")}
                for i, others in enumerate(near) for one in _list(others) if isinstance(one, dict)]  # fmt: skip
    if content and all(
        isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value) for value in content.values()
    ):
        return [[key, one] for key, value in content.items() for one in value]
    return None


def _flat(node: Any) -> Any:
    """A node or an edge with what it keeps under "data" or "attributes" beside the rest."""
    if not isinstance(node, dict):
        return node
    inner: dict[str, Any] = next((node[key] for key in ("data", "attributes") if isinstance(node.get(key), dict)), {})
    flat = {key: value for key, value in node.items() if not isinstance(value, dict)} | inner
    if "key" in flat and "id" not in flat and "source" not in flat:
        flat["id"] = flat["key"]
    return flat


def _named_by_label(nodes: Sequence[Any], notes: list[Note]) -> bool:
    """Whether "label" is what nodes are called: it differs for every one, or for too many to be classes."""
    if len(nodes) < 2 or not all(isinstance(node, dict) and isinstance(node.get("label"), str) for node in nodes):
        return False
    words = [node["label"] for node in nodes]
    if len(set(words)) < len(words) or all("name" in node for node in nodes):
        if len(set(words)) <= LABELS:
            return False
        notes.append(("graph_labels_left", {"count": len(set(words))}))
        for node in nodes:
            del node["label"]
        return False
    notes.append(("graph_label_names", {}))
    return True


def _set_places(rows: list[dict[str, str]], places: Any) -> None:
    if isinstance(places, list) and len(places) == len(rows):
        for row, place in zip(rows, places, strict=True):
            row |= {axis: _cell(value) for axis, value in zip("xy", _list(place), strict=False)}


def _json_edges(edges: list[Any], nodes: list[Any], rows: list[dict[str, str]], notes: list[Note]) -> list[dict[str, str]]:
    """Rows of edges, whose ends are ids, names, or places in the list of nodes (from 0) where they are neither."""
    known = {
        _cell(node["id"]): row["source"] for node, row in zip(nodes, rows, strict=True) if isinstance(node, dict) and "id" in node
    }
    made = [_json_edge(_flat(edge)) for edge in edges]
    ends = {row[end] for row in made for end in ("source", "target")}
    names = known.keys() | {row["source"] for row in rows}
    if rows and ends and not ends & names and all(end.isdigit() and int(end) < len(rows) for end in ends):
        notes.append(("graph_places", {}))
        known = {str(place): row["source"] for place, row in enumerate(rows)}
    return [row | {end: known.get(row[end], row[end]) for end in ("source", "target")} for row in made]


def _json_node(node: Any, classes: Names, heads: Sequence[Any] | None, named: bool, field: str) -> dict[str, str]:
    if not isinstance(node, dict):
        return {"source": _cell(node)}
    lower = {str(key).lower(): value for key, value in node.items()}
    name = lower.pop("label") if named else lower.get("name", lower.get("id"))
    if name is None or isinstance(name, (dict, list)):
        raise DataError("graph_json")
    row = {"source": _cell(name)}
    label = lower.get(field)
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


def _pyg_rows(content: dict[str, Any]) -> tuple[Rows, Names]:
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
