"""What the pictures of n-gram models share: the formula of one probability, colours, names, numbers as words."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np

from charts import bars, points
from charts.formula import formula, scored, whole
from charts.numbers import chance, count, short, times_ten
from charts.panels import Trace, legend
from charts.panels import told as said
from engine.language import ngram
from engine.language.ngram import Explained
from engine.language.smoothing import SCORES
from views.look import F, Look

RATIO = formula(r"p = \frac{{c}!}{{n}!} = {p}!!")
ADD = formula(r"p = \frac{{c}! + {k}!}{{n}! + {k}! \cdot {V}!} = {p}!!")
MIX = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
WITTEN = formula(r"p = \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
LESS = formula(r"p = \frac{{c}! - {D}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
TAKEN = formula(r"p = \frac{{c}! - {D}!}{{n}!} = {p}!!")
TIMES = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} = {p}!!")
BACK = formula(r"p = {weight}! \cdot {lower}! = {p}!!")
STAR = formula(r"p = \frac{r^{*}}{N} = \frac{{D}!}{{n}!} = {p}!!")
NOTHING = formula(r"p = {p}!!")
FORMULAS = {"mle": RATIO, "stupid": RATIO, "jelinek_mercer": MIX, "witten_bell": WITTEN, "katz": TIMES, "good_turing": STAR}
FORMULAS |= dict.fromkeys(("add_one", "add_k"), ADD) | dict.fromkeys(("absolute", "kneser_ney"), TAKEN)
FORMULAS |= dict.fromkeys(("interpolated_kn", "modified_kn"), LESS)
BACKING = ("absolute", "katz", "kneser_ney", "stupid")
HATCH = {"shape": "/", "fgcolor": "@ink3", "bgcolor": "@surface", "size": 5, "solidity": 0.3}  # of words never seen
IN_A_ROW = 4  # entries of the key on a phone
ROW = 15  # px of a row of the key


def explained(now: Explained, name: str, k: float, V: int) -> dict[str, Any]:
    """The formula of one probability by an estimator, with its numbers; `k`: what add-k adds."""
    texts = {
        "p": chance(now.p),
        "c": short(now.c, 6),
        "n": short(now.n, 6),
        "D": factor(now.D),
        "weight": factor(now.weight),
        "lower": chance(now.lower),
        "k": short(1.0 if name == "add_one" else k, 6),
        "V": str(V),
    }
    return {"formula": scored(_formula_of(now, name), name in SCORES), "values": whole(**texts)}


def _formula_of(now: Explained, name: str) -> str:
    if not now.known or (name == "mle" and not now.total) or (not now.n and name not in ("add_one", "add_k", "stupid")):
        return NOTHING
    if name in BACKING and not now.c:
        return BACK
    if name in ("interpolated_kn", "modified_kn") and not now.c:
        return WITTEN
    return FORMULAS[name]


def colour_of(m: int, n: int) -> str:
    """The colour of words whose longest n-gram has m of n tokens; those never seen are hatched."""
    return f"@sequential{round(5 + 6 * (m - 1) / max(n - 1, 1)) if n > 1 else 10}" if m else "@ink3"


def blocks(x0: Any, x1: Any, y0: Any, y1: Any, m: int, n: int) -> Trace:
    """Rectangles of words whose longest n-gram has m of n tokens."""
    hatched = {} if m else {"fillpattern": HATCH, "line": {"color": "@ink3", "width": 1}}
    return bars.rectangles(x0, x1, y0, y1, colour=colour_of(m, n)) | hatched


def stacked(shares: np.ndarray, y: np.ndarray, half: Any, told: Sequence[Sequence[str]], link: str) -> list[Trace]:
    """Rows of shares [rows, n + 1], those of the longest n-grams first; `told` [n + 1, rows]: what pointing at each says."""
    left, n, half = np.zeros(len(y)), shares.shape[1] - 1, np.broadcast_to(half, len(y))
    traces = []
    for m in range(n, -1, -1):
        right, here = left + shares[:, m], shares[:, m] > 0
        traces.append(blocks(left[here], right[here], (y - half)[here], (y + half)[here], m, n))
        said = [told[m][row] for row in np.flatnonzero(here).tolist()]
        middle = np.stack([(left + right) / 2, y], 1)[here]
        traces.append(points.targets(middle, link, ring=12, template="%{customdata}", customdata=said))
        left = right
    return traces


def inked(
    x: Any, y: Any, text: Sequence[str], lit: int, *, faint: Container[int] = (), told: Sequence[str] = (),
    frames: Sequence[int] = (), meta: Mapping[str, Any] | None = None, **more: Any,
) -> list[Trace]:  # fmt: skip
    """Words [n] at places, one of them lit, some faint; they are escaped already. A trace for each ink: what is lit moves alone.

    `told`: what pointing at each says; `frames`: the picture that a click leads to.
    """
    n = len(text)
    x, y = np.broadcast_to(x, n), np.broadcast_to(y, n)
    colours = ["@accent" if k == lit else "@ink3" if k in faint else "@ink" for k in range(n)]
    traces = []
    for ink in ("@ink", "@ink3", "@accent"):
        rows = [k for k in range(n) if colours[k] == ink]
        named = {"index": rows, **(meta or {})} | ({"frames": [frames[k] for k in rows]} if frames else {})
        hover: dict[str, Any] = said([told[k] for k in rows]) if told else {}
        traces.append(bars.labels(x[rows], y[rows], [text[k] for k in rows], colour=ink, meta=named, **hover, **more))
    return traces


def keyed(title: str, items: Sequence[tuple[str, str, str]]) -> tuple[str, list[dict[str, Any]]]:
    """A panel's title with room below it for a key, and the key: (mark, words, colour)."""
    each = IN_A_ROW if len(items) <= IN_A_ROW else -(-len(items) // 2)
    rows = [items[k : k + each] for k in range(0, len(items), each)][::-1]
    notes = [one | {"yshift": one["yshift"] + ROW * up} for up, row in enumerate(rows) for one in legend(row, left=True)]
    return title + "<br>\u00a0" * len(rows), notes


def beside(title: str) -> str:
    """A title in a row with those that have a key below them."""
    return title + "<br>\u00a0"


def levels(look: Look[Any], n: int) -> list[tuple[str, str, str]]:
    """The key of the colours: how much of a window of n words was seen."""
    return [("■" if m else "▨", level(look, m, n), colour_of(m, n)) for m in range(n, -1, -1)]


def level(look: Look[Any], m: int, n: int) -> str:
    """What it means that the longest n-gram seen has m of n tokens."""
    if m in (0, 1):
        return look.say("level_word" if m else "level_none")
    return look.say("level_full" if m == n else "level_last", m=m)


def factor(value: float) -> str:
    return short(value, 2 if 0 < value < 0.001 else 4)


def size_of(value: float) -> str:
    return short(value) if value < 100 else count(value)


def tiny(bits: float) -> str:
    """2 to the −bits, however small."""
    if bits < 900:
        return chance(float(2.0**-bits))
    power = -bits * np.log10(2)
    return times_ten(float(10 ** (power - np.floor(power))), int(np.floor(power)), 2)


def sign(look: Look[Any]) -> str:
    """p, or S where an estimator hands out scores."""
    return "S" if look.params.estimator in SCORES else "p"


def named(value: float | None, estimator: str) -> dict[str, float | None]:
    """A row's probability, or score, under its column's name."""
    return {"p": None, "s": None} | {"s" if estimator in SCORES else "p": value}


def short_name(look: Look[Any], name: str) -> str:
    """What an estimator is called where there is little room."""
    return look.words.choices["short"][name]


def past(look: Look[F]) -> list[tuple[int, F]]:
    """The frames up to this one and their places in the film, without those of reading."""
    return [(place, frame) for place, frame in enumerate(look.frames) if frame.part != "read"]


def joined(tokens: Any) -> str:
    """Tokens (an array of them) as a line; ∅ for none."""
    return ngram.joined(tokens.tolist()) or "∅"
