"""Where labels stand: at one of eight places around their mark, or nowhere. All in pixels of the panel, y downwards.

What matters more is placed first (`rank`). Hard: a label leaves no box and touches no other label. Soft: it costs to cover marks,
to lie over lines, to stand at another side than the favourite or than before. What would cost too much is not written.

Through a film a decision is made anew only at `keyframe(i)`, from what is known there, so that a label moves seldom and a picture
is the same while its run goes on; between keyframes `held` hides the lesser of two labels that now touch.
Python knows no pixels: reckon with WIDE, or with NARROW where a phone matters more.
"""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

WIDE, NARROW = (560, 400), (330, 300)  # px of a panel, reckoned with
# right, above right, below right, above, below, left, above left, below left: the way to the label's centre, and its price
SIDES = (
    "middle right", "top right", "bottom right", "top center", "bottom center", "middle left", "top left", "bottom left",
)  # fmt: skip
WAYS = np.array([(1, 0), (1, -1), (1, 1), (0, -1), (0, 1), (-1, 0), (-1, -1), (-1, 1)])
PRICE = np.array([0, 0.3, 0.4, 0.2, 0.4, 0.5, 0.6, 0.7])
COVERED, CROSSED = 1.2, 0.5  # prices of a mark hidden, of a line as long as the label is high
LIMIT, STAY = 1.6, 0.8  # what a label may cost; what it saves to stay where it is
GAP, LEAN = 3, 0.75  # px between mark and label; at corners they come nearer
REACH = 20  # px around a label in which marks are looked at
THIN, BROAD = frozenset("fijlrtI.,:;|!'()[] 1"), frozenset("mwMWOQGCDNH@%—…")
TAG = re.compile(r"</?(?:b|i|br|sub|sup)>")


@lru_cache(maxsize=4096)
def width(text: str, size: float = 12, bold: bool = False) -> float:
    """About how many pixels a line of text takes in the house's sans; an ideograph takes an em. It may hold tags and entities."""
    em = 0.0
    for sign in html.unescape(TAG.sub("", text)):
        if ord(sign) >= 0x2460:  # ideographs, and the marks of legends
            em += 1.0
        elif sign in THIN:
            em += 0.32
        elif sign in BROAD:
            em += 0.82
        else:
            em += 0.64 if sign.isupper() else 0.55
    return size * em * (1.05 if bold else 1)


def fitted(word: str, space: float, size: float = 12) -> str:
    """A word, in bold, as far as there are px for it, the last sign an ellipsis; nothing where hardly a letter has room."""
    kept = word
    while kept and width(kept, size, bold=True) > space:
        kept = kept.removesuffix("…")[:-1] + "…" * (len(kept) > 2)
    return "" if len(kept) < 2 < len(word) else kept


def sizes(texts: Sequence[str], size: float = 12, bold: bool = False) -> np.ndarray:
    """Widths and heights [n, 2] in px of labels of one line."""
    return np.array([(width(text, size, bold), 1.25 * size) for text in texts]).reshape(-1, 2)


def pixels(xy: np.ndarray, x: Sequence[float], y: Sequence[float], panel: tuple[float, float] = WIDE) -> np.ndarray:
    """Places [n, 2] in data units as pixels of a panel whose axes reach over x and y."""
    return np.stack([(xy[:, 0] - x[0]) / (x[1] - x[0]) * panel[0], (y[1] - xy[:, 1]) / (y[1] - y[0]) * panel[1]], 1)


def keyframe(i: int) -> int:
    """The picture whose decision picture i uses: 0, 1, 2, 4, 8, 16 … It is known when i is drawn, also while the run goes on."""
    return 1 << (i.bit_length() - 1) if i else 0


def keyframes(i: int) -> list[int]:
    """The pictures at which decisions are made, up to picture i, in order: each is `before` of the next."""
    return [0, *(1 << k for k in range(i.bit_length()))]


def place(
    at: np.ndarray, size: np.ndarray, rank: np.ndarray, *, radius: float | np.ndarray = 3, panel: tuple[float, float] = WIDE,
    marks: np.ndarray | None = None, mark_radius: float | np.ndarray = 3, lines: np.ndarray | None = None,
    before: np.ndarray | None = None, group: np.ndarray | None = None, must: np.ndarray | None = None,
    sides: Sequence[int] = range(8), limit: float = LIMIT,
) -> np.ndarray:  # fmt: skip
    """For labels of `size` [n, 2] at marks `at` [n, 2]: a side 0 … 7 each (`WAYS`), −1 where there is no room.

    `rank` [n]: the greatest is placed first. `marks` [m, 2]: what should not be covered, the labels' own marks too.
    `lines` [s, 4]: from x, y to x, y. `before` [n]: the last decision. `group` [n]: of labels with one number only the cheapest
    is written: a class's name, tried at a dozen of its points. `must` [n]: written at any price, if there is a place at all.
    """
    if not len(at):
        return np.zeros(0, int)
    rects = _rectangles(at, size, np.broadcast_to(np.asarray(radius, float), len(at)))
    cost = _costs(rects, sides, panel)
    if marks is not None and len(marks):
        _add_covered(cost, rects, at, marks, np.broadcast_to(np.asarray(mark_radius, float), len(marks)))
    if lines is not None and len(lines):
        _add_crossed(cost, rects, lines)
    if before is not None:
        stood = np.flatnonzero(before >= 0)
        cost[stood, before[stood]] -= STAY
        cost[before < 0] += STAY / 2  # what was not written does not come for a moment
    allowed = np.where(np.zeros(len(at), bool) if must is None else must, np.finfo(float).max, limit)
    return _chosen(rects, cost, np.lexsort((cost.min(1), -rank)), allowed, group)


def column(y: np.ndarray, rank: np.ndarray, high: float) -> np.ndarray:
    """Which labels [n] of one column find room: bool [n]. They share an edge, stand level with their marks at y [n], `high` each.

    The greatest `rank` [n] is placed first.
    """
    out, at, taken = np.zeros(len(y), bool), y.tolist(), list[float]()
    for n in np.lexsort((y, -rank)).tolist():
        if all(abs(at[n] - other) >= high - 1e-9 for other in taken):
            out[n] = True
            taken.append(at[n])
    return out


def held(sides: np.ndarray, at: np.ndarray, size: np.ndarray, rank: np.ndarray, *, radius: float | np.ndarray = 3) -> np.ndarray:
    """A decision [n] of before on marks that have moved since: nobody changes its side, and of two that touch the lesser goes."""
    if not len(at):
        return sides.copy()
    rects = _rectangles(at, size, np.broadcast_to(np.asarray(radius, float), len(at)))[np.arange(len(at)), np.maximum(sides, 0)]
    out, taken = sides.copy(), np.empty((0, 4))
    for n in np.argsort(-rank, kind="stable"):
        if sides[n] < 0:
            continue
        if _touches(rects[n], taken).any():
            out[n] = -1
        else:
            taken = np.vstack([taken, rects[n]])
    return out


def through(
    i: int, at: Sequence[np.ndarray], size: np.ndarray, rank: np.ndarray, *, radius: float | np.ndarray = 3, **how: Any
) -> np.ndarray:
    """The sides of labels in picture i of a film whose marks stood at `at[j]` [n, 2] in picture j. `how`: as `place` takes it."""
    before: np.ndarray | None = None
    for j in keyframes(i):
        before = place(at[j], size, rank, radius=radius, before=before, **{"marks": at[j]} | how)
    assert before is not None
    return held(before, at[i], size, rank, radius=radius)


def joined(at: np.ndarray, texts: Sequence[str], most: int = 3) -> tuple[np.ndarray, list[str]]:
    """Labels of marks [n, 2] of which some lie in one place: the places, and what stands at each, at most so many in a row."""
    places, which = np.unique(np.round(at, 1), axis=0, return_inverse=True)
    rows = [[texts[k] for k in np.flatnonzero(which.ravel() == place).tolist()] for place in range(len(places))]
    return places, [", ".join(row[:most]) + ", …" * (len(row) > most) for row in rows]


def outer(at: np.ndarray, group: np.ndarray, most: int = 16) -> np.ndarray:
    """Of points [n, 2] in groups [n] the numbers of some that lie away from the other groups: where a group's name may stand."""
    scaled, chosen = (at - at.mean(0)) / np.maximum(np.ptp(at, axis=0), 1e-9), list[np.ndarray]()
    for name in np.unique(group):
        mine = np.flatnonzero(group == name)
        away = mine[np.argsort(-(scaled[mine] @ scaled[mine].mean(0)))][: -(-len(mine) // 3)]
        chosen.append(away[np.linspace(0, len(away) - 1, min(most, len(away))).astype(int)])
    return np.concatenate(chosen)


def centres(sides: np.ndarray, at: np.ndarray, size: np.ndarray, *, radius: float | np.ndarray = 3) -> np.ndarray:
    """The centres [n, 2] in px of labels at their sides; those that are not written have one, too."""
    rects = _rectangles(at, size, np.broadcast_to(np.asarray(radius, float), len(at)))
    chosen = rects[np.arange(len(at)), np.maximum(sides, 0)]
    return np.asarray((chosen[:, :2] + chosen[:, 2:]) / 2)


def within(
    texts: Sequence[str], xy: np.ndarray, x: Sequence[float], y: Sequence[float], panel: tuple[float, float]
) -> dict[str, Any]:
    """Labels at places [n, 2] in data units, moved so far that none hangs out of the panel; one may lie over another."""
    half = sizes(texts) / 2
    middle = np.clip(pixels(xy, x, y, panel), half, np.array(panel) - half)
    return drawn(texts, np.zeros(len(texts), int), middle - [GAP, 0] - half * [1, 0], 2 * half, x, y, panel=panel, radius=0)


def drawn(
    texts: Sequence[str], sides: np.ndarray, at: np.ndarray, size: np.ndarray, x: Sequence[float], y: Sequence[float], *,
    panel: tuple[float, float] = WIDE, radius: float | np.ndarray = 3, colour: str | Sequence[str] = "@ink", font: float = 12,
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """The labels that have a place as one text trace in data units, each on a halo of paper. `texts` are escaped already."""
    shown = np.flatnonzero(sides >= 0).tolist()
    middle = centres(sides, at, size, radius=radius)[shown]
    inks = colour if isinstance(colour, str) else [colour[k] for k in shown]
    return {
        "type": "scatter",
        "mode": "text",
        "x": x[0] + middle[:, 0] / panel[0] * (x[1] - x[0]),
        "y": y[1] - middle[:, 1] / panel[1] * (y[1] - y[0]),
        "text": [texts[k] for k in shown],
        "textposition": "middle center",
        "textfont": {"size": font, "color": inks, "shadow": "@halo"},
        "hoverinfo": "skip",
        "cliponaxis": False,
        **more,
    }


def beside(
    xy: np.ndarray, texts: Sequence[str], sides: Sequence[int] | np.ndarray, *, radius: float = 3, font: Any = 12,
    colour: str | Sequence[str] = "@ink2", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Labels as `drawn` has them, but tied by Plotly to marks at xy [n, 2]: where panels come in many sizes, or marks move.

    What has no side, −1, is not written, but keeps its turn, so that the trace keeps its number through a film.
    """
    return {
        "type": "scatter",
        "mode": "markers+text",  # unseen marks keep the words off the seen ones
        "x": xy[:, 0].round(3),
        "y": xy[:, 1].round(3),
        "marker": {"size": 2 * radius, "color": "rgba(0,0,0,0)"},
        "text": [text if side >= 0 else "" for text, side in zip(texts, sides, strict=True)],
        "textfont": {"size": font, "color": colour, "shadow": "@halo"},
        "textposition": [SIDES[max(side, 0)] for side in sides],
        "hoverinfo": "skip",
        "cliponaxis": False,
        **more,
    }


def _rectangles(at: np.ndarray, size: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """The rectangles [n, 8, 4] (left, top, right, bottom) of labels at all their places."""
    half = size[:, None] / 2
    lean = np.where(np.abs(WAYS).sum(1) == 2, LEAN, 1)[None, :, None]
    centre = at[:, None] + WAYS * (half + (radius[:, None, None] + GAP) * lean)
    rects: np.ndarray = np.concatenate([centre - half, centre + half], axis=-1)
    return rects


def _costs(rects: np.ndarray, sides: Sequence[int], panel: tuple[float, float]) -> np.ndarray:
    """Prices [n, 8] of the places alone: infinite outside the panel and at sides that are not allowed."""
    cost = np.broadcast_to(PRICE, rects.shape[:2]).astype(float)
    cost[:, [side for side in range(8) if side not in sides]] = np.inf
    outside = (rects[..., :2] < 0).any(-1) | (rects[..., 2:] > np.array(panel)).any(-1)
    cost[outside] = np.inf
    return cost


def _add_covered(cost: np.ndarray, rects: np.ndarray, at: np.ndarray, marks: np.ndarray, radius: np.ndarray) -> None:
    """Adds the price of marks [m, 2] that a label hides: of those that are near, which is ten times faster than of all."""
    low, high = rects[..., :2].min(1)[:, None] - REACH, rects[..., 2:].max(1)[:, None] + REACH
    near = ((marks > low) & (marks < high)).all(-1) & (np.abs(marks - at[:, None]).max(-1) > 0.5)  # (n, m), without its own
    label, disc = np.nonzero(near)
    beside = np.clip(marks[disc, None], rects[label, :, :2], rects[label, :, 2:])  # (pairs, 8, 2)
    wide = radius[disc, None] + 1
    hidden = np.clip(1 - np.hypot(*np.moveaxis(marks[disc, None] - beside, -1, 0)) / wide, 0, 1)
    np.add.at(cost, label, COVERED * hidden)


def _add_crossed(cost: np.ndarray, rects: np.ndarray, lines: np.ndarray) -> None:
    """Adds the price of lines [s, 4] that run through a label: how long they are inside it (Liang and Barsky), in its heights."""
    low, high = np.minimum(lines[:, :2], lines[:, 2:]), np.maximum(lines[:, :2], lines[:, 2:])
    first, last = rects[..., :2].min(1)[:, None], rects[..., 2:].max(1)[:, None]
    label, line = np.nonzero(((high > first) & (low < last)).all(-1))
    start, way = lines[line, None, :2], lines[line, None, 2:] - lines[line, None, :2]
    way = np.where(np.abs(way) < 1e-9, 1e-9, way)
    rect = rects[label]  # (pairs, 8, 4)
    one, two = (rect[..., :2] - start) / way, (rect[..., 2:] - start) / way
    enter, leave = np.minimum(one, two).max(-1).clip(0), np.maximum(one, two).min(-1).clip(max=1)
    inside = np.maximum(leave - enter, 0) * np.linalg.norm(way, axis=-1)
    np.add.at(cost, label, CROSSED * inside / (rect[..., 3] - rect[..., 1]))


def _chosen(rects: np.ndarray, cost: np.ndarray, order: np.ndarray, allowed: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """The cheapest free side of each label, one after the other in `order`; −1 where it costs more than `allowed` [n]."""
    out, taken, written = np.full(len(rects), -1), np.empty((0, 4)), set[int]()
    for n in order:
        if group is not None and int(group[n]) in written:
            continue
        price = np.where(_touches(rects[n], taken), np.inf, cost[n])
        side = int(price.argmin())
        if price[side] > allowed[n] or not np.isfinite(price[side]):
            continue
        out[n] = side
        taken = np.vstack([taken, rects[n, side]])
        if group is not None:
            written.add(int(group[n]))
    return out


def _touches(rect: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Whether rectangles [..., 4] touch one of `taken` [m, 4]: bool [...]."""
    here = rect[..., None, :]
    met = (here[..., :2] < taken[:, 2:]) & (here[..., 2:] > taken[:, :2])
    return np.asarray(met.all(-1).any(-1))
