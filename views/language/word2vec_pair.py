"""One pair of words: where its vectors point, what they say of each other, and how that pulls and pushes them."""

from typing import Any

import numpy as np

from charts import bars, curves, fields, labels, points
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, number, short
from charts.panels import Panel, Picture, blank, escaped
from charts.ranking import table
from charts.words import breadth, cut, places
from engine.language.word2vec import PairFrame
from views.look import Look, Values

COST = formula(
    r"3 V d = 3 \cdot {v}! \cdot {d}! = {soft}! \qquad 3 L d = 3 \cdot {l}! \cdot {d}! = {tree}! "
    r"\qquad 3 (k+1) d = 3 \cdot {k}! \cdot {d}! = {noise}!!"
)
MOVED = formula(r"p = {b0}! \to {a0}!! \qquad \prod \sigma = {b1}! \to {a1}!! \qquad \sigma = {b2}! \to {a2}!!")

LISTED = 8  # rows in the table, and rows with names
LINE = 34.0  # letters of a line of the sentence
STAGE = (342.0, 270.0)  # px of the large picture on a phone
WAYS = ("softmax", "tree", "noise")
SPENT = ("spent_softmax", "spent_tree", "spent_noise")
CHANCES = (0.02, 0.1, 0.5, 0.9)  # that the axis names


def pair(look: Look[PairFrame]) -> Picture:
    """A pair, what is asked for it, and what that moves."""
    frame = look.frame
    inputs = look.say("comma").join(frame.words[word] for word in dict.fromkeys(frame.inputs.tolist()))
    soft, tree, noise = (int(spent) for spent in frame.spent)
    mathml, values = _formula(frame)
    return look.picture(
        columns(_plane(look), rows(_sentence(look), _table(look), shares=(2, 5)), shares=(5, 3)),
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


# ---- the rows of the way that is shown large


def _asked(look: Look[PairFrame]) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """What each row is called, [m]; where it points, [m, 2]; how sure it is, [m], and should be: the first ones first."""
    frame, way = look.frame, look.options.way
    if way == "tree":
        named = [look.say("node", n=k + 1) for k in range(len(frame.path))]
        return named, frame.tree_places, frame.path_chances, 1.0 - frame.bits
    if way == "noise":
        order, chances, spots = np.unique(frame.noise, return_index=True)[1], frame.noise_chances, frame.noise_places
        order = np.sort(order)  # a word that was drawn twice is one row
        words = frame.noise[order]
    else:
        words = np.argsort(-frame.chances, kind="stable")
        words = order = np.array([frame.target, *words[words != frame.target]])
        chances, spots = frame.chances, frame.softmax_places
    wanted = (words == frame.target).astype(float)
    return [escaped(cut(frame.words[word], 12)) for word in words], spots[order], chances[order], wanted


def _plane(look: Look[PairFrame]) -> Panel:
    """The input's vector across, the rows as far along it as their products say; at last what pulls and pushes them."""
    frame, k = look.frame, WAYS.index(look.options.way)
    names, at, chances, wanted = _asked(look)
    at, long = at.astype(float), float(frame.length[k])
    x, y = _reach(look, k)
    asks, moves = look.part in ("ask", "move"), look.part == "move"
    drops = np.stack([at, at * (1, 0)], 1).reshape(-1, 2)[: 2 * LISTED] if asks else np.zeros((0, 2))
    error = (chances - wanted)[:, None]
    push = np.concatenate([-error * (long, 0), frame.pulls[[k]]]) if moves else np.zeros((0, 2))
    rays = points.mesh(np.concatenate([np.zeros((1, 2)), at]), _from(0, len(at), LISTED), colour="@ink3", width=1, opacity=0.5)
    v = np.array([[0.0, 0.0], [long, 0.0]])
    heads = np.where(wanted > 0, "@c1", "@ink3").tolist()
    dots = points.cloud(at.round(3), colour=heads, size=[9 if w else 6 for w in wanted], opacity=1, symbol="circle")  # type: ignore[arg-type]
    hover = {"customdata": _told(look, names, chances, error), "hovertemplate": "%{customdata}<extra></extra>"}
    traces = [
        points.mesh(drops, np.arange(len(drops)).reshape(-1, 2), colour="@c1", width=1)
        | {"line": {"color": "@c1", "width": 1, "dash": "dot"}},
        rays,
        curves.line(*(np.array([[0, 0], at[wanted.argmax()]]).T), colour="@c1", width=2.5),
        curves.line(*v.T, colour="@accent", width=4),
        dots | hover,
        fields.arrows(np.concatenate([at, v[1:]])[: len(push)], push.round(3), colour="@accent", width=2, opacity=1),
        points.cloud(v[1:], colour="@accent", size=11, opacity=1, hoverinfo="skip"),
        _names(look, names, at, chances, v[1]),
    ]
    ticks = np.log(np.array(CHANCES) / (1 - np.array(CHANCES))) / (long or 1.0)
    axis = {"tickvals": ticks.round(3).tolist(), "ticktext": [f"{chance:g}" for chance in CHANCES], "range": x}
    return Panel(traces, look.say("plane", look.options.way), x=axis, y=blank(range=y))


def _from(start: int, n: int, most: int) -> np.ndarray:
    return np.array([[start, k + 1] for k in range(min(n, most))]).reshape(-1, 2)


def _reach(look: Look[PairFrame], k: int) -> tuple[list[float], list[float]]:
    """Ranges that hold all that has been seen so far, so that the axes seldom move."""
    field = f"{WAYS[k]}_places"
    seen = np.concatenate([getattr(one, field) for one in look.frames])
    long = max(float(one.length[k]) for one in look.frames)
    low, high = np.minimum(seen.min(0), 0), np.maximum(seen.max(0), (long, 0.1))
    free = 0.1 * (high - low)
    return [float(low[0] - 3 * free[0]), float(high[0] + 3 * free[0])], [float(low[1] - 1.5 * free[1]), float(high[1] + free[1])]


def _names(look: Look[PairFrame], names: list[str], at: np.ndarray, chances: np.ndarray, tip: np.ndarray) -> dict[str, Any]:
    """The input and the first rows by name, once they are asked with how sure they are."""
    given = look.say("comma").join(look.frame.words[word] for word in dict.fromkeys(look.frame.inputs.tolist()))
    asks = look.part in ("ask", "move")
    said = [f"{name} {_brief(float(p))}" if asks else name for name, p in zip(names[:LISTED], chances, strict=False)]
    texts = [f"<b>v {escaped(cut(given, 16))}</b>", *said]
    x, y = _reach(look, WAYS.index(look.options.way))
    spots = labels.pixels(np.concatenate([tip[None], at[:LISTED]]), x, y, STAGE)
    size, rank = labels.sizes(texts, 12), -np.arange(len(texts), dtype=float)
    sides = labels.place(spots, size, rank, panel=STAGE, marks=spots, must=rank > -2)
    inks = ["@accent", "@c1", *["@ink2"] * LISTED]
    return labels.drawn(texts, sides, spots, size, x, y, panel=STAGE, colour=inks[: len(texts)])


def _told(look: Look[PairFrame], names: list[str], chances: np.ndarray, error: np.ndarray) -> list[str]:
    if look.part not in ("ask", "move"):
        return names
    return [
        f"<b>{name}</b> {_brief(float(p))}, {number(float(e), 3)}" for name, p, e in zip(names, chances, error[:, 0], strict=True)
    ]


# ---- beside it


def _sentence(look: Look[PairFrame]) -> Panel:
    """The words of the sentence in lines; the pair lit."""
    frame = look.frame
    tokens = [frame.words[word] for word in frame.sentence]
    left, _, line = places(tokens, LINE)
    lit = [k == frame.centre or k in frame.context for k in range(len(tokens))]
    inks = ["@accent" if k == frame.centre else "@c1" if lit[k] else "@ink3" for k in range(len(tokens))]
    text = [f"<b>{escaped(token)}</b>" if lit[k] else escaped(token) for k, token in enumerate(tokens)]
    middle = left + np.array([breadth(token) for token in tokens]) / 2
    told = [f"{escaped(token)}<br>{look.say('hover_token')}" for token in tokens]
    hover = {
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "token", "click": "token", "ring": 24},
    }
    words = bars.labels(middle.round(2), -line, text, colour=inks, size=13, **hover)
    return Panel([words], look.say("sentence"), x=blank(range=[0, LINE]), y=blank(range=[-3.6, 0.6]), small=True)


def _table(look: Look[PairFrame]) -> Panel:
    """Scores, chances, errors, moves: filled in as the step goes forwards and back."""
    names, at, chances, wanted = _asked(look)
    k, asks, moves = WAYS.index(look.options.way), look.part in ("ask", "move"), look.part == "move"
    long, error = float(look.frame.length[k]), chances - wanted
    gone = np.abs(error) * long * look.params.rate
    numbers = (
        ("u · v", asks, [number(float(x) * long, 2) for x in at[:, 0]]),
        ("p" if k == 0 else "σ", asks, [_brief(float(p)) for p in chances]),
        ("error", asks, [number(float(e), 3) for e in error]),
        ("moves", moves, [number(float(g), 3) for g in gone]),
    )
    shown = [(head, [one if ready else "" for one in said][:LISTED]) for head, ready, said in numbers]
    heads = [head if head in ("u · v", "p", "σ") else look.say(head) for head, _ in shown]
    cells = [(x, head, said) for x, head, (_, said) in zip((0.46, 0.62, 0.82, 1.0), heads, shown, strict=True)]
    rest = len(names) - LISTED
    foot = [(0.0, look.say("more_rows", n=rest))] if rest > 0 else []
    title = look.say("rows", look.options.way, rows=len(names), of=len(look.frame.words) - (k == 1))
    return table(title, [(0.0, "", names[:LISTED]), *cells], lit=0 if asks else -1, rows=LISTED, foot=foot, size=11)


def _brief(p: float) -> str:
    """A chance in as few signs as will do."""
    return "<0.001" if p < 0.001 else ">0.999" if p > 0.999 else number(p, 3)


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
