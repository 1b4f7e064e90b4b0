"""One pair of words: where its vectors point, what they say of each other, and how that pulls and pushes them."""

from typing import Any

import numpy as np

from charts import bars, curves, fields, labels, patches, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import apart, count, number
from charts.panels import Panel, Picture, bare, blank, escaped, told
from charts.ranking import table
from charts.words import breadth, cut, places
from engine.language.word2vec import PairFrame
from engine.language.word2vec.pairs import WAYS, Rows
from views.look import Look

COST = formula(
    r"3 V d = 3 \cdot {v}! \cdot {d}! = {soft}! \qquad 3 L d = 3 \cdot {l}! \cdot {d}! = {tree}! "
    r"\qquad 3 (k+1) d = 3 \cdot {k}! \cdot {d}! = {noise}!!"
)
MOVED = formula(r"p = {b0}! \to {a0}!! \qquad \prod \sigma = {b1}! \to {a1}!! \qquad \sigma = {b2}! \to {a2}!!")

LISTED = 8  # rows in the table, and rows with names
SHORT = 0.025  # of the width: a shorter pull is not drawn
LINE = 34.0  # letters of a line of the sentence
STAGE = (342.0, 270.0)  # px of the large picture on a phone
FLAT, APART = 2.2, 3  # how much wider than high the rows are laid out as cells; cells between one way's and the next
GAP, FEW = 1, 16  # px between cells, and lines of them from which there is no gap
SPENT = ("spent_softmax", "spent_tree", "spent_noise")


def pair(look: Look[PairFrame]) -> Picture:
    """A pair, what is asked for it, and what that moves."""
    frame, spent = look.frame, [int(one) for one in look.frame.spent]
    asked = frame.asked(look.options.way)
    times = {f"times_{way}": f"{spent[0] / max(some, 1):.0f}" for way, some in zip(WAYS, spent, strict=True)}
    found = len(set(frame.noise.tolist()))  # a word may be drawn twice
    sizes = {"v": len(frame.words), "l": len(frame.path), "noise": found, "others": found - 1, "draws": len(frame.noise) - 1}
    return look.picture(
        columns(
            _plane(look, asked), rows(_sentence(look), _touched(look), _table(look, asked), shares=(5, 5, 12)), shares=(5, 3)
        ),
        facts={"inputs": _given(look), "target": frame.words[frame.target]} | sizes | times,
        metrics=[(column, count(some)) for column, some in zip(SPENT, spent, strict=True)],
        derived={"word": _given(look)} | dict(zip(SPENT, spent, strict=True)),
        hold=7.0,
        **_formula(frame),
    )


def _given(look: Look[PairFrame]) -> str:
    """The words that foretell."""
    return look.say("comma").join(look.frame.words[word] for word in dict.fromkeys(look.frame.inputs.tolist()))


def _called(look: Look[PairFrame], asked: Rows) -> list[str]:
    """What the rows are called."""
    if look.options.way == "tree":
        return [look.say("node", n=k + 1) for k in range(len(asked.words))]
    return [escaped(cut(look.frame.words[word], 12)) for word in asked.words]


def _brief(p: float) -> str:
    """A chance in as few signs as will do."""
    return escaped("<0.001" if p < 0.001 else ">0.999" if p > 0.999 else number(p, 3))


def _plane(look: Look[PairFrame], asked: Rows) -> Panel:
    """The input's vector across, the rows as far along it as their products say; at last what pulls and pushes them."""
    (x, y), at, tip, target = _reach(look), asked.places, np.array([asked.length, 0.0]), int(asked.wanted.argmax())
    rays = np.stack([np.zeros((min(len(at), LISTED), 2)), at[:LISTED]], 1).reshape(-1, 2)
    inks = ["@c1" if wanted else "@ink3" for wanted in asked.wanted]
    names = [f"<b>{name}</b>" for name in _called(look, asked)]
    if look.part in ("ask", "move"):
        sure = [f" {_brief(p)}, {number(e, 3)}" for p, e in zip(asked.chances, asked.error, strict=True)]
        names = [name + more for name, more in zip(names, sure, strict=True)]
    tails, ends = np.concatenate([at[:LISTED], tip[None]]), np.concatenate([asked.push[:LISTED], asked.pull[None]])
    tails, ends = (some[: len(some) * (look.part == "move")] for some in (tails, ends))
    traces = [
        points.mesh(rays.round(3), np.arange(len(rays)).reshape(-1, 2), colour="@ink3", width=1, opacity=0.5),
        curves.line(*np.array([[0, 0], at[target]]).T, colour="@c1", width=2.5),
        curves.line(*np.array([[0, 0], tip]).T, colour="@accent", width=4),
        points.cloud(at.round(3), colour=inks, opacity=1, marker={"size": 6 + 3 * asked.wanted}, **told(names)),
        points.cloud(tip[None], colour="@accent", size=11, opacity=1, hoverinfo="skip"),
        fields.pulls(tails, ends, colour="@accent", least=SHORT * (x[1] - x[0])),
        _names(look, asked, tip, (x, y)),
    ]
    across = curves.chances(asked.length, x[0], x[1], STAGE[0])
    return Panel(traces, look.say("plane", look.options.way), x=across, y=blank(range=y))


def _reach(look: Look[PairFrame]) -> tuple[list[float], list[float]]:
    """Ranges that hold all that has been seen so far, and its arrows, so that the axes seldom move."""
    k, pairs = WAYS.index(look.options.way), [one for one in look.frames if one.part in ("", "window")]
    tips = np.array([(one.length[k], 0) + one.pulls[k] for one in pairs])
    spots = np.concatenate([*(getattr(one, f"{look.options.way}_places") for one in pairs), tips, tips * (1, 0)])
    low, high = np.minimum(spots.min(0), 0), np.maximum(spots.max(0), 0.1)
    (wide, up) = 0.14 * (high[0] - low[0]), 0.08 * (high[1] - low[1])
    return [float(low[0] - wide), float(high[0] + wide)], [float(low[1] - up), float(high[1] + up)]


def _names(look: Look[PairFrame], asked: Rows, tip: np.ndarray, reach: tuple[list[float], list[float]]) -> dict[str, Any]:
    """The input and the first rows by name, clear of the arrows to come; how sure each is, once it is asked."""
    named = list(zip(_called(look, asked)[:LISTED], asked.chances.tolist(), strict=False))
    full = [f"v {escaped(cut(_given(look), 16))}", *(f"{name} {_brief(p)}" for name, p in named)]
    texts = full if look.part in ("ask", "move") else [full[0], *(name for name, _ in named)]
    spots = np.concatenate([tip[None], asked.places[:LISTED]])
    drawn = spots + 2 * np.concatenate([asked.pull[None], asked.push[:LISTED]])  # on larger stages arrows are longer
    at, ends, root = (labels.pixels(some, *reach, STAGE) for some in (spots, drawn, 0 * spots))
    rank = -np.arange(len(full), dtype=float)
    lines = np.concatenate([np.hstack([at, ends]), np.hstack([root, at])[1:][asked.wanted[:LISTED] > 0]])
    sides = labels.place(at, labels.sizes(full, 12), rank, panel=STAGE, marks=at, lines=lines, must=rank > -2, limit=1.0)
    inks = ["@accent", *("@c1" if wanted else "@ink2" for wanted in asked.wanted[:LISTED])]
    bold = [f"<b>{text}</b>" if ink != "@ink2" else text for ink, text in zip(inks, texts, strict=True)]
    return labels.beside(spots, bold, sides, radius=6, colour=inks)


def _sentence(look: Look[PairFrame]) -> Panel:
    """The words of the sentence in lines; the pair lit."""
    frame, tokens = look.frame, [look.frame.words[word] for word in look.frame.sentence]
    left, _, line = places(tokens, LINE)
    lit = [k == frame.centre or k in frame.context for k in range(len(tokens))]
    inks = ["@accent" if k == frame.centre else "@c1" if lit[k] else "@ink3" for k in range(len(tokens))]
    text = [f"<b>{escaped(token)}</b>" if lit[k] else escaped(token) for k, token in enumerate(tokens)]
    middle = left + np.array([breadth(token) for token in tokens]) / 2
    hover = told([f"{escaped(token)}<br>{look.say('hover_token')}" for token in tokens], link="token", click="token", ring=24)
    words = bars.labels(middle.round(2), -line, text, colour=inks, size=13, **hover)
    return bare([words], look.say("sentence"), [0, LINE], [-2.5, 0.6], small=True)


def _touched(look: Look[PairFrame]) -> Panel:
    """All rows of the three output matrices as cells, filled those that this pair touches, the target's lit; and how many."""
    frame, told_ = look.frame, look.part in ("ask", "move")
    across = int(np.ceil(np.sqrt(FLAT * len(frame.words))))
    down = -(-len(frame.words) // across)
    cells, texts = np.full((down, 3 * across + 2 * APART), np.nan), list[str]()
    begins = [(across + APART) * k for k in range(3)]
    for begin, way, of in zip(begins, WAYS, (np.arange(len(frame.words)), frame.path, frame.noise), strict=True):
        kinds = np.full(down * across, np.nan)
        kinds[: len(frame.words) - (way == "tree")] = 0
        kinds[of[: len(of) * told_]] = 1
        kinds[[frame.target] * (told_ and way != "tree")] = 2
        cells[:, begin : begin + across] = kinds.reshape(down, across)
        texts.append(f"{look.words.choices['way'][way]}<br><b>{count((kinds > 0).sum())}</b> / {count((kinds >= 0).sum())}")
    wide = cells.shape[1]
    style = {"colorscale": [[0, "@neutral2"], [0.5, "@c1"], [1, "@accent"]], "zmin": 0, "zmax": 2, "hoverinfo": "skip"}
    grid = patches.cells(cells, (0, wide), (0, down), xgap=GAP * (down < FEW), ygap=GAP * (down < FEW), **style)
    words = bars.labels(begins, [down * 1.1] * 3, texts, size=11, place="bottom right")
    return bare([grid, words], look.say("touched"), [0, wide], [1.9 * down, 0], tall=92)


def _table(look: Look[PairFrame], asked: Rows) -> Panel:
    """Scores, chances, errors, moves: filled in as the step goes forwards and back."""
    asks, moves = look.part in ("ask", "move"), look.part == "move"
    gone = np.linalg.norm(asked.push, axis=1) * look.params.rate
    columns_ = (
        (0.46, "u · v", [number(score, 2) for score in asked.places[:, 0] * asked.length], asks),
        (0.62, "p" if look.options.way == "softmax" else "σ", [_brief(p) for p in asked.chances.tolist()], asks),
        (0.82, look.say("error"), [number(error, 3) for error in asked.error], asks),
        (1.0, look.say("moves"), [_brief(way) for way in gone], moves),
    )
    names, rest = _called(look, asked), len(asked.words) - LISTED
    cells = [(x, head, [cell if ready else "" for cell in said][:LISTED]) for x, head, said, ready in columns_]
    title = look.say("rows", look.options.way, rows=len(names), of=len(look.frame.words) - (look.options.way == "tree"))
    foot = [(0.0, look.say("more_rows", n=rest))] * (rest > 0)
    return table(title, [(0.0, "", names[:LISTED]), *cells], lit=0 if asks else -1, rows=LISTED, foot=foot, size=11)


def _formula(frame: PairFrame) -> dict[str, Any]:
    if frame.part == "move":
        told = [apart(float(before), float(after)) for before, after in zip(frame.before, frame.after, strict=True)]
        return {
            "formula": MOVED,
            "values": {f"{side}{k}": (pair[n], 0) for k, pair in enumerate(told) for n, side in enumerate("ba")},
        }
    if frame.part == "ask":
        ways = {name: (count(int(value)), 0) for name, value in zip(("soft", "tree", "noise"), frame.cost, strict=True)}
        sizes = {name: (int(value), 0) for name, value in zip("vlk", frame.rows, strict=True)}
        return {"formula": COST, "values": {"d": (frame.dim, 0), **sizes, **ways}}
    return {}
