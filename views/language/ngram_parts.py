"""What the pictures of n-gram models share: the formula of one probability, colours, names, numbers as words."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.formula import formula
from charts.numbers import chance, count, short, times_ten
from engine.language import ngram
from engine.language.ngram import Explained, NgramFrame
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
SCORE = formula(r"S = \frac{{c}!}{{n}!} = {p}!!")  # of stupid back-off: no probability
SCORE_BACK = formula(r"S = {weight}! \cdot {lower}! = {p}!!")
SCORE_NOTHING = formula(r"S = {p}!!")
STAR = formula(r"p = \frac{r^{*}}{N} = \frac{{D}!}{{n}!} = {p}!!")
NOTHING = formula(r"p = {p}!!")
PHONE = 52  # letters that fit below the bars of a sentence on a phone
FORMULAS = {
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
BACKING = ("absolute", "katz", "kneser_ney")
SCORED = {  # what is said of a probability → what is said of a score
    "surprise": "surprise_score",
    "next_p": "next_p_score",
    "hover_factor": "hover_factor_score",
    "hover_word": "hover_word_score",
    "strip": "strip_score",
    "seen": "seen_score",
    "shorter": "shorter_score",
    "unknown": "unknown_score",
    "unknown_closed": "unknown_closed_score",
    "end": "end_score",
    "greedy": "greedy_score",
    "expand": "expand_score",
    "beam_end": "beam_end_score",
    "stuck": "stuck_score",
}


def explained(now: Explained, name: str, k: float, V: int) -> tuple[str, Mapping[str, tuple[Any, int]]]:
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
    values: Mapping[str, tuple[Any, int]] = {key: (value, 0) for key, value in texts.items()}
    return _formula_of(now, name), values


def _formula_of(now: Explained, name: str) -> str:
    if name == "stupid":
        return SCORE_NOTHING if not now.known else SCORE if now.c else SCORE_BACK
    if not now.known or (name == "mle" and not now.total) or (not now.n and name not in ("add_one", "add_k")):
        return NOTHING
    if name in BACKING and not now.c:
        return BACK
    if name in ("interpolated_kn", "modified_kn") and not now.c:
        return WITTEN
    return FORMULAS[name]


def colour_of(m: int, n: int) -> str:
    """The colour of words whose longest n-gram has m of n tokens."""
    return f"@sequential{round(3 + 6 * (m - 1) / max(n - 1, 1)) if n > 1 else 9}" if m else "@bad"


def factor(value: float) -> str:
    return short(value, 2 if 0 < value < 0.001 else 4)


def times(value: int) -> str:
    return f"{int(value)}"


def size_of(value: float) -> str:
    return short(value) if value < 100 else count(value)


def tiny(bits: float) -> str:
    """2 to the −bits, however small."""
    if bits < 900:
        return chance(float(2.0**-bits))
    power = -bits * np.log10(2)
    return times_ten(float(10 ** (power - np.floor(power))), int(np.floor(power)), 2)


def highest_of(frame: NgramFrame) -> float:
    """Bits that a bar reaches: more than a word drawn from the vocabulary at random has."""
    return float(np.ceil(np.log2(max(frame.types, 2))) + 6)


def scored(key: str, estimator: str) -> str:
    """A word of probabilities, or that of scores where an estimator hands out such."""
    return SCORED[key] if estimator in SCORES else key


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
