"""Strides: one strip, one grid, and a thread for every element that has been read.

Some lines longer than a picture's budget: cells can be pointed at above and below, and what lies beyond the strip is drawn.
"""

import numpy as np

from charts import bars, curves, points, threads
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number
from charts.panels import Panel, Picture, Trace, blank
from engine.foundations.tensors.strides import STRIP, StridesFrame, cells
from views.look import Look

ADDRESS = formula(r"{o}! + {i}! \cdot {s}! + {j}! \cdot {t}! = {c}!!")
WIDE, HIGH = 520.0, 400.0  # px that the panel is reckoned with
UNIT, SIDE, ROW, GAP = 37.0, 52.0, 34.0, 8.0  # px of a cell of the strip, of the grid; of a row of it, between rows
STRIP_LOW, GRID_TOP = 50.0, 376.0
LEFT = (WIDE - STRIP * UNIT) / 2 - 8


def strides(look: Look[StridesFrame]) -> Picture:
    """An element after the other, and the cell it is."""
    frame, params = look.frame, look.params
    beyond = number(frame.cell, 0)
    facts = (params.offset, frame.row, frame.column, params.stride_down, params.stride_across, frame.cell)
    ends = look.say("contiguous" if frame.contiguous else "jumps") if frame.step == frame.total - 1 else ""
    values = {name: (value, 0) for name, value in zip("oijstc", facts, strict=True)}
    return look.picture(
        columns(_memory(look), rows(_order(look), _times(look)), shares=(62, 38)),
        facts={"i": frame.row, "j": frame.column, "cell": beyond, "last": STRIP - 1, "verdict": ends, "before": _again(look)},
        key="outside" if frame.outside else "",
        formula=ADDRESS if frame.step else "",
        values=values if frame.step else {},
        metrics=(("cell", beyond if frame.step else None), "twice", "never"),
    )


def _again(look: Look[StridesFrame]) -> str:
    """Whether the cell of now had been read before."""
    seen = int((look.frame.read == look.frame.cell).sum())
    return look.say("again", times=seen) if seen > 1 else ""


def _memory(look: Look[StridesFrame]) -> Panel:
    """The strip below, the grid above; threads of what has been read, the one of now lit."""
    frame, params = look.frame, look.params
    strip = threads.row(LEFT, STRIP_LOW, STRIP + 1, UNIT, 34.0)  # the last one is beyond it
    at = np.stack(np.divmod(np.arange(params.size_down * params.size_across), params.size_across), -1)
    grid = threads.lattice((WIDE - params.size_across * SIDE) / 2, GRID_TOP, at, SIDE, ROW, GAP)
    stride = (params.stride_down, params.stride_across)
    every = np.minimum(cells((params.size_down, params.size_across), stride, params.offset), STRIP)
    ways = threads.hanging(grid, at[:, 0], strip[every])
    m, now = len(frame.read), np.zeros(len(grid), bool)
    now[max(m - 1, 0) : m] = True
    done = (np.arange(len(grid)) < m) & ~now
    fill = "@surface" if frame.outside else "@wash"
    hit = np.isin(np.arange(STRIP + 1), every[now])
    traces = [
        threads.threads(ways[done][:, 1:], colour="@c1", opacity=0.6),  # from below the grid
        threads.threads(ways[now], colour="@accent", width=2.4),
        threads.outlined(strip[:STRIP][frame.times == 0], colour="@edge", fill="@tile"),
        threads.outlined(strip[:STRIP][(frame.times > 0) & ~hit[:STRIP]], colour="@c1", fill="@tile"),
        threads.outlined(strip[STRIP:] if frame.outside else strip[:0], colour="@accent", fill="@surface", dash="dash", width=2),
        threads.outlined(strip[:STRIP][hit[:STRIP]], colour="@accent", fill=fill, width=2),
        threads.outlined(grid[~now & ~done], colour="@ghost", fill="@surface"),
        threads.outlined(grid[done], colour="@c1", fill="@surface"),
        threads.outlined(grid[now], colour="@accent", fill=fill, width=2),
        *_words(frame, strip, grid, every, now),
        *_targets(look, strip, grid, every),
    ]
    return Panel(traces, look.say("memory"), x=blank(range=[0, WIDE]), y=blank(range=[0, HIGH]), tall=360)


def _words(frame: StridesFrame, strip: np.ndarray, grid: np.ndarray, every: np.ndarray, now: np.ndarray) -> list[Trace]:
    """Numbers of cells, in the strip and where they are read in the grid."""
    m = len(frame.read)
    above = [("✗" if frame.outside and k == m - 1 else str(every[k])) if k < m else "" for k in range(len(grid))]
    inks = ["@accent" if one else "@ink" for one in now]
    spots, below = threads.middles(grid), threads.middles(strip)
    cell = [*map(str, range(STRIP)), str(frame.cell) if frame.outside else ""]
    lit = ["@accent" if k == min(frame.cell, STRIP) and frame.step else "@ink" for k in range(STRIP + 1)]
    times = ["×" + str(k) if k > 1 else "" for k in frame.times.tolist()]
    return [
        bars.labels(spots[:, 0], spots[:, 1], above, colour=inks, size=13, meta={"still": True}),
        bars.labels(below[:, 0], below[:, 1], cell, colour=lit, size=13, meta={"still": True}),
        bars.labels(below[:STRIP, 0], strip[:STRIP, 2] - 10, times, colour="@ink2", size=11, meta={"still": True}),
    ]


def _targets(look: Look[StridesFrame], strip: np.ndarray, grid: np.ndarray, every: np.ndarray) -> list[Trace]:
    """Cells of the strip and elements of the grid can be pointed at; an element that has been read is a door to its step."""
    read, columns_ = look.frame.read, look.params.size_across
    below = [look.say("cell", cell=k, times=int(look.frame.times[k])) for k in range(STRIP)]
    above = [
        look.say("place", i=k // columns_, j=k % columns_, cell=int(every[k])) if k < len(read) else "" for k in range(len(grid))
    ]
    spots = np.where((np.arange(len(grid)) < len(read))[:, None], threads.middles(grid), np.nan)
    meta = {"index": np.minimum(every, STRIP), "frames": list(range(1, len(grid) + 1))}
    return [
        points.targets(threads.middles(strip[:STRIP]), "cell", ring=30, template="%{text}", text=below),
        points.targets(spots, "cell", ring=26, template="%{text}", text=above, meta=meta),
    ]


def _order(look: Look[StridesFrame]) -> Panel:
    """The cell by the turn in which it is read: a straight line where nothing jumps."""
    read = look.frame.read
    turn = np.arange(1, len(read) + 1)
    marks, hover = {"size": 6, "color": "@ink"}, "%{x}: %{y}<extra></extra>"
    line = curves.line(turn, read, colour="@ink", mode="lines+markers", marker=marks, hovertemplate=hover)
    now = curves.now(len(read) or None, int(read[-1]) if len(read) else None)  # type: ignore[arg-type]
    n = look.params.size_down * look.params.size_across
    y = {"range": [-0.8, max(STRIP, int(read.max(initial=0))) + 0.4], "tickvals": [0, 4, 8, 11]}
    return Panel(
        [line, now], look.say("order"), x={"range": [0.5, n + 0.5], "tickvals": [1, n], "showgrid": False}, y=y, small=True
    )


def _times(look: Look[StridesFrame]) -> Panel:
    """How often each cell has been read."""
    frame, most = look.frame, int(look.frame.times.max())
    inks = ["@accent" if k == frame.cell else "@c1" for k in range(STRIP)]
    counts: Trace = {"type": "bar", "x": np.arange(STRIP), "y": frame.times, "width": 0.7, "marker": {"color": inks}}
    y = {"range": [0, max(2.2, most + 0.2)], "tickvals": list(range(most + 2))[:5], "showgrid": False}
    x = {"range": [-0.6, STRIP - 0.4], "tickvals": [0, 4, 8, 11], "showgrid": False}
    return Panel([counts | {"hovertemplate": "%{x}: %{y}<extra></extra>"}], look.say("times"), x=x, y=y, small=True)
