"""The Huffman tree as far as it is built or walked, and what waits or comes of it."""

from typing import Any

import numpy as np

from charts import trees
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number, short
from charts.panels import Box, Panel, Picture, blank, escaped, note
from charts.ranking import ranked
from engine.language.word2vec import TreeFrame
from views.look import Look, Values

MERGE = formula(r"{a}! + {b}! = {sum}!!")
WALK = formula(r"P({target}! \mid {given}!) = {factors}! = {product}!!")
SUM = formula(r"\sum_w P(w \mid {given}!) = {sum}!!")

LISTED = 24  # bars beside the tree
WIDE: list[Box] = [(0, 0.70, 0, 1), (0.82, 1, 0.04, 1)]
NARROW: list[Box] = [(0, 1, 0.36, 1), (0.28, 1, 0, 0.30)]


def tree(look: Look[TreeFrame]) -> Picture:
    """A merge, a bit on the way to a word, or all leaves."""
    frame = look.frame
    mathml, values = _formula(frame)
    walked = frame.part in ("walk", "sum")
    picture = look.picture(
        Placed([_branches(look), _beside(look)], WIDE, NARROW, 860),
        facts=_facts(look),
        key=_key(frame),
        formula=mathml,
        values=values,
        metrics=["length", "entropy"],
        derived={
            "word": frame.words[frame.target],
            "waiting": len(frame.waiting),
            "product": frame.product if walked else None,
        },
        hold=6.0,
    )
    deep = float(_layout(frame)[0].max())
    picture.narrow["xaxis"]["range"] = [-1.0, 1.45 * deep + 0.4]  # a phone needs more of it for the names
    return picture


def _key(frame: TreeFrame) -> str:
    """Which sentence tells it, where its part alone does not."""
    if frame.part == "merge" and len(frame.waiting) == 1:
        return "root"
    if frame.part == "walk":
        return "walk_1" if frame.bits[frame.walked - 1] else "walk_0"
    return ""


def _facts(look: Look[TreeFrame]) -> dict[str, Any]:
    frame = look.frame
    n, k, bits = len(frame.words), frame.walked, frame.bits
    facts: dict[str, Any] = {"n": n, "given": frame.words[frame.given], "bits": "".join(map(str, bits))}
    if frame.part == "merge":
        a, b = (_quoted(look, int(side[-1])) for side in (frame.left, frame.right))
        facts |= {"a": a, "b": b, "count": int(frame.count[-1]), "left": len(frame.waiting)}
    if frame.part == "walk":
        facts |= {"k": k, "of": len(bits), "bit": int(bits[k - 1]), "p": number(float(frame.chances[k - 1]), 3)}
    if frame.part == "sum":
        facts |= {"p": short(frame.product, 3), "l": len(bits)}
    return facts


def _quoted(look: Look[TreeFrame], node: int) -> str:
    """What a node is called in a sentence: a word in quotes, which tell it from the sentence's own."""
    name = _called(look, node)
    return f"“{name}”" if node < len(look.frame.words) else name


def _called(look: Look[TreeFrame], node: int) -> str:
    """A word, or how many words hang on a node."""
    n = len(look.frame.words)
    return look.frame.words[node] if node < n else look.say("inner", n=_size(look.frame, node))


def _size(frame: TreeFrame, node: int) -> int:
    """How many words hang on a node."""
    n, size = len(frame.words), 0
    stack = [node]
    while stack:
        one = stack.pop()
        if one < n:
            size += 1
        else:
            stack += [int(frame.left[one - n]), int(frame.right[one - n])]
    return size


def _formula(frame: TreeFrame) -> tuple[str, Values]:
    if frame.part == "merge":
        a, b = (int(frame.count[side[-1]]) for side in (frame.left, frame.right))
        return MERGE, {"a": (a, 0), "b": (b, 0), "sum": (a + b, 0)}
    given, target = escaped(frame.words[frame.given]), escaped(frame.words[frame.target])
    if frame.part == "walk":
        factors = " · ".join(number(float(p), 3) for p in frame.chances[: frame.walked])
        dots = "" if frame.walked == len(frame.bits) else " · …"
        return WALK, {
            "given": (given, 0),
            "target": (target, 0),
            "factors": (factors + dots, 0),
            "product": (short(frame.product, 3) + dots, 0),
        }
    if frame.part == "sum":
        return SUM, {"given": (given, 0), "sum": (float(frame.leaves.sum()), 6)}
    return "", {}


def _layout(frame: TreeFrame) -> tuple[np.ndarray, np.ndarray]:
    """Depth and height of every node of the finished tree: nothing moves while it grows."""
    parent, n = frame.parent, len(frame.words)
    depth = np.zeros(len(parent))
    for node in range(len(parent) - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1
    children: list[list[int]] = [[] for _ in parent]
    for node, above in enumerate(parent.tolist()):
        if above >= 0:
            children[above].append(node)
    y, stack, line = np.zeros(len(parent)), [len(parent) - 1], 0
    while stack:
        node = stack.pop()
        if node < n:
            y[node] = line
            line += 1
        stack += sorted(children[node], reverse=True)
    for node in range(n, len(parent)):
        y[node] = np.mean(y[children[node]])
    return depth, y


def _branches(look: Look[TreeFrame]) -> Panel:
    frame = look.frame
    x, y = _layout(frame)
    n, known = len(frame.words), len(frame.count)
    there = np.array([node for node in range(known - (known == len(frame.parent))) if frame.parent[node] < known], int)
    walked = frame.part in ("walk", "sum")
    way = frame.path[: frame.walked + 1].tolist() if walked else []
    merged = [int(frame.left[-1]), int(frame.right[-1])] if frame.part == "merge" else []
    lit = {*way[1:], *merged}
    hot = lit | set(way) | ({known - 1} if merged else set())
    quiet = [node for node in there.tolist() if node not in lit]
    traces = [
        trees.branches(x, y, frame.parent, quiet, colour="@ink3", width=1.2),
        trees.branches(x, y, frame.parent, sorted(lit), colour="@accent", width=3),
        _nodes(look, x, y, hot),
    ]
    across = blank(range=[-0.6, float(x.max()) + 1.1])
    title = look.say("title_walk" if walked else "title_build")
    return Panel(traces, title, notes=_bits(frame, x, y), x=across, y=blank(range=[n - 0.4, -0.8]))


def _nodes(look: Look[TreeFrame], x: np.ndarray, y: np.ndarray, hot: set[int]) -> dict[str, Any]:
    """Leaves are filled and named, inner nodes hollow; those of this step are lit."""
    frame = look.frame
    n, known = len(frame.words), len(frame.count)
    fills = ["@accent" if node in hot else "@c1" if node < n else "@surface" for node in range(known)]
    edges = ["@accent" if node in hot else "@c1" if node < n else "@ink3" for node in range(known)]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": x[:known],
        "y": y[:known],
        "marker": {"size": np.round(_sizes(frame), 1), "color": fills, "line": {"color": edges, "width": 1.5}, "opacity": 1},
        "text": [_name(frame, node, node in hot) for node in range(known)],
        "textposition": "middle right",
        "textfont": {"size": 12, "color": ["@accent" if node in hot else "@ink" for node in range(known)]},
        "customdata": [_told(look, node) for node in range(known)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "leaf", "click": "leaf", "ring": 18},
        "cliponaxis": False,
    }


def _name(frame: TreeFrame, node: int, hot: bool) -> str:
    """A leaf's word and count."""
    if node >= len(frame.words):
        return ""
    word = escaped(frame.words[node])
    return f"{f'<b>{word}</b>' if hot else word}  {frame.count[node]}"


def _told(look: Look[TreeFrame], node: int) -> str:
    frame = look.frame
    if node < len(frame.words):
        return f"<b>{escaped(frame.words[node])}</b> · {frame.count[node]}×<br>{look.say('hover_leaf')}"
    return look.say("hover_node", count=int(frame.count[node]))


def _bits(frame: TreeFrame, x: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    """0 and 1 on the edges that are there, σ at the nodes that were walked through."""
    n, notes = len(frame.words), []
    lit = set(frame.path[: frame.walked + 1].tolist()) if frame.part in ("walk", "sum") else set()
    for merge, pair in enumerate(zip(frame.left, frame.right, strict=True)):
        for bit, node in enumerate(map(int, pair)):
            at = trees.on_branch(x[n + merge], y[n + merge], x[node], y[node], at=0.5)
            colour = "@accent" if node in lit and n + merge in lit else "@ink3"
            notes.append(note(f"{bit}", x=at[0], y=at[1], bgcolor="@surface", borderpad=0, font={"size": 11, "color": colour}))
    for k in range(frame.walked if lit else 0):
        node = int(frame.path[k])
        sigma = frame.chances[k] if not frame.bits[k] else 1 - frame.chances[k]
        rises = k > 0 and y[frame.path[k - 1]] > y[node]  # the edge that leads here comes from below
        notes.append(_sigma(float(sigma), (float(x[node]), float(y[node])), float(_sizes(frame)[node]), above=bool(rises)))
    return notes


def _sigma(sigma: float, at: tuple[float, float], size: float, *, above: bool) -> dict[str, Any]:
    """σ over or under a node of some size, to the left: the edge in comes from the other side, those out leave to the right."""
    aside = {"xanchor": "right", "xshift": size / 2, "yshift": (1 if above else -1) * (size / 2 + 9)}
    look = {"bgcolor": "@surface", "borderpad": 0, "font": {"size": 12, "color": "@accent"}}
    return note(f"σ = {number(sigma, 3)}", x=at[0], y=at[1], **aside, **look)


def _sizes(frame: TreeFrame) -> np.ndarray:
    """Diameters of the nodes in pixels: areas by count."""
    return np.asarray(6 + 20 * np.sqrt(frame.count / frame.counts.sum()))


def _beside(look: Look[TreeFrame]) -> Panel:
    """What waits to be merged; the chances on the way; at last the chance of every word."""
    return _leaves(look) if look.part == "sum" else _way(look) if look.part == "walk" else _waiting(look)


def _waiting(look: Look[TreeFrame]) -> Panel:
    frame, n = look.frame, len(look.frame.words)
    waiting = frame.waiting[:LISTED].tolist()
    colours = ["@accent" if k < 2 and len(waiting) > 1 else "@c1" if node < n else "@ghost" for k, node in enumerate(waiting)]
    names = [_called(look, node) for node in waiting]
    top = float(frame.counts.sum())
    return ranked(look.say("waiting_title"), names, frame.count[waiting], colour=colours, rows=max(n, 8), top=top)


def _way(look: Look[TreeFrame]) -> Panel:
    frame, k = look.frame, look.frame.walked
    names = [look.say("bit_of", k=j + 1, bit=int(frame.bits[j])) for j in range(k)]
    rows = max(len(frame.bits), 8)
    return ranked(look.say("walk_title"), names, frame.chances[:k], lit=k - 1, colour="@ink3", rows=rows, top=1.0)


def _leaves(look: Look[TreeFrame]) -> Panel:
    frame = look.frame
    order = np.argsort(-frame.leaves, kind="stable")[:LISTED]
    names = [frame.words[word] for word in order]
    lit = order.tolist().index(frame.target) if frame.target in order else -1
    title = look.say("leaves_title", given=frame.words[frame.given])
    return ranked(title, names, frame.leaves[order], lit=lit, rows=8, link="leaf", index=order, click="leaf")
