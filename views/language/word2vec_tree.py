"""The Huffman tree as far as it is built or walked, and what waits or comes of it."""

from typing import Any

import numpy as np

from charts import bars, labels, trees
from charts.formula import formula
from charts.layout import columns
from charts.numbers import number, short
from charts.panels import Panel, Picture, bare, escaped, told
from charts.ranking import ranked
from engine.language.word2vec import TreeFrame
from views.look import Look

MERGE = formula(r"{a}! + {b}! = {sum}!!")
WALK = formula(r"P({target}! \mid {given}!) = {factors}! = {product}!!")
SUM = formula(r"\sum_w P(w \mid {given}!) = {sum}!!")

LISTED = 24  # bars beside the tree


def tree(look: Look[TreeFrame]) -> Picture:
    """A merge, a bit on the way to a word, or all leaves."""
    frame = look.frame
    return look.picture(
        columns(_branches(look), _beside(look), shares=(5, 2)),
        facts=_facts(look),
        key=_key(frame),
        metrics=["length", "entropy"],
        derived={
            "word": frame.words[frame.target],
            "waiting": len(frame.waiting),
            "product": frame.product if frame.part in ("walk", "sum") else None,
        },
        hold=6.0,
        **_formula(frame),
    )


def _key(frame: TreeFrame) -> str:
    """Which sentence tells it, where its part alone does not."""
    if frame.part == "walk":
        return ("walk_0", "walk_1")[frame.bits[frame.walked - 1]]
    return "root" if frame.part == "merge" and len(frame.waiting) == 1 else ""


def _facts(look: Look[TreeFrame]) -> dict[str, Any]:
    frame, k = look.frame, look.frame.walked
    facts: dict[str, Any] = {"n": len(frame.words), "given": frame.words[frame.given], "bits": "".join(map(str, frame.bits))}
    if frame.part == "merge":
        sides = [int(side[-1]) for side in (frame.left, frame.right)]
        a, b = (f"“{frame.words[k]}”" if k < len(frame.words) else look.say("node_of", n=frame.size(k)) for k in sides)
        facts |= {"a": a, "b": b, "count": int(frame.count[-1]), "left": len(frame.waiting)}
    if frame.part == "walk":
        facts |= {"k": k, "of": len(frame.bits), "bit": int(frame.bits[k - 1]), "p": number(float(frame.chances[k - 1]), 3)}
    if frame.part == "sum":
        facts |= {"p": short(frame.product, 3), "l": len(frame.bits)}
    return facts


def _formula(frame: TreeFrame) -> dict[str, Any]:
    given, target = escaped(frame.words[frame.given]), escaped(frame.words[frame.target])
    if frame.part == "merge":
        a, b = (int(frame.count[side[-1]]) for side in (frame.left, frame.right))
        return {"formula": MERGE, "values": {"a": (a, 0), "b": (b, 0), "sum": (a + b, 0)}}
    if frame.part == "walk":
        dots = "" if frame.walked == len(frame.bits) else " · …"
        factors = " · ".join(number(float(p), 3) for p in frame.chances[: frame.walked]) + dots
        product = short(frame.product, 3) + dots
        values = {"given": (given, 0), "target": (target, 0), "factors": (factors, 0), "product": (product, 0)}
        return {"formula": WALK, "values": values}
    known = {"given": (given, 0), "sum": (float(frame.leaves.sum()), 6)}
    return {"formula": SUM, "values": known} if frame.part == "sum" else {}


def _branches(look: Look[TreeFrame]) -> Panel:
    """The tree so far; lit is what this step merged, or the way that was walked."""
    frame = look.frame
    n, known = len(frame.words), len(frame.count)
    x, y = trees.in_lines(frame.parent, n)
    x[frame.waiting[frame.waiting < n]] = x.max()  # how deep a word will hang is not told before it is merged
    there = [node for node in range(known - (known == len(frame.parent))) if frame.parent[node] < known]
    walked = frame.part in ("walk", "sum")
    way = frame.path[: frame.walked + 1].tolist() if walked else []
    merged = [int(frame.left[-1]), int(frame.right[-1])] if frame.part == "merge" else []
    lit = {*way[1:], *merged}
    hot = lit | set(way) | ({known - 1} if merged else set())
    edges = [(side[merge], n + merge, bit) for merge in range(known - n) for bit, side in enumerate((frame.left, frame.right))]
    middle = np.array([trees.on_branch(x[top], y[top], x[node], y[node], at=0.5) for node, top, _ in edges]).reshape(-1, 2)
    inks = ["@accent" if {int(node), top} <= set(way) else "@ink3" for node, top, _ in edges]
    font = {"size": 11, "color": inks, "shadow": "@halo"}
    sides = [f"{'top' if y[node] < y[top] else 'bottom'} left" for node, top, _ in edges]  # beside the branch, not on it
    traces = [
        trees.branches(x, y, frame.parent, [node for node in there if node not in lit], colour="@ink3", width=1.2),
        trees.branches(x, y, frame.parent, sorted(lit), colour="@accent", width=3) | {"meta": {"still": True}},  # now of others
        bars.labels(middle[:, 0], middle[:, 1], [str(bit) for *_, bit in edges], place=sides, textfont=font),
        _nodes(look, x, y, hot),
        _sigmas(frame, x, y, way),
    ]
    deep, title = float(x.max()), look.say("title_walk" if walked else "title_build")
    phone = (-2.3, 1.45 * deep + 0.4)  # it needs more of it for the names
    return bare(traces, title, [-1.0, deep + 1.1], [n - 0.4, -0.8], part=phone)


def _nodes(look: Look[TreeFrame], x: np.ndarray, y: np.ndarray, hot: set[int]) -> dict[str, Any]:
    """Leaves are filled and named, inner nodes hollow; those of this step are lit."""
    frame, n, known = look.frame, len(look.frame.words), range(len(look.frame.count))
    fills = ["@accent" if node in hot else "@c1" if node < n else "@surface" for node in known]
    edges = ["@accent" if node in hot else "@c1" if node < n else "@ink3" for node in known]
    names = [f"<b>{escaped(word)}</b>" if node in hot else escaped(word) for node, word in enumerate(frame.words)]
    counts = list(zip(names, frame.count.tolist(), strict=False))
    leaves = [f"{name} · {times}×<br>{look.say('hover_leaf')}" for name, times in counts]
    hover = told([*leaves, *(look.say("hover_node", count=int(c)) for c in frame.count[n:])], link="leaf", click="leaf", ring=18)
    marker = {"size": _sizes(frame).round(1), "color": fills, "line": {"color": edges, "width": 1.5}, "opacity": 1}
    texts = [*(f"{name}  {times}" for name, times in counts), *[""] * (len(known) - n)]
    inks = ["@accent" if node in hot else "@ink" for node in known]
    look_ = {"mode": "markers+text", "marker": marker} | hover
    return bars.labels(x[: len(known)], y[: len(known)], texts, colour=inks, place="middle right", **look_)


def _sigmas(frame: TreeFrame, x: np.ndarray, y: np.ndarray, way: list[int]) -> dict[str, Any]:
    """σ left of the nodes that were walked through, on the side that the edge before does not come from."""
    nodes = np.array(way[: frame.walked], int)
    sigma = np.where(frame.bits == 0, frame.chances, 1 - frame.chances)[: len(nodes)]
    rises = [k > 0 and y[way[k - 1]] > y[node] for k, node in enumerate(nodes.tolist())]  # the edge comes from below
    sides = [labels.SIDES.index("top left" if up else "bottom left") for up in rises]
    mark = {"size": 0.7 * _sizes(frame)[nodes], "color": "rgba(0,0,0,0)"}
    said = [f"σ = {number(float(one), 3)}" for one in sigma]
    return labels.beside(np.stack([x[nodes], y[nodes]], 1), said, sides, colour="@accent", marker=mark)


def _sizes(frame: TreeFrame) -> np.ndarray:
    """Diameters of the nodes in pixels: areas by count."""
    return np.asarray(6 + 20 * np.sqrt(frame.count / frame.counts.sum()))


def _beside(look: Look[TreeFrame]) -> Panel:
    """What waits to be merged; the chances on the way; at last the chance of every word."""
    frame, n, k = look.frame, len(look.frame.words), look.frame.walked
    if look.part == "walk":
        names = [look.say("bit_of", k=j + 1, bit=int(frame.bits[j])) for j in range(k)]
        rows = max(len(frame.bits), 8)
        return ranked(look.say("walk_title"), names, frame.chances[:k], lit=k - 1, colour="@ink3", rows=rows, top=1.0)
    if look.part == "sum":
        order = np.argsort(-frame.leaves, kind="stable")[:LISTED]
        lit = order.tolist().index(frame.target) if frame.target in order else -1
        title = look.say("leaves_title", given=frame.words[frame.given])
        names = [frame.words[word] for word in order]
        return ranked(title, names, frame.leaves[order], lit=lit, rows=8, link="leaf", index=order, click="leaf")
    waiting = frame.waiting[:LISTED].tolist()
    colours = ["@accent" if j < 2 and len(waiting) > 1 else "@c1" if node < n else "@ghost" for j, node in enumerate(waiting)]
    names = [frame.words[node] if node < n else look.say("inner", n=frame.size(node)) for node in waiting]
    total, title = float(frame.counts.sum()), look.say("waiting_title")
    return ranked(title, names, frame.count[waiting], colour=colours, rows=max(n, 8), top=total)
