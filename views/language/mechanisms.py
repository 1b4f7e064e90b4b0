"""What makes word2vec cheap, drawn: the Huffman tree, one pair learned in three ways, words left out and words drawn as noise."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import curves, points, trees
from charts.formula import formula
from charts.numbers import count, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from engine.language.mechanisms import NoiseFrame, PairFrame, TreeFrame
from views import Words

MERGE = formula(r"{a}! + {b}! = {sum}!!")
WALK = formula(r"P({target}! \mid {given}!) = {factors}! = {product}!!")
SUM = formula(r"\sum_w P(w \mid {given}!) = {sum}!!")
COST = formula(
    r"3 V d = 3 \cdot {v}! \cdot {d}! = {soft}! \qquad 3 L d = 3 \cdot {l}! \cdot {d}! = {tree}! "
    r"\qquad 3 (k+1) d = 3 \cdot {k}! \cdot {d}! = {noise}!!"
)
MOVED = formula(r"{b0}! \to {a0}!! \qquad {b1}! \to {a1}!! \qquad {b2}! \to {a2}!!")
TABLE = formula(r"P({word}!) = \frac{{count}!^{{exponent}!}}{\sum_w c_w^{{exponent}!}} = {chance}!!")

LISTED = 8  # rows under a grid
LINE = 44.0  # letters of a line of the sentence
SHOWN = 22  # words of the noise table
COLUMNS = ("softmax", "tree", "noise")

WIDE_TREE: list[Box] = [(0, 0.70, 0, 1), (0.82, 1, 0.04, 0.94)]
NARROW_TREE: list[Box] = [(0, 1, 0.36, 1), (0.28, 1, 0, 0.30)]
WIDE_PAIR: list[Box] = [
    (0.2, 0.8, 0.87, 1),
    *((x, x + 0.28, 0.55, 0.79) for x in (0, 0.36, 0.72)),
    *((x + 0.085, x + 0.215, 0, 0.44) for x in (0, 0.36, 0.72)),
]  # fmt: skip
NARROW_PAIR: list[Box] = [
    (0, 1, 0.93, 1),
    (0, 1, 0.82, 0.90), (0, 1, 0.50, 0.58), (0, 1, 0.18, 0.26),
    (0.28, 0.76, 0.65, 0.78), (0.28, 0.76, 0.33, 0.46), (0.28, 0.76, 0.01, 0.14),
]  # fmt: skip
WIDE_NOISE: list[Box] = [(0.10, 0.56, 0.04, 1), (0.64, 1, 0.60, 1), (0.62, 1, 0.36, 0.42), (0.64, 1, 0.03, 0.20)]
NARROW_NOISE: list[Box] = [(0.20, 1, 0.56, 1), (0.08, 1, 0.30, 0.48), (0, 1, 0.20, 0.23), (0.08, 1, 0, 0.10)]


# ------------------------------------------------------------------------------------------------------------ Huffman tree


def tree(frame: TreeFrame, words: Words) -> Picture:
    """The tree as far as it is built or walked, and what waits or comes of it."""
    n = len(frame.words)
    said = _tree_said(frame, words)
    mathml, values = _tree_formula(frame)
    bits = words("alt_bits", word=frame.words[frame.target], bits="".join(map(str, frame.bits)))
    drawn = compose([_branches(frame, words), _beside(frame, words)], WIDE_TREE, NARROW_TREE, height=860)
    deep = float(_layout(frame)[0].max())
    drawn["narrow"]["xaxis"]["range"] = [-1.0, 1.45 * deep + 0.4]  # a phone needs more of it for the names
    return Picture(
        **drawn,
        phase=words("phase_" + frame.part, step=frame.step if frame.part == "merge" else frame.walked)
        if frame.part
        else words("phase_start"),
        said=said,
        alt=f"{said} {bits}",
        numbers={
            "step": frame.step,
            "part": frame.part,
            "word": frame.words[frame.target],
            "nodes": len(frame.count) - n,
            "waiting": len(frame.waiting),
            "product": frame.product if frame.part in ("walk", "sum") else None,
        },
        formula=mathml,
        values=values,
        metrics=[(words("bits"), number(frame.length, 3)), (words("entropy"), number(frame.entropy, 3))],
        mark=frame.part == "walk",
        hold=6.0,
    )


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


def _branches(frame: TreeFrame, words: Words) -> Panel:
    x, y = _layout(frame)
    n, known = len(frame.words), len(frame.count)
    there = np.array([node for node in range(known - (known == len(frame.parent))) if frame.parent[node] < known], int)
    walked = frame.path[: frame.walked + 1] if frame.part in ("walk", "sum") else np.zeros(0, int)
    merged = {int(frame.left[-1]), int(frame.right[-1])} if frame.part == "merge" else set()
    lit = set(walked[1:].tolist()) | merged
    quiet = [node for node in there.tolist() if node not in lit]
    traces = [
        trees.branches(x, y, frame.parent, quiet, colour="@ink3", width=1.2),
        trees.branches(x, y, frame.parent, sorted(lit), colour="@accent", width=3),
    ]
    last = {known - 1} if frame.part == "merge" else set()
    nodes = np.arange(known)
    hot = [node in lit | last | set(walked.tolist()) for node in nodes]
    traces.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": x[:known],
            "y": y[:known],
            "marker": {
                "size": np.round(_sizes(frame), 1),
                "color": ["@accent" if h else "@c1" if node < n else "@surface" for node, h in zip(nodes, hot, strict=True)],
                "line": {
                    "color": ["@accent" if h else "@c1" if node < n else "@ink3" for node, h in zip(nodes, hot, strict=True)],
                    "width": 1.5,
                },
                "opacity": 1,
            },
            "text": [
                f"{'<b>' if h else ''}{escaped(frame.words[node])}{'</b>' if h else ''}  {frame.count[node]}" if node < n else ""
                for node, h in zip(nodes, hot, strict=True)
            ],
            "textposition": "middle right",
            "textfont": {"size": 12, "color": ["@accent" if h else "@ink" for h in hot]},
            "customdata": [_node(frame, node, words) for node in range(known)],
            "hovertemplate": "%{customdata}<extra></extra>",
            "meta": {"link": "leaf", "click": "leaf", "ring": 18},
            "cliponaxis": False,
        }
    )
    deep = float(x.max())
    title = words("tree_title_walk" if frame.part in ("walk", "sum") else "tree_title")
    return Panel(traces, title, notes=_bits(frame, x, y),
                 x=blank(range=[-0.6, deep + 1.1]), y=blank(range=[n - 0.4, -0.8]))  # fmt: skip


def _node(frame: TreeFrame, node: int, words: Words) -> str:
    if node < len(frame.words):
        return f"<b>{escaped(frame.words[node])}</b> · {frame.count[node]}×<br>{words('hover_leaf')}"
    return words("hover_node", count=int(frame.count[node]))


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


def _beside(frame: TreeFrame, words: Words) -> Panel:
    """What waits to be merged; the chances on the way; at last the chance of every word."""
    n = len(frame.words)
    if frame.part == "sum":
        order = np.argsort(-frame.leaves, kind="stable")[:24]
        colours = ["@accent" if word == frame.target else "@c1" for word in order]
        names = [escaped(frame.words[word]) for word in order]
        return _plain_bars(frame.leaves[order], names, colours, words("leaves_title", given=frame.words[frame.given]), order)
    if frame.part == "walk":
        k = frame.walked
        names = [words("bit_of", k=j + 1, bit=int(frame.bits[j])) for j in range(k)]
        return _plain_bars(
            frame.chances[:k], names, ["@ink3"] * (k - 1) + ["@accent"], words("walk_title"), None, top=1.0, least=len(frame.bits)
        )
    waiting = frame.waiting[:24]
    names = [escaped(frame.words[node]) if node < n else words("inner", n=_size(frame, int(node))) for node in waiting]
    colours = ["@accent" if k < 2 and len(waiting) > 1 else "@c1" if node < n else "@ghost" for k, node in enumerate(waiting)]
    return _plain_bars(
        frame.count[waiting].astype(float), names, colours, words("waiting_title"), None, top=float(frame.counts.sum()), least=n
    )


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


def _plain_bars(
    values: np.ndarray,
    names: Sequence[str],
    colours: Sequence[str],
    title: str,
    index: np.ndarray | None,
    top: float = 0.0,
    least: int = 0,
) -> Panel:
    rank = np.arange(len(values))
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(values, 4),
        "y": rank,
        "width": 0.62,
        "marker": {"color": list(colours)},
        "text": [f"{value:g}" if value == round(value) and value > 1 else short(float(value), 3) for value in values],
        "textposition": "outside",
        "textfont": {"size": 11, "color": "@ink2"},
        "hovertemplate": "%{x}<extra></extra>",
        "cliponaxis": False,
    }
    if index is not None:
        bars["meta"] = {"link": "leaf", "index": index, "click": "leaf", "ring": 12}
    ticks = {"tickvals": rank, "ticktext": [name + "\u2002" for name in names], "tickfont": {"size": 11, "color": "@ink"}}
    return Panel([bars], title, x=blank(range=[0, 1.25 * (top or float(values.max(initial=0.01)))]),
                 y={"range": [max(len(values), least, 8) - 0.4, -0.6], "showgrid": False, **ticks})  # fmt: skip


def _tree_said(frame: TreeFrame, words: Words) -> str:
    n = len(frame.words)

    def called(node: int) -> str:
        return frame.words[node] if node < n else words("inner", n=_size(frame, node))

    if frame.part == "merge":
        a, b = int(frame.left[-1]), int(frame.right[-1])
        key = "said_root" if len(frame.waiting) == 1 else "said_merge"
        return words(key, a=called(a), b=called(b), count=int(frame.count[-1]), left=len(frame.waiting))
    facts = {"word": frame.words[frame.target], "given": frame.words[frame.given], "bits": "".join(map(str, frame.bits))}
    if frame.part == "walk":
        k = frame.walked
        return words(
            "said_walk_1" if frame.bits[k - 1] else "said_walk_0",
            bit=int(frame.bits[k - 1]),
            p=number(float(frame.chances[k - 1]), 3),
            k=k,
            of=len(frame.bits),
            **facts,
        )
    if frame.part == "sum":
        return words("said_sum", p=short(frame.product, 3), l=len(frame.bits), rows=n, **facts)
    return words("said_tree_start", n=n)


def _tree_formula(frame: TreeFrame) -> tuple[str, dict[str, tuple[Any, int]]]:
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


# ---------------------------------------------------------------------------------------------------------------- one pair


def pair(frame: PairFrame, direction: str, words: Words) -> Picture:
    """The pair in its sentence, and for each way the rows it touches and what they say."""
    panels = [_sentence(frame, words), *(_grid(frame, k, words) for k in range(3)), *(_rows(frame, k, words) for k in range(3))]
    inputs, target = (
        words("comma").join(frame.words[word] for word in dict.fromkeys(frame.inputs.tolist())),
        frame.words[frame.target],
    )
    facts = {
        "inputs": inputs,
        "target": target,
        "v": len(frame.words),
        "l": len(frame.path),
        "k": len(frame.noise),
        "step": frame.step,
    }
    facts |= {f"times_{way}": f"{frame.spent[0] / max(int(frame.spent[k]), 1):.0f}" for k, way in enumerate(COLUMNS) if k}
    said = words(f"said_{frame.part}" if frame.part else "said_pair_start", **facts)
    mathml, values = _pair_formula(frame)
    return Picture(
        **compose(panels, WIDE_PAIR, NARROW_PAIR, height=1180),
        phase=words("phase_" + frame.part, step=frame.step) if frame.part else words("phase_start"),
        said=said,
        alt=f"{said} {words('alt_pair', soft=int(frame.rows[0]), tree=int(frame.rows[1]), noise=int(frame.rows[2]))}",
        numbers={
            "step": frame.step,
            "part": frame.part,
            "word": inputs,
            "target": target,
            **{f"rows_{way}": int(frame.rows[k]) for k, way in enumerate(COLUMNS)},
            **{f"spent_{way}": int(frame.spent[k]) for k, way in enumerate(COLUMNS)},
            **{f"chance_{way}": float(frame.after[k]) for k, way in enumerate(COLUMNS)},
        },
        formula=mathml,
        values=values,
        metrics=[(words("spent_" + way), count(int(frame.spent[k]))) for k, way in enumerate(COLUMNS)],
        mark=frame.part == "window",
        hold=7.0,
    )


def _sentence(frame: PairFrame, words: Words) -> Panel:
    """The words of the sentence in lines; the pair lit and joined."""
    tokens = [frame.words[word] for word in frame.sentence]
    place = _lines(tokens)
    colour, text = [], []
    for k, token in enumerate(tokens):
        lit = k == frame.centre or k in frame.context
        text.append(f"<b>{escaped(token)}</b>" if lit else escaped(token))
        colour.append("@accent" if k == frame.centre else "@c1" if lit else "@ink3")
    t = np.linspace(0, 1, 13)[:, None]
    arcs = []
    for k in frame.context:
        way = place[frame.centre] + (place[k] - place[frame.centre]) * t + np.array([0, 0.42])
        way[:, 1] += 1.6 * (t * (1 - t))[:, 0]
        arcs.append(curves.line(np.round(way[:, 0], 2), np.round(way[:, 1], 3), colour="@c1", width=1.4))
    row: Trace = {
        "type": "scatter",
        "mode": "text",
        "x": np.round(place[:, 0], 2),
        "y": place[:, 1],
        "text": text,
        "textfont": {"size": 14, "color": colour},
        "customdata": [f"{escaped(token)}<br>{words('hover_token')}" for token in tokens],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "token", "click": "token", "ring": 30},
        "cliponaxis": False,
    }
    return Panel([*arcs, row], x=blank(range=[-1, LINE + 1]), y=blank(range=[-1.5, 0.95]))


def _lines(tokens: Sequence[str]) -> np.ndarray:
    """Places (n, 2) of words in lines, in widths of a letter and in lines, each line in the middle."""
    place, line, used, rows = np.zeros((len(tokens), 2)), 0, 0.0, np.zeros(len(tokens), int)
    for k, token in enumerate(tokens):
        size = sum(1.9 if ord(sign) > 0x2E80 else 1.0 for sign in token) + 1.5
        if used and used + size > LINE:
            line, used = line + 1, 0.0
        place[k], rows[k] = (used + size / 2, -line), line
        used += size
    for row in range(line + 1):
        mine = rows == row
        place[mine, 0] += LINE / 2 - (place[mine, 0].min() + place[mine, 0].max()) / 2
    return place


def _grid(frame: PairFrame, k: int, words: Words) -> Panel:
    """The rows of the output matrix as cells: those touched are filled, by how far they move."""
    rows = (np.arange(len(frame.words)), frame.path, frame.noise)[k]
    moves = (frame.moves, frame.path_moves, frame.noise_moves)[k]
    count = len(frame.words) - (k == 1)
    across = int(np.ceil(np.sqrt(2.6 * count)))
    z = np.zeros(-(-count // across) * across, np.uint8)
    if frame.part == "ask":
        z[rows] = 50
    elif frame.part == "move":
        z[rows] = np.round(35 + 65 * np.sqrt(moves / max(float(moves.max()), 1e-12)))
    names = [escaped(word) for word in frame.words] if k != 1 else [words("merge_word", n=m + 1) for m in range(count)]
    if frame.part == "move":
        for row, move in zip(rows.tolist(), moves.tolist(), strict=True):
            names[row] = words("hover_moves", word=frame.words[row] if k != 1 else names[row], size=short(move, 2))
    told = np.array(names + [""] * (len(z) - count), dtype=object).reshape(-1, across).tolist()
    heat: Trace = {
        "type": "heatmap",
        "x": list(range(across)),
        "y": list(range(len(z) // across)),
        "z": z.reshape(-1, across),
        "zmin": 0,
        "zmax": 100,
        "colorscale": "@sequential",
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    of = words(f"grid_{COLUMNS[k]}", rows=int(frame.rows[k]), of=count)
    return Panel([heat], of, x=blank(range=[-0.5, across - 0.5]), y=blank(range=[len(z) // across - 0.5, -0.5]))


def _rows(frame: PairFrame, k: int, words: Words) -> Panel:
    """What the touched rows say, and what they should have said."""
    names, chances, wanted = _answers(frame, k, words)
    shown = frame.part in ("ask", "move")
    rank = np.arange(len(names))
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(chances, 4) if shown else np.zeros(len(rank)),
        "y": rank,
        "width": 0.6,
        "marker": {"color": ["@accent" if w and k != 1 else "@c1" for w in wanted]},
        "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
    }
    side = {"xref": "x domain", "xanchor": "left"}
    small = {"font": {"size": 11, "color": "@ink2"}}
    notes = [
        note(f"{escaped(_brief(float(p)))} → {w:g}", x=1.03, y=int(r), **side, **small)
        for r, (p, w) in enumerate(zip(chances, wanted, strict=True))
        if shown
    ]
    notes.append(note(words(f"wanted_{COLUMNS[k]}"), x=0, y=1, yref="y domain", yanchor="bottom", **side, **small))
    hidden = int(frame.rows[k]) - len(names)
    if hidden > 0:
        notes.append(note(words("more_rows", n=hidden), x=0, y=len(names) - 0.05, **side, font={"size": 11, "color": "@ink3"}))
    ticks = {"tickvals": rank, "ticktext": [name + "\u2002" for name in names], "tickfont": {"size": 12, "color": "@ink"}}
    top = 1.0 if k else 1.1 * float(max(chances.max(), 0.001))
    return Panel([bars], notes=notes, x=blank(range=[0, top]), y={"range": [LISTED + 0.4, -0.6], "showgrid": False, **ticks})


def _answers(frame: PairFrame, k: int, words: Words) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, chances and wanted answers of the first rows that way k touches; of the softmax those of the likeliest words."""
    if k == 1:
        names = [words("node", n=j + 1) for j in range(len(frame.path))]
        return names[:LISTED], frame.path_chances[:LISTED], 1.0 - frame.bits[:LISTED]
    if k == 2:
        rows, chances = frame.noise[:LISTED], frame.noise_chances[:LISTED]
    else:
        likely = np.argsort(-frame.chances, kind="stable")
        rows = np.array([frame.target, *likely[likely != frame.target]])[:LISTED]
        chances = frame.chances[rows]
    names = [_cut(escaped(frame.words[word])) for word in rows]
    return names, chances, np.array([1.0] + [0.0] * (len(rows) - 1))


def _cut(text: str, most: int = 10) -> str:
    return text if len(text) <= most or "&" in text else text[: most - 1] + "…"


def _brief(p: float) -> str:
    """A chance in as few signs as will do."""
    return "<0.001" if p < 0.001 else ">0.999" if p > 0.999 else short(p, 2)


def _pair_formula(frame: PairFrame) -> tuple[str, dict[str, tuple[Any, int]]]:
    if frame.part == "move":
        values: dict[str, tuple[Any, int]] = {}
        for k in range(3):
            before, after = _told_apart(float(frame.before[k]), float(frame.after[k]))
            values |= {f"b{k}": (before, 0), f"a{k}": (after, 0)}
        return MOVED, values
    if frame.part == "ask":
        ways = ((name, (count(int(value)), 0)) for name, value in zip(("soft", "tree", "noise"), frame.cost, strict=True))
        rows = ((name, (int(value), 0)) for name, value in zip("vlk", frame.rows, strict=True))
        return COST, {"d": (frame.dim, 0), **dict(rows), **dict(ways)}
    return "", {}


def _told_apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers in as few digits as show that they differ, if they do."""
    for digits in range(2, 8):
        pair = short(before, digits), short(after, digits)
        if pair[0] != pair[1]:
            break
    return pair


# -------------------------------------------------------------------------------------------------------------------- noise


def noise(frame: NoiseFrame, exponent: float, words: Words) -> Picture:
    """How often a word stands in the text against how often it is drawn as noise; and which words are left out of a sentence."""
    panels = [_shares(frame, words), _keep(frame, words), _thinned(frame, words)]
    panels.append(
        Panel(
            curves.course("distance"),
            words("curve_distance"),
            x={"nticks": 4, "showgrid": False},
            y={"nticks": 3},
            series=["distance"],
        )
    )
    total = int(frame.drawn.sum())
    top = frame.words[0]
    facts = {
        "word": top,
        "share": f"{100 * frame.shares[0]:.1f}",
        "chance": f"{100 * frame.chances[0]:.1f}",
        "keep": f"{100 * frame.keep[0]:.0f}",
        "drawn": total,
    }
    said = words("said_read" if frame.step else "said_noise_start", left=int((~frame.stays).sum()), of=len(frame.stays), **facts)
    values: dict[str, tuple[Any, int]] = {
        "word": ([escaped(word) for word in frame.words], 0),
        "count": (frame.counts.astype(float), 0),
        "exponent": (exponent, 2),
        "chance": (np.round(frame.chances, 5), 5),
    }
    return Picture(
        **compose(panels, WIDE_NOISE, NARROW_NOISE, height=1040),
        phase=words("phase_read", step=frame.step) if frame.step else words("phase_start"),
        said=said,
        alt=f"{said} {words('alt_noise', kept=f'{100 * frame.expected:.0f}')}",
        numbers={
            "step": frame.step,
            "part": frame.part,
            "word": top,
            "distance": frame.distance,
            "drawn": total,
            "kept": frame.kept,
            "read": frame.read,
        },
        formula=TABLE,
        values=values,
        of="word",
        at=0,
        metrics=[
            (words("kept"), f"{100 * frame.expected:.0f} %"),
            (words("drawn"), count(total)),
            (words("distance"), number(frame.distance, 3)),
        ],
        hold=3.0,
    )


def _some(count: int, most: int) -> np.ndarray:
    """Ranks from the most to the least frequent word, dense at the top."""
    return np.unique(np.round(np.geomspace(1, count, min(most, count)) - 1).astype(int)) if count > most else np.arange(count)


def _told(frame: NoiseFrame, word: int, words: Words) -> str:
    share, chance = (short(100 * float(part[word]), 2) for part in (frame.shares, frame.chances))
    return (
        f"<b>{escaped(frame.words[word])}</b><br>{words('hover_noise', share=share, chance=chance, drawn=int(frame.drawn[word]))}"
    )


def _shares(frame: NoiseFrame, words: Words) -> Panel:
    ids = _some(len(frame.words), SHOWN)
    y, share, chance = np.arange(len(ids)), frame.shares[ids], frame.chances[ids]
    total = max(int(frame.drawn.sum()), 1)
    drawn = frame.drawn[ids] / total
    seen = drawn > 0
    ends = points.mesh(
        np.concatenate([np.stack([share, y], 1), np.stack([chance, y], 1)]),
        np.stack([y, len(y) + y], 1),
        colour="@ink3",
        width=1.2,
    )
    told = [_told(frame, int(word), words) for word in ids]
    hover: dict[str, Any] = {
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "word", "index": ids, "ring": 12},
    }
    traces = [
        ends,
        points.cloud(np.stack([share, y], 1), colour="@ink3", symbol="circle-open", size=8, opacity=1, **hover),
        points.cloud(np.stack([chance, y], 1), colour="@c1", size=9, opacity=1, **hover),
        points.cloud(
            np.stack([drawn[seen], y[seen]], 1), colour="@accent", symbol="line-ns-open", size=11, opacity=1, hoverinfo="skip"
        ),
    ]
    low = float(min(share.min(), chance.min())) * 0.5
    high = float(max(share.max(), chance.max())) * 1.6
    axis = {"type": "log", "range": [np.log10(low), np.log10(high)], "dtick": 1, "tickformat": ".2~%", "showgrid": True}
    return Panel(traces, words("shares_title"), x=axis,
                 y={"range": [len(ids) - 0.4, -0.6], "tickvals": y, "ticktext": [escaped(frame.words[word][:12]) for word in ids],
                    "tickfont": {"size": 12, "color": "@ink"}, "showgrid": False})  # fmt: skip


def _keep(frame: NoiseFrame, words: Words) -> Panel:
    """The chance to be kept against the word's share of the text."""
    ids = _some(len(frame.words), 60)
    told = [f"<b>{escaped(frame.words[word])}</b><br>{words('hover_keep', keep=f'{100 * frame.keep[word]:.0f}')}" for word in ids]
    dots = points.cloud(np.stack([frame.shares[ids], np.round(frame.keep[ids], 4)], 1), colour="@c3", size=7, opacity=0.9)
    dots |= {
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "word", "index": ids, "ring": 12},
    }
    named = [word for k, word in enumerate(ids) if not k or abs(frame.keep[word] - frame.keep[ids[k - 1]]) > 0.02][:12]
    notes: list[dict[str, Any]] = []
    for word in named:
        if all(abs(item["y"] - frame.keep[word]) > 0.16 for item in notes):
            notes.append(_dot_name(frame, int(word)))
    reach = np.log10([frame.shares.min() * 0.5, frame.shares.max() * 2.5])
    sample = frame.sample
    rule = {"type": "line", "x0": sample, "x1": sample, "y0": 0, "y1": 1, "line": {"color": "@ink3", "width": 1, "dash": "dot"}}
    x = {"type": "log", "range": reach.tolist(), "nticks": 4, "tickformat": ".2~%"}
    return Panel(
        [dots],
        words("keep_title", sample=short(sample, 3)) if sample else words("keep_all"),
        notes=notes,
        shapes=[rule] * bool(sample and reach[0] < np.log10(sample)),
        x=x,
        y={"range": [0, 1.06], "nticks": 3, "tickformat": ".0%"},
    )


def _dot_name(frame: NoiseFrame, word: int) -> dict[str, Any]:
    """A word beside its dot; on a logarithmic axis notes are placed by logarithms."""
    place = {"x": float(np.log10(frame.shares[word])), "y": float(frame.keep[word]), "xanchor": "left", "xshift": 7}
    return note(escaped(frame.words[word][:12]), font={"size": 11, "color": "@ink2"}, **place)


def _thinned(frame: NoiseFrame, words: Words) -> Panel:
    """The sentence of this step, what is left out struck through."""
    said = [
        escaped(frame.words[word]) if stays else f"<s>{escaped(frame.words[word])}</s>"
        for word, stays in zip(frame.sentence, frame.stays, strict=True)
    ]
    lines, used = [""], 0
    for token, word in zip(said, frame.sentence, strict=True):
        size = sum(2 if ord(sign) > 0x2E80 else 1 for sign in frame.words[word]) + 1
        if used + size > 52:
            lines, used = [*lines, ""], 0
        lines[-1] += (" " if lines[-1] else "") + token
        used += size
    text = "<br>".join(lines[:3]) or words("nothing_read")
    return Panel([], words("thinned_title"),
                 notes=[note(text, x=0, y=1, xanchor="left", yanchor="top", align="left", font={"size": 13, "color": "@ink"})],
                 x=blank(range=[0, 1]), y=blank(range=[0, 1]))  # fmt: skip
