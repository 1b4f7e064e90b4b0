"""Named bars and tables of words: one thing a row, the first on top, one row lit. Names and cells are given as they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import bars
from charts.numbers import number, short
from charts.panels import Panel, Trace, blank, escaped, note
from charts.words import cut

OUTSIDE = 1.22  # how far an axis of bars goes beyond the longest: room for its number
SMALL = {"size": 11, "color": "@ink3"}


def ranked(
    title: str, names: Sequence[str], values: np.ndarray, *, lit: int = -1, hollow: Sequence[bool] = (),
    colour: str | Sequence[str] = "@c1", said: Sequence[str] = (), told: Sequence[str] = (), rows: int = 0, top: float = 0.0,
    letters: int = 14, strokes: Sequence[float] | np.ndarray = (), by_size: bool = False, **meta: Any,
) -> Panel:  # fmt: skip
    """Bars [n] under each other, each with its name before it and its number behind it.

    `lit` has the lamp's colour, the `hollow` ones only an outline. `said`: the numbers as they are written, else three digits;
    `told`: what pointing at a bar says, else name and number; both escaped. `rows`: room for so many, whatever n; `top`: the
    greatest value there will be. `strokes`: an upright stroke on each, at another value. `by_size`: the greatest
    on top, of equal ones by name; each is the same bar through a film, and glides. `meta`: link, index, click, frames.
    """
    values, n = np.asarray(values, float), len(values)
    at = _by_size(values, names) if by_size else np.arange(n)
    numbers = list(said) or [short(float(value)) for value in values]
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.nan_to_num(values).round(5),
        "y": at,
        "width": 0.62,
        "cliponaxis": False,
        "marker": _inks(n, lit, list(hollow) or [False] * n, [colour] * n if isinstance(colour, str) else list(colour)),
        "text": [""] * n if len(strokes) else numbers,
        "textposition": "outside",
        "textfont": {"size": 11, "color": "@ink2"},
        "customdata": list(told) or [f"{escaped(name)}: {text}" for name, text in zip(names, numbers, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"ring": 12} | meta,
    }
    ticks = {
        "tickvals": at.tolist(),
        "ticktext": [escaped(cut(name, letters)) + "\u2002" for name in names],
        "tickfont": {"size": 12, "color": "@ink"},
    }
    low, high = float(np.nanmin(values, initial=0.0)), top or float(np.nanmax(values, initial=0.0)) or 1.0
    traces = [bars, *(_strokes(strokes, at, numbers, low + (OUTSIDE - 0.01) * (high - low)) if len(strokes) else [])]
    across = blank(range=[1.05 * low - 0.2 * (high - low) * (low < 0), low + OUTSIDE * (high - low)])
    return Panel(traces, title, x=across, y={"range": [max(n, rows) - 0.4, -0.6], "showgrid": False} | ticks)


def listed(
    title: str, names: Sequence[str], values: np.ndarray, *, lit: int = -1, hollow: Sequence[bool] = (), said: Sequence[str] = (),
    rows: int = 0, top: float = 1.0, **meta: Any,
) -> Panel:  # fmt: skip
    """Bars as `ranked` has them, but names are words in the panel: where they change from step to step, no axis is set anew.

    What is below 0 has no bar. `said`: the numbers as they are written, escaped; `meta`: as there, the index of every name.
    """
    at, n = np.clip(np.asarray(values, float), 0, None), len(values)
    out, now = np.asarray(list(hollow) or [False] * n, bool), np.arange(n) == lit

    def some(which: np.ndarray, colour: str, line: str | None = None) -> Trace:
        rank = np.flatnonzero(which)
        return bars.rectangles(0, at[rank], rank - 0.31, rank + 0.31, colour=colour, line=line)

    told = [escaped(name) for name in names]
    hover = {"customdata": told, "hovertemplate": "%{customdata}<extra></extra>"}
    short_names = [escaped(cut(name, 13)) for name in names]
    traces = [
        some(~out & ~now, "@c1"),
        some(now, "@accent"),
        some(out, "@surface", "@ink3"),
        bars.labels([-0.03 * top] * n, np.arange(n), short_names, colour="@ink", place="middle left", meta={"ring": 12, **meta})
        | hover,
        bars.labels(
            at + 0.03 * top, np.arange(n), list(said) or [number(v, 3) for v in values.tolist()], size=11, place="middle right"
        ),
    ]
    return Panel(traces, title, x=blank(range=[-0.72 * top, 1.3 * top]), y=blank(range=[max(n, rows) - 0.4, -0.6]))


def table(
    title: str, columns: Sequence[tuple[float, str, Sequence[str]]], *, lit: int | Sequence[int] = -1, faint: Sequence[bool] = (),
    foot: Sequence[tuple[float, str]] = (), colours: Sequence[str] = (), rows: int = 0, size: float = 12, small: bool = False,
    **meta: Any,
) -> Panel:  # fmt: skip
    """Columns of words: (where 0 … 1, head, cells [n]). A place of 0 is set flush left, all others flush right.

    `lit`: the row or rows that have the lamp's colour; `faint` [n]: those that are not known or gone; `colours`: a column's own
    ink. `foot`: (where, words) below the rows. `rows`: room for so many. The first column carries `meta`: link, index, click.
    """
    n = len(columns[0][2])
    now = {lit} if isinstance(lit, int) else set(lit)
    traces = []
    for k, (x, _, cells) in enumerate(columns):
        ink = colours[k] if colours else "@ink"
        inks = ["@accent" if row in now else "@ink3" if faint and faint[row] else ink for row in range(n)]
        traces.append(_column(x, [escaped(cell) for cell in cells], inks, size, {"ring": 18, "silent": k > 0} | meta))
    heads = [note(escaped(head), x=x, y=-0.95, xanchor=_side(x), font=SMALL) for x, head, _ in columns if head]
    feet = [note(escaped(text), x=x, y=n + 0.1, xanchor=_side(x), font={"size": size, "color": "@ink"}) for x, text in foot]
    deep = max(n, rows) + (0.8 if foot else -0.2)
    return Panel(traces, title, notes=[*heads, *feet], x=blank(range=[-0.02, 1.02]), y=blank(range=[deep, -1.4]), small=small)


def _by_size(values: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The place of each from the top, the greatest first; of equal ones by name, names that are numbers by these."""
    called = [name.rjust(9) if name.isdigit() else name for name in names]
    return np.argsort(sorted(range(len(values)), key=lambda k: (-round(float(values[k]), 9), called[k])))


def _strokes(values: Sequence[float] | np.ndarray, y: np.ndarray, numbers: Sequence[str], right: float) -> list[Trace]:
    """An upright stroke on each bar, at another value of it; the numbers in a column, where no stroke is."""
    style = {"symbol": "line-ns", "size": 17, "line": {"width": 2, "color": "@ink"}}
    at = {"x": np.asarray(values, float), "y": y}
    strokes = {"type": "scatter", "mode": "markers", **at, "marker": style, "hoverinfo": "skip", "cliponaxis": False}
    return [strokes, _column(right, numbers, ["@ink2"] * len(numbers), 11, {"silent": True}) | {"y": y}]


def _inks(n: int, lit: int, hollow: Sequence[bool], colours: Sequence[str]) -> dict[str, Any]:
    fills = ["@surface" if hollow[k] else "@accent" if k == lit else colours[k] for k in range(n)]
    edges = ["@accent" if hollow[k] and k == lit else "@ink3" if hollow[k] else "rgba(0,0,0,0)" for k in range(n)]
    return {"color": fills, "line": {"color": edges, "width": 1.2}}


def _column(x: float, cells: Sequence[str], inks: Sequence[str], size: float, meta: dict[str, Any]) -> Trace:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x] * len(cells),
        "y": list(range(len(cells))),
        "text": list(cells),
        "textposition": "middle left" if x else "middle right",
        "textfont": {"size": size, "color": list(inks)},
        "hoverinfo": "none",
        "cliponaxis": False,
        "meta": meta,
    }


def _side(x: float) -> str:
    return "right" if x else "left"
