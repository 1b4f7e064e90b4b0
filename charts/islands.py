"""Points of groups on a map: each group an island of its colour, and names that keep their side while the points move.

Names are placed once, where the points will come to rest; on the way there, of two names that meet the lesser is not written.
Nothing else changes from picture to picture but numbers, so a player need not lay anything out anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charts import curves, labels, points
from charts.panels import Trace

SHORE = 10  # px from an island's outermost point to its edge
WORD, NONE = 6, 3.6  # px across a point of a group, and of none
FONT, HEAD = 11, 12  # px of the name of a point, and of a group
STAGES = ((560.0, 400.0), (980.0, 600.0))  # px of larger panels, on which names that have room on the smallest may meet
DEAR, CLEAR = 2.2, 0.9  # what a name's place may cost, and where lines run that it should keep clear of


@dataclass(frozen=True)
class Map:
    """What is drawn: points in data units, of which only `places` changes through a film."""

    places: np.ndarray  # [m, 2]
    ends: np.ndarray  # [m, 2] where they come to rest
    group: np.ndarray  # int [m], −1: none
    kinds: Sequence[str]  # what the groups are called, escaped
    names: Sequence[str]  # [m] escaped
    rank: np.ndarray  # [m] how much each name matters, below 1000
    own: Sequence[int]  # points whose names are placed first and drawn by their own trace
    most: int  # names of points, at most
    x: Sequence[float]  # ranges of the axes
    y: Sequence[float]
    stage: tuple[float, float]  # px of the smallest panel that it is drawn on
    lines: np.ndarray  # [s, 4] from x, y to x, y: names keep clear of them

    def islands(self) -> list[Trace]:
        """A soft outline for each group."""
        shores = []
        for k, edge in enumerate(self._shores(self.places), 1):
            line = curves.line(*edge.round(3).T, colour=f"@c{k}", width=0, opacity=0.16)
            shores.append(line | {"fill": "toself", "fillcolor": f"@c{k}"})
        return shores

    def dots(self, **more: Any) -> Trace:
        """Every point in its group's colour and shape."""
        looks = [points.kind(int(k))[:2] if k >= 0 else ("@ink3", "circle") for k in self.group]
        size = np.where(self.group >= 0, WORD, NONE)
        signs = {"symbol": [symbol for _, symbol in looks], "size": size, "line": {"width": 0}}
        return points.cloud(self.places.round(3), colour=[colour for colour, _ in looks], opacity=1, marker=signs, **more)

    def sides(self) -> np.ndarray:
        """The side of every name, first the points', then four to choose from for each group; −1: it has none."""
        at, texts, rank = self._labelled(self.ends)
        m = len(self.places)
        some = np.argsort(-rank, kind="stable")[: len(self.own) + self.most + len(texts) - m]
        if len(texts) > m:  # where there are groups, points of none have no name
            some = some[(some >= m) | np.isin(some, self.own) | (self.group[some.clip(max=m - 1)] >= 0)]
        sides, group = np.full(len(texts), -1), np.where(some < m, some, m + (some - m) // 4)
        lines = np.concatenate([self._px(self.lines[:, :2]), self._px(self.lines[:, 2:])], 1)
        sides[some] = labels.place(
            at[some], self._sizes(texts)[some], rank[some], panel=self.stage, marks=at[:m], lines=lines,
            must=np.isin(some, self.own), group=group, limit=CLEAR if len(lines) else DEAR,
        )  # fmt: skip
        return sides

    def written(self, sides: np.ndarray) -> Trace:
        """The names that have a side, of points and groups."""
        at, texts, rank = self._labelled(self.places)
        m, size = len(self.places), self._sizes(texts)
        middle, half = labels.centres(sides, at, size)[:, 0], size[:, 0] / 2
        aside = np.clip(middle, half, self.stage[0] - half) - middle  # what hangs out would be cut off
        aside[:m], inside = 0, (aside == 0)[:m]
        at = at + np.stack([aside, 0 * aside], 1)
        shown = labels.held(sides, at, size, rank)
        for stage in STAGES:
            inside &= labels.held(sides, at * stage / self.stage, size, rank)[:m] >= 0
        shown[:m][~inside] = -1
        named = [k for k in np.flatnonzero(sides >= 0) if k not in self.own]
        inks = [f"@c{(k - m) // 4 + 1}" if k >= m else "@ink2" for k in named]
        font = [HEAD if k >= m else FONT for k in named]
        words = [f"<b>{texts[k]}</b>" if k >= m else texts[k] for k in named]
        where = [labels.SIDES[sides[k]] for k in named]  # also of what is not written now
        at = self._spots(self.places)[named] + np.outer(aside[named] / self.stage[0] * (self.x[1] - self.x[0]), [1, 0])
        return labels.beside(at, words, shown[named], textposition=where, font=font, colour=inks)

    def _px(self, xy: np.ndarray) -> np.ndarray:
        return labels.pixels(xy, self.x, self.y, self.stage)

    def _shores(self, places: np.ndarray) -> list[np.ndarray]:
        wide, high = (SHORE * (axis[1] - axis[0]) / px for axis, px in zip((self.x, self.y), self.stage, strict=True))
        return [points.hull(places[self.group == k], (wide, high)) for k in range(len(self.kinds))]

    def _spots(self, places: np.ndarray) -> np.ndarray:
        """What names stand at: the points, then top, bottom, left and right of every island."""
        ends = [
            (edge[:, 1].argmax(), edge[:, 1].argmin(), edge[:, 0].argmin(), edge[:, 0].argmax()) for edge in self._shores(places)
        ]
        return np.concatenate([places, *(edge[list(four)] for edge, four in zip(self._shores(places), ends, strict=True))])

    def _labelled(self, places: np.ndarray) -> tuple[np.ndarray, list[str], np.ndarray]:
        """Where names stand in px, what they say, how much they matter."""
        texts = [*self.names, *(kind for kind in self.kinds for _ in range(4))]
        rank = np.concatenate([self.rank + 1e3 * (self.group >= 0), 1e4 - np.arange(4 * len(self.kinds))])
        rank[list(self.own)] += 1e6
        return self._px(self._spots(places)), texts, rank

    def _sizes(self, texts: Sequence[str]) -> np.ndarray:
        size = labels.sizes(texts, FONT)
        size[len(self.places) :] *= HEAD / FONT * 1.1
        size[list(self.own)] *= 1.4
        return size
