"""Small pictures: some beside each other with one pixel ringed, a sheet to choose from, a film's strip and what is read in it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np

from charts import curves, fields, images, points
from charts.labels import width
from charts.panels import Panel, Trace, blank, note

GAP = 2  # pixels between pictures beside each other
APART = 3  # between those of a sheet or a strip
LINE = 14  # of a strip's pixels: what stands below a picture
LETTER = 1.4  # px of a wide stage that one of them has, about
PAPER = 12  # of 255: how much a picture's paper is darker than the gap
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
BREAK = np.full((1, 2), np.nan)  # between two paths of one trace


def beside(pictures: Sequence[np.ndarray], names: Sequence[str], at: int, *, template: str) -> Panel:
    """Pictures uint8 [h, w] or [h, w, 2 … 4] of one size, each under its name; pixel `at` is ringed in all.

    Each pixel can be pointed at and clicked, as "pixel". `template` may say its row, %{y:.0f}, and its column, %{z}, from 1.
    """
    high, wide = pictures[0].shape[:2]
    canvas = np.zeros((high, (wide + GAP) * len(pictures) - GAP, *pictures[0].shape[2:]), np.uint8)
    starts, cells = [(wide + GAP) * k for k in range(len(pictures))], list[Trace]()
    for start, picture in zip(starts, pictures, strict=True):
        canvas[:, start : start + wide] = picture
        over = fields.cells((start, start + wide), (0, high), template=template, click="pixel", shape=(high, wide))
        cells.append(over | {"meta": {"link": "pixel", "click": "pixel"}, "z": 1 + np.indices((high, wide))[1]})
    row, column = divmod(at, wide)
    rings = ringed([np.array([start + column - 0.2, row - 0.2]) + 1.4 * SQUARE for start in starts])
    place: dict[str, Any] = {"y": 1, "yref": "y domain", "xanchor": "left", "yanchor": "bottom", "yshift": 6, "borderpad": 0}
    notes = [note(name, x=start, **place) for start, name in zip(starts[1:], names[1:], strict=True)]
    across = canvas.shape[1]
    x, y = blank(range=[-0.3, across + 0.3]), blank(range=[high + 0.3, -0.3])
    return Panel([images.pixels(canvas, (0, across), (0, high)), *rings, *cells], names[0], notes=notes, x=x, y=y, equal=True)


def ringed(marks: Sequence[np.ndarray], px: float = 2) -> list[Trace]:
    """Closed paths [n, 2] in the lamp's colour, on paper, so that they are seen on any picture."""
    path = joined(marks)
    styles = (("@surface", px + 3), ("@accent", px))
    return [curves.line(path[:, 0], path[:, 1], colour=colour, width=width) for colour, width in styles]


def joined(paths: Sequence[np.ndarray]) -> np.ndarray:
    """Paths [n, 2] as one with gaps."""
    return np.concatenate([part for path in paths for part in (path, BREAK)] or [BREAK])


def sheet(
    pictures: np.ndarray,
    across: int,
    which: np.ndarray,
    framed: int,
    *,
    title: str,
    template: str,
    told: Sequence[Any],
    click: str,
) -> Panel:
    """Pictures [n, h, w] of −1 … 1 as ink, in rows of `across`, each to be clicked.

    `which` [n]: their numbers; those that are `framed` have an outline.
    """
    canvas, (n, high, wide) = images.sheet(pictures, across, APART), pictures.shape
    row, column = np.divmod(np.arange(n), across)
    at = np.stack([column * (wide + APART), row * (high + APART)], -1)
    path = joined([one + SQUARE * [wide, high] for one in at[which == framed]])
    meta = {"click": click, "index": which}
    traces = [
        images.pixels(images.ink(canvas, -1, 1, paper=PAPER), (0, canvas.shape[1]), (0, canvas.shape[0])),
        curves.line(path[:, 0], path[:, 1], colour="@ink", width=2),
        points.targets(at + np.array([wide, high]) / 2, "picture", ring=34, template=template, customdata=told, meta=meta),
    ]
    x, y = blank(range=[-1, canvas.shape[1] + 1]), blank(range=[canvas.shape[0] + 1, -1])
    return Panel(traces, title, x=x, y=y, equal=True, small=True)


def strip(
    rows: Sequence[Sequence[np.ndarray]], reads: Sequence[Sequence[str]], stops: Sequence[int], *, title: str, template: str,
    told: Sequence[str],
) -> Panel:  # fmt: skip
    """A film's pictures so far at its `stops`, −1 … 1, in one row or more; the last is lit. A click goes to its frame.

    `reads`: what each is read as, escaped; below equal ones in a row stands a line, and what they are. `told`: of every place,
    row by row, what `template` says.
    """
    high, wide = rows[0][0].shape
    n, seen, pitch = len(stops), len(rows[0]), wide + APART
    canvas = np.full((len(rows) * (high + LINE) - LINE, n * pitch - APART), np.nan)
    lines, names = list[np.ndarray](), list[dict[str, Any]]()
    for k, (row, labels) in enumerate(zip(rows, reads, strict=True)):
        top = k * (high + LINE)
        for column in range(n):
            canvas[top : top + high, column * pitch : column * pitch + wide] = row[column] if column < seen else -1.0
        for begin, end, label in _runs(labels):
            lines.append(np.array([[begin * pitch, top + high + 2.5], [end * pitch - APART, top + high + 2.5]]))
            if width(label, 11) < (end - begin) * pitch * LETTER or end == seen < n:
                names.append(_name(label, begin * pitch, top + high + 3))
    height, across = canvas.shape
    path, ring = joined(lines), np.array([(seen - 1) * pitch - 1, -1]) + SQUARE * [wide + 2, height + 2]
    at = np.array([[column * pitch, k * (high + LINE)] for k in range(len(rows)) for column in range(n)], dtype=float)
    meta = {"frames": list(stops) * len(rows), "index": list(range(n)) * len(rows)}
    traces = [
        images.pixels(images.ink(canvas, -1, 1, paper=PAPER), (0, across), (0, height)),
        curves.line(path[:, 0], path[:, 1], colour="@ink", width=1.5),
        curves.line(ring[:, 0], ring[:, 1], colour="@accent", width=2),
        points.targets(at + np.array([wide, high]) / 2, "stop", ring=40, template=template, customdata=told, meta=meta),
    ]
    x, y = blank(range=[-1.5, across + 1.5]), blank(range=[height + LINE, -1.5])
    return Panel(traces, title, notes=names, x=x, y=y, equal=True, small=True)


def _runs(labels: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where equal labels in a row begin and end."""
    out, begin = list[tuple[int, int, str]](), 0
    for label, same in groupby(labels):
        end = begin + len(list(same))
        out.append((begin, end, label))
        begin = end
    return out


def _name(label: str, x: float, y: float) -> dict[str, Any]:
    """What is read, below a strip; a phone has no room for it."""
    font = {"size": 11, "color": "@ink2"}
    return note(label, name="wide", x=x, y=y, xanchor="left", yanchor="top", borderpad=0, font=font)
