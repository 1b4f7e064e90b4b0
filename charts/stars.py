"""Maps of words around a word: the nearer the middle, the greater their value. Directions say nothing but the rank.

Two maps stand one below the other, three and four in two columns, as on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charts import bars, curves, points
from charts.panels import Panel, bare

CORE = 0.4  # of a map's reach: room for the word in its middle
REACH = np.array([0.6, 0.72])  # of a map across and up, in half its cell: beyond it is room for names
RINGS = np.array([1.0, 0.5, 0.0])  # values that have a ring
TURN = 0.6 * np.pi  # from one word to the next: ten of them stand evenly around, neighbours by rank far from each other
CORNER = np.array([-0.98, 0.92])  # where a map is named, in half its cell


@dataclass(frozen=True)
class Star:
    """One map; its words are escaped already."""

    name: str
    middle: str
    words: Sequence[str]  # n, the greatest value first
    values: np.ndarray  # [n], 0 … 1; what is below 0 stands where 0 does
    inks: Sequence[str]  # n


def stars(title: str, maps: Sequence[Star], **hover: Any) -> Panel:
    """Maps in a grid. `hover`: as `told` makes it, for the words of all maps in their order."""
    cells = np.arange(len(maps))
    across = 1 + (len(maps) > 2)
    middles = 2.0 * np.stack([cells % across, -(cells // across)], 1)
    ends = [middles[k] + REACH * ways(len(star.words)) * out(star.values)[:, None] for k, star in enumerate(maps)]
    starts = [middles[k] + REACH * ways(len(star.words)) * CORE for k, star in enumerate(maps)]
    tips, spokes = np.concatenate(ends), np.stack([np.concatenate(starts), np.concatenate(ends)], 1).reshape(-1, 2)
    rings = middles[:, None, None] + REACH * curves.CIRCLE * out(RINGS)[:, None, None]  # (maps, rings, 49, 2)
    inks, words = [ink for star in maps for ink in star.inks], [word for star in maps for word in star.words]
    corners = middles + CORNER
    sides = [side(way) for star in maps for way in ways(len(star.words))]
    traces = [
        curves.line(*points.gapped_ways(rings.reshape(-1, *rings.shape[2:]).round(3)), colour="@line", width=1),
        points.mesh(spokes.round(3), np.arange(len(spokes)).reshape(-1, 2), colour="@ink3", width=1),
        bars.labels(middles[:, 0], middles[:, 1], [f"<b>{star.middle}</b>" for star in maps], colour="@accent", size=14),
        bars.labels(corners[:, 0], corners[:, 1], [f"<b>{star.name}</b>" for star in maps], place="middle right"),
        bars.labels(tips[:, 0].round(3), tips[:, 1].round(3), words, colour=inks, place=sides, **hover),
    ]
    return bare(traces, title, [-1, middles[:, 0].max() + 1], [middles[:, 1].min() - 1, 1])


def ways(n: int) -> np.ndarray:
    """Where the words of a map are looked for from its middle [n, 2]."""
    angles = TURN * (np.arange(n) + 1 / 6)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def out(values: np.ndarray) -> np.ndarray:
    """How far from the middle a value [n] stands: 1 where it is 0, the rim of the middle where it is 1."""
    return np.asarray(1 - (1 - CORE) * np.clip(values, 0, 1))


def side(way: np.ndarray) -> str:
    """Where a word is written, so that it leads away from the middle."""
    if abs(way[0]) > 0.1:
        return "middle right" if way[0] > 0 else "middle left"
    return "top center" if way[1] > 0 else "bottom center"
