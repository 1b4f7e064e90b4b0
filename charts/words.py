"""Words in a picture: how wide they are, cut, and set in lines. An ideograph is two letters wide and breaks anywhere.

All of these take words as they are; they are escaped where they are drawn.
"""

import re
from collections.abc import Sequence

import numpy as np

from charts.panels import escaped

CJK = 0x2E80  # from here on a sign is as wide as two letters
PIECE = re.compile(r"\s*(?:[\u2E80-\U0010FFFF]|[^\s\u2E80-\U0010FFFF]+)")  # what a line may begin with


def breadth(text: str) -> int:
    """How wide a text is, in Latin letters: an ideograph takes two."""
    return sum(1 if ord(sign) < CJK else 2 for sign in text)


def cut(text: str, most: int) -> str:
    """At most so many letters wide, the last an ellipsis where something is left out."""
    if breadth(text) <= most:
        return text
    kept = text
    while kept and breadth(kept) > most - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def lines(words: Sequence[str], width: float, most: int = 0, gap: str = " ") -> list[list[str]]:
    """Words in lines no wider than `width` letters, unless one word alone is; of more than `most` lines the last ends with …."""
    out: list[list[str]] = [[]]
    for word in words:
        if out[-1] and breadth(gap.join([*out[-1], word])) > width:
            out.append([])
        out[-1].append(word)
    if not most or len(out) <= most:
        return out
    last = out[most - 1]
    while len(last) > 1 and breadth(gap.join([*last, "…"])) > width:
        last = last[:-1]
    return [*out[: most - 1], [*last, "…"]]


def wrapped(text: str, width: int, most: int = 0) -> str:
    """A text in lines of at most `width` letters, escaped, with <br> between: at spaces, and anywhere between ideographs."""
    pieces = [cut(piece, width) for piece in PIECE.findall(text)]
    return "<br>".join(escaped("".join(line).strip()) for line in lines(pieces, width, most, gap=""))


def ticks(names: Sequence[str], letters: float, most: int = 3) -> list[str]:
    """Names [n] below an axis `letters` wide, never turned: in up to `most` rows in turn, cut where need be, escaped."""
    if not names:
        return []
    each = letters / len(names)
    widest = max(map(breadth, names)) + 1
    rows = min(most, max(1, -int(-widest // each)))
    return ["<br>" * (k % rows) + escaped(cut(name, max(2, int(rows * each) - 1))) for k, name in enumerate(names)]


def places(words: Sequence[str], width: float, least: float = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left ends [n], widths [n] (≥ `least`) and line numbers [n] of words set as boxes in lines, in letters."""
    sizes = np.array([max(least, breadth(word) + 2.0) for word in words])
    left, line = np.zeros(len(sizes)), np.zeros(len(sizes), int)
    at, row = 0.0, 0
    for k, size in enumerate(sizes):
        if at and at + size > width:
            at, row = 0.0, row + 1
        left[k], line[k] = at, row
        at += size
    return left, sizes, line
