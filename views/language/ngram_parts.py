"""What the pictures of n-gram models share: the row of numbers, the formula of one probability, colours, numbers as words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts.formula import formula
from charts.numbers import chance, count, short
from charts.panels import Box, Panel, Picture, compose
from engine.language.ngram import Explained, NgramFrame, Params
from engine.language.smoothing import SCORES
from views import Words

RATIO = formula(r"p = \frac{{c}!}{{n}!} = {p}!!")
ADD = formula(r"p = \frac{{c}! + {k}!}{{n}! + {k}! \cdot {V}!} = {p}!!")
MIX = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
WITTEN = formula(r"p = \frac{{c}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
LESS = formula(r"p = \frac{{c}! - {D}!}{{n}!} + {weight}! \cdot {lower}! = {p}!!")
TAKEN = formula(r"p = \frac{{c}! - {D}!}{{n}!} = {p}!!")
TIMES = formula(r"p = {D}! \cdot \frac{{c}!}{{n}!} = {p}!!")
BACK = formula(r"p = {weight}! \cdot {lower}! = {p}!!")
SCORE = formula(r"S = \frac{{c}!}{{n}!} = {p}!!")  # of stupid back-off: no probability
SCORE_BACK = formula(r"S = {weight}! \cdot {lower}! = {p}!!")
SCORE_NOTHING = formula(r"S = {p}!!")
STAR = formula(r"p = \frac{r^{*}}{N} = \frac{{D}!}{{n}!} = {p}!!")
NOTHING = formula(r"p = {p}!!")
PHONE = 52  # letters that fit below the bars of a sentence on a phone
BACKING = ("absolute", "katz", "kneser_ney")


def picture(panels: Sequence[Panel], wide: list[Box], narrow: list[Box], words: Words, frame: NgramFrame, **more: Any) -> Picture:
    """What all pictures share."""
    drawn = compose(panels, wide, narrow, height=more.pop("height", 860))
    alt = more.pop("alt", "")
    numbers = (
        dict.fromkeys(
            (
                "step",
                "part",
                "word",
                "estimator",
                "order",
                "size",
                "count",
                "context",
                "p",
                "s",
                "bits",
                "sum",
                "unseen",
                "perplexity",
                "loglik",
                "r",
                "star",
                "nr",
                "tokens",
                "types",
            )
        )
        | {"step": frame.step, "part": frame.part, "tokens": frame.tokens, "types": frame.types}
        | more.pop("numbers")
    )
    return Picture(**drawn, numbers=numbers, alt=f"{more['said']} {alt}".strip(), **more)


def explained(now: Explained, params: Params, V: int, name: str = "") -> tuple[str, Mapping[str, tuple[Any, int]]]:
    """The formula of one probability, with its numbers."""
    name = name or params.estimator
    k = 1.0 if name == "add_one" else params.k
    texts = {
        "p": chance(now.p),
        "c": short(now.c, 6),
        "n": short(now.n, 6),
        "D": factor(now.D),
        "weight": factor(now.weight),
        "lower": chance(now.lower),
        "k": short(k, 6),
        "V": str(V),
    }
    values: Mapping[str, tuple[Any, int]] = {key: (value, 0) for key, value in texts.items()}
    if name == "stupid":
        return SCORE_NOTHING if not now.known else SCORE if now.c else SCORE_BACK, values
    if not now.known or (name == "mle" and not now.total) or (not now.n and name not in ("add_one", "add_k")):
        return NOTHING, values
    if name in BACKING and not now.c:
        return BACK, values
    if name in ("interpolated_kn", "modified_kn") and not now.c:
        return WITTEN, values
    fixed = {
        "mle": RATIO,
        "add_one": ADD,
        "add_k": ADD,
        "jelinek_mercer": MIX,
        "witten_bell": WITTEN,
        "katz": TIMES,
        "good_turing": STAR,
        "absolute": TAKEN,
        "kneser_ney": TAKEN,
        "interpolated_kn": LESS,
        "modified_kn": LESS,
    }
    return fixed[name], values


def colour_of(m: int, n: int) -> str:
    """The colour of words whose longest n-gram has m of n tokens."""
    return f"@sequential{round(3 + 6 * (m - 1) / max(n - 1, 1)) if n > 1 else 9}" if m else "@bad"


def factor(value: float) -> str:
    return short(value, 2 if 0 < value < 0.001 else 4)


def times(value: int) -> str:
    return f"{int(value)}"


def size_of(value: float) -> str:
    return short(value) if value < 100 else count(value)


def named(value: float | None, name: str) -> dict[str, float | None]:
    """A row's probability, or score, under its column's name."""
    return {"s" if name in SCORES else "p": value}


def highest_of(frame: NgramFrame) -> float:
    """Bits that a bar reaches: more than a word drawn from the vocabulary at random has."""
    return float(np.ceil(np.log2(max(frame.types, 2))) + 6)
