"""One pair of words in its sentence, and for each of three ways the rows it touches and what they say."""

from typing import Any

import numpy as np

from charts import curves
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import count, short
from charts.panels import Box, Panel, Picture, Trace, blank, escaped, note
from charts.words import cut, places
from engine.language.word2vec import PairFrame
from views.look import Look, Values

COST = formula(
    r"3 V d = 3 \cdot {v}! \cdot {d}! = {soft}! \qquad 3 L d = 3 \cdot {l}! \cdot {d}! = {tree}! "
    r"\qquad 3 (k+1) d = 3 \cdot {k}! \cdot {d}! = {noise}!!"
)
MOVED = formula(r"p = {b0}! \to {a0}!! \qquad \prod \sigma = {b1}! \to {a1}!! \qquad \sigma = {b2}! \to {a2}!!")

LISTED = 8  # rows under a grid
LINE = 44.0  # letters of a line of the sentence
WAYS = ("softmax", "tree", "noise")
SPENT = ("spent_softmax", "spent_tree", "spent_noise")
WIDE: list[Box] = [
    (0.2, 0.8, 0.87, 1),
    *((x, x + 0.28, 0.55, 0.79) for x in (0, 0.355, 0.71)),
    *((x + 0.085, x + 0.215, 0, 0.44) for x in (0, 0.355, 0.71)),
]  # fmt: skip
NARROW: list[Box] = [
    (0, 1, 0.93, 1),
    (0, 1, 0.82, 0.90), (0, 1, 0.50, 0.58), (0, 1, 0.18, 0.26),
    (0.28, 0.76, 0.65, 0.78), (0.28, 0.76, 0.33, 0.46), (0.28, 0.76, 0.01, 0.14),
]  # fmt: skip


def pair(look: Look[PairFrame]) -> Picture:
    """A pair, what is asked for it, and what that moves."""
    frame = look.frame
    panels = [_sentence(look), *(_grid(look, k) for k in range(3)), *(_rows(look, k) for k in range(3))]
    inputs = look.say("comma").join(frame.words[word] for word in dict.fromkeys(frame.inputs.tolist()))
    soft, tree, noise = (int(spent) for spent in frame.spent)
    mathml, values = _formula(frame)
    return look.picture(
        Placed(panels, WIDE, NARROW, 1180),
        facts={
            "inputs": inputs,
            "target": frame.words[frame.target],
            "v": len(frame.words),
            "l": len(frame.path),
            "k": len(frame.noise),
            "times_tree": f"{soft / max(tree, 1):.0f}",
            "times_noise": f"{soft / max(noise, 1):.0f}",
            **{way: int(rows) for way, rows in zip(WAYS, frame.rows, strict=True)},
        },
        formula=mathml,
        values=values,
        metrics=[(column, count(int(spent))) for column, spent in zip(SPENT, frame.spent, strict=True)],
        derived={"word": inputs} | {column: int(spent) for column, spent in zip(SPENT, frame.spent, strict=True)},
        hold=7.0,
    )


def _sentence(look: Look[PairFrame]) -> Panel:
    """The words of the sentence in lines; the pair lit and joined."""
    frame = look.frame
    tokens = [frame.words[word] for word in frame.sentence]
    place = _places(tokens)
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
        "customdata": [f"{escaped(token)}<br>{look.say('hover_token')}" for token in tokens],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "token", "click": "token", "ring": 30},
        "cliponaxis": False,
    }
    return Panel([*arcs, row], x=blank(range=[-1, LINE + 1]), y=blank(range=[-1.5, 0.95]))


def _places(tokens: list[str]) -> np.ndarray:
    """Places (n, 2) of words in lines, in widths of a letter and in lines, each line in the middle."""
    left, size, line = places(tokens, LINE)
    middle = left + size / 2
    for row in range(line.max() + 1):
        mine = line == row
        middle[mine] += LINE / 2 - (middle[mine].min() + middle[mine].max()) / 2
    return np.stack([middle, -line], 1)


def _grid(look: Look[PairFrame], k: int) -> Panel:
    """The rows of the output matrix as cells: those touched are filled, by how far they move."""
    frame = look.frame
    rows, moves = _touched(frame, k)
    cells = len(frame.words) - (k == 1)
    across = int(np.ceil(np.sqrt(2.6 * cells)))
    z = np.zeros(-(-cells // across) * across, np.uint8)
    if frame.part == "ask":
        z[rows] = 50
    elif frame.part == "move":
        z[rows] = np.round(35 + 65 * np.sqrt(moves / max(float(moves.max()), 1e-12)))
    told = _told(look, k) + [""] * (len(z) - cells)
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
        "customdata": np.array(told, dtype=object).reshape(-1, across).tolist(),
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    title = look.say("grid", WAYS[k], rows=int(frame.rows[k]), of=cells)
    return Panel([heat], title, x=blank(range=[-0.5, across - 0.5]), y=blank(range=[len(z) // across - 0.5, -0.5]))


def _touched(frame: PairFrame, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows that way k touches, and how far they move."""
    ways = (
        (np.arange(len(frame.words)), frame.moves),
        (frame.path, frame.path_moves),
        (frame.noise, frame.noise_moves),
    )
    return ways[k]


def _told(look: Look[PairFrame], k: int) -> list[str]:
    """What pointing at a cell says: its word or merge, and how far it moves."""
    frame = look.frame
    if k == 1:
        names = [look.say("merge_word", n=m + 1) for m in range(len(frame.words) - 1)]
    else:
        names = [escaped(word) for word in frame.words]
    if frame.part != "move":
        return names
    moved = dict(zip(*(array.tolist() for array in _touched(frame, k)), strict=True))
    return [
        look.say("hover_moves", word=name, size=short(moved[row], 2)) if row in moved else name for row, name in enumerate(names)
    ]


def _rows(look: Look[PairFrame], k: int) -> Panel:
    """What the touched rows say, and what they should have said."""
    frame, shown = look.frame, look.part in ("ask", "move")
    names, chances, wanted = _answers(look, k)
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
    notes = [note(look.say("wanted", WAYS[k]), x=0, y=1, yref="y domain", yanchor="bottom", **side, **small)]
    for r, (p, w) in enumerate(zip(chances, wanted, strict=True)):
        if shown:
            notes.append(note(f"{escaped(_brief(float(p)))} → {w:g}", x=1.03, y=r, **side, **small))
    hidden = int(frame.rows[k]) - len(names)
    if hidden > 0:
        more = look.say("more_rows", n=hidden)
        notes.append(note(more, x=0, y=len(names) - 0.05, **side, font={"size": 11, "color": "@ink3"}))
    ticks = {"tickvals": rank, "ticktext": [name + "\u2002" for name in names], "tickfont": {"size": 12, "color": "@ink"}}
    top = 1.0 if k else 1.1 * float(max(chances.max(), 0.001))
    return Panel([bars], notes=notes, x=blank(range=[0, top]), y={"range": [LISTED + 0.4, -0.6], "showgrid": False, **ticks})


def _answers(look: Look[PairFrame], k: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, chances and wanted answers of the first rows that way k touches; of the softmax those of the likeliest words."""
    frame = look.frame
    if k == 1:
        names = [look.say("node", n=j + 1) for j in range(len(frame.path))]
        return names[:LISTED], frame.path_chances[:LISTED], 1.0 - frame.bits[:LISTED]
    if k == 2:
        rows, chances = frame.noise[:LISTED], frame.noise_chances[:LISTED]
    else:
        likely = np.argsort(-frame.chances, kind="stable")
        rows = np.array([frame.target, *likely[likely != frame.target]])[:LISTED]
        chances = frame.chances[rows]
    names = [escaped(cut(frame.words[word], 10)) for word in rows]
    return names, chances, np.array([1.0] + [0.0] * (len(rows) - 1))


def _brief(p: float) -> str:
    """A chance in as few signs as will do."""
    return "<0.001" if p < 0.001 else ">0.999" if p > 0.999 else short(p, 2)


def _formula(frame: PairFrame) -> tuple[str, Values]:
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
