"""Graphs in the formats of other programs: GML, GraphML, Pajek, Matrix Market; as rows of nodes and of edges.

Nothing is evaluated, and a document that defines entities of its own is refused.
"""

import re
from xml.parsers import expat

from engine.edgetables import class_field
from engine.errors import DataError
from engine.readings import clean, cut

Rows = list[dict[str, str]]
TOKEN = re.compile(r'"([^"]*)"|([\[\]])|([^\s\[\]"]+)')
UNREAD_DOT = re.compile(r"(?:strict\s+)?(?:di)?graph\b[^{\n]*\{")
CLASSES = ("group", "class", "club", "community", "modularity_class", "modularity class", "value", "gt", "label", "type", "kind")


def foreign(text: str, label: str = "") -> tuple[str, Rows, tuple[str, ...]] | None:
    """(format, rows, fields that could be `label`) of a graph in another program's format; None: it is none. Raises DataError."""
    head = text.lstrip("\ufeff \r\n\t")[:2000].lower()
    if head.startswith("%%matrixmarket"):
        return "Matrix Market", market(text), ()
    if head.startswith("<") and "<graphml" in head:
        return "GraphML", *graphml(text, label)
    if head.startswith("<") and "<gexf" in head:
        return "GEXF", *gexf(text, label)
    if re.match(r"(?:\s*(?:#.*|creator.*|version.*|comment.*)\n)*\s*graph\s*\[", head):
        return "GML", *gml(text, label)
    if re.match(r"(?:%.*\n|\s*\n)*\*(?:vertices|network)", head):
        return "Pajek", pajek(text), ()
    if UNREAD_DOT.match(head) or head.startswith("dl n"):
        raise DataError("graph_format", format="DOT" if "{" in head else "UCINET DL")
    return None


def _row(source: object, target: object = "", **more: object) -> dict[str, str]:
    cells = {"source": source, "target": target} | {key: value for key, value in more.items() if value not in (None, "")}
    return {key: cut(clean(str(value))) for key, value in cells.items()}


def market(text: str) -> Rows:
    """The edges of a sparse matrix: the line of sizes says how many nodes there are, names are the numbers from 1."""
    head, *lines = text.lstrip("\ufeff").splitlines()
    words = head.lower().split()
    if len(words) < 4 or words[2] != "coordinate":
        raise DataError("graph_market")
    kept = [line.split() for line in lines if line.strip() and not line.startswith("%")]
    if not kept or len(kept[0]) != 3 or not all(word.isdigit() for word in kept[0]):
        raise DataError("graph_market")
    height, width, _ = map(int, kept[0])
    if max(height, width) > 20_000:
        raise DataError("graph_many_nodes", nodes=max(height, width), limit=20_000)
    same = height == width
    rows = [_row(name) for name in _market_names(height, width, same)]
    weighted = words[3] != "pattern"
    for entry in kept[1:]:
        if len(entry) < 2 + weighted or not (entry[0].isdigit() and entry[1].isdigit()):
            raise DataError("graph_market")
        source, target = entry[0] if same else f"r{entry[0]}", entry[1] if same else f"c{entry[1]}"
        rows.append(_row(source, target, weight=entry[2] if weighted else ""))
    return rows


def _market_names(height: int, width: int, same: bool) -> list[str]:
    if same:
        return [str(i + 1) for i in range(height)]
    return [f"r{i + 1}" for i in range(height)] + [f"c{i + 1}" for i in range(width)]


def gml(text: str, label: str = "") -> tuple[Rows, tuple[str, ...]]:
    """Nodes and edges of GML: node [ id label … ] and edge [ source target value ]."""
    found = TOKEN.finditer(re.sub(r"(?m)^\s*#.*$", "", text))
    nodes: list[dict[str, str]] = []
    edges: list[dict[str, str]] = []
    stack: list[tuple[str, dict[str, str]]] = [("", {})]
    key = ""
    for match in found:
        if match[2] == "[":
            stack.append((key.lower(), {}))
            if len(stack) > 20:
                raise DataError("graph_format", format="GML")
            key = ""
        elif match[2] == "]":
            if len(stack) < 2:
                raise DataError("graph_format", format="GML")
            name, values = stack.pop()
            nodes += [values] if name == "node" else []
            edges += [values] if name == "edge" else []
            key = ""
        elif key:
            stack[-1][1][key.lower()] = match[1] if match[1] is not None else match[3]
            key = ""
        else:
            key = match[3] or ""
    return _named_rows(nodes, edges, "GML", label)


def _named_rows(
    nodes: list[dict[str, str]], edges: list[dict[str, str]], format: str, label: str
) -> tuple[Rows, tuple[str, ...]]:
    """Rows of nodes that have ids and perhaps names of their own, and of edges between ids; and what could be `label`."""
    if any("id" not in node for node in nodes) or any("source" not in edge or "target" not in edge for edge in edges):
        raise DataError("graph_format", format=format)
    named = [node.get("label") or node.get("name") or "" for node in nodes]
    by_name = all(named) and len(set(named)) == len(named)
    names = {node["id"]: (name if by_name else node["id"]) for node, name in zip(nodes, named, strict=True)}
    others = ("id", "label", "name") if by_name else ("id",)
    field, could = class_field([{k: v for k, v in node.items() if k not in others} for node in nodes], CLASSES, label)
    rows = [_row(names[node["id"]], label=node.get(field, "")) for node in nodes]
    for edge in edges:
        weight = edge.get("weight", edge.get("value", ""))
        rows.append(_row(names.get(edge["source"], edge["source"]), names.get(edge["target"], edge["target"]), weight=weight))
    return rows, could


class _Xml:
    """What the elements of a graph in XML say; nothing that a document defines itself is looked at."""

    def __init__(self, text: str, format: str) -> None:
        self.nodes: list[dict[str, str]] = []
        self.edges: list[dict[str, str]] = []
        self.keys: dict[str, str] = {}
        self.into: dict[str, str] | None = None
        self.data, self.said = "", ""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self.start, self.end, self.words
        parser.StartDoctypeDeclHandler = self.refuse
        self.format = format
        try:
            parser.Parse(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff")), True)
        except expat.ExpatError as problem:
            raise DataError("graph_format", format=format) from problem

    def refuse(self, *_: object) -> None:
        raise DataError("graph_format", format=self.format)

    def start(self, name: str, has: dict[str, str]) -> None:
        kind = name.rpartition(":")[2].lower()
        if kind in ("key", "attribute"):
            self.keys[has.get("id", "")] = has.get("attr.name", has.get("title", has.get("id", ""))).lower()
        elif kind in ("node", "edge"):
            self.into = {key.lower(): value for key, value in has.items()}
            (self.nodes if kind == "node" else self.edges).append(self.into)
        elif kind == "nodelabel" and self.into is not None:  # of yEd
            self.data, self.said = "label", ""
        elif kind in ("data", "attvalue") and self.into is not None:
            asked = has.get("key", has.get("for", has.get("id", "")))
            self.data, self.said = self.keys.get(asked, asked.lower()), has.get("value", "")

    def words(self, text: str) -> None:
        self.said += text if self.data else ""

    def end(self, name: str) -> None:
        kind = name.rpartition(":")[2].lower()
        if kind in ("data", "attvalue", "nodelabel") and self.into is not None and self.data:
            self.into.setdefault(self.data, self.said.strip())
            self.data = ""
        elif kind in ("node", "edge"):
            self.into = None


def graphml(text: str, label: str = "") -> tuple[Rows, tuple[str, ...]]:
    """Nodes and edges of GraphML, with what its keys say of label, class and weight."""
    found = _Xml(text, "GraphML")
    return _named_rows(found.nodes, found.edges, "GraphML", label)


def gexf(text: str, label: str = "") -> tuple[Rows, tuple[str, ...]]:
    """Nodes and edges of GEXF, as Gephi writes it."""
    found = _Xml(text, "GEXF")
    return _named_rows(found.nodes, found.edges, "GEXF", label)


def pajek(text: str) -> Rows:
    """Nodes and edges of Pajek: *Vertices n, then *Edges or *Arcs, or lists of neighbours."""
    names: dict[str, str] = {}
    rows: Rows = []
    part, count = "", 0
    for line in text.lstrip("\ufeff").splitlines():
        words = [match[1] if match[1] is not None else match[0] for match in TOKEN.finditer(line)]
        if not words or line.startswith("%"):
            continue
        if words[0].startswith("*"):
            part = words[0].lower()
            count = int(words[1]) if part == "*vertices" and len(words) > 1 and words[1].isdigit() else count
            if count > 20_000:
                raise DataError("graph_many_nodes", nodes=count, limit=20_000)
        elif part == "*vertices":
            names[words[0]] = words[1] if len(words) > 1 else words[0]
        elif part in ("*edges", "*arcs") and len(words) > 1:
            rows.append(_row(words[0], words[1], weight=words[2] if len(words) > 2 else ""))
        elif part in ("*edgeslist", "*arcslist"):
            rows += [_row(words[0], other) for other in words[1:]]
    for i in range(1, count + 1):
        names.setdefault(str(i), str(i))
    if len(set(names.values())) < len(names):
        names = {key: key for key in names}
    ends = ("source", "target")
    return [_row(name) for name in names.values()] + [row | {end: names.get(row[end], row[end]) for end in ends} for row in rows]
