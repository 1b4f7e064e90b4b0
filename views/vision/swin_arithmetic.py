"""Two counts of Swin: which bias goes with a query and a key, and what attention costs."""

from collections.abc import Sequence

import numpy as np

from charts import curves
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, blank, note
from engine.vision.swin import CostFrame, OffsetsFrame
from views.look import Look, Values
from views.vision import swin_parts as parts

INDEX = formula(
    r"\Delta = ({qy}!, {qx}!) - ({ky}!, {kx}!) \qquad "
    r"(\Delta y + M - 1)(2M - 1) + \Delta x + M - 1 = ({dy}? + {m1}!) \cdot {span}! + {dx}? + {m1}! = {index}!!"
)
COST = formula(
    r"4hwC^2 + 2(hw)^2C = {whole}! \qquad 4hwC^2 + 2M^2hwC = {windowed}!! \qquad \frac{{whole}!}{{windowed}!} = {ratio}!"
)
COST_PADDED = formula(
    r"4hwC^2 + 2(hw)^2C = {whole}! \qquad 4h'w'C^2 + 2M^2h'w'C = {windowed}!! \qquad \frac{{whole}!}{{windowed}!} = {ratio}!"
)


# ---- relative positions


def offsets(look: Look[OffsetsFrame]) -> Picture:
    """The table of biases, the window that slides over it, and all queries by all keys."""
    frame = look.frame
    M, span = frame.window, 2 * frame.window - 1
    row, column = divmod(frame.query, M)
    return look.picture(
        columns(_table(look), rows(_window(look), _index(look), shares=(1, 1))),
        facts={
            "n": frame.query + 1,
            "all": M * M,
            "row": row,
            "column": column,
            "count": M * M,
            "span": span,
            "table": span * span,
            "low": frame.lowest,
            "high": frame.highest,
        },
        formula=INDEX,
        values=_places(frame),
        of="key",
        at=0,
        metrics=[("table_size", f"({span})² = {span * span}"), ("pairs", f"{M * M}² = {M**4}")],
        hold=1.5,
    )


def _places(frame: OffsetsFrame) -> Values:
    """The query's place, every key's, and what comes of both."""
    M = frame.window
    qy, qx = divmod(frame.query, M)
    y, x = np.divmod(np.arange(M * M), M)
    return {
        "qy": (qy, 0),
        "qx": (qx, 0),
        "ky": (y.tolist(), 0),
        "kx": (x.tolist(), 0),
        "dy": ((qy - y).tolist(), 0),
        "dx": ((qx - x).tolist(), 0),
        "m1": (M - 1, 0),
        "span": (2 * M - 1, 0),
        "index": (frame.index[frame.query].tolist(), 0),
    }


def _numbered(numbers: np.ndarray, M: int) -> Trace:
    """Numbers of the table in cells, pale enough to be read on."""
    down, across = numbers.shape
    return parts.scalar(numbers, (0, across), (0, down), zmin=0, zmax=1.8 * (2 * M - 1) ** 2)


def _square(traces: Sequence[Trace], title: str, side: int) -> Panel:
    return Panel(traces, title, x=blank(range=[0, side]), y=blank(range=[side, 0]), equal=True)


def _window(look: Look[OffsetsFrame]) -> Panel:
    """The window: with every key the number of its offset from the query."""
    frame, M = look.frame, look.frame.window
    cells = _numbered(frame.index[frame.query].reshape(M, M), M)
    cells |= {"meta": {"link": "key"}, "hovertemplate": look.say("hover_key") + " %{z}<extra></extra>"}
    if M <= 8:
        cells |= {"texttemplate": "%{z}", "textfont": {"size": 13 if M <= 5 else 11}}
    return _square([cells, parts.ring(*divmod(frame.query, M))], look.say("window_keys"), M)


def _index(look: Look[OffsetsFrame]) -> Panel:
    """All queries by all keys, the query's row in a frame."""
    frame, n = look.frame, look.frame.window**2
    cells = _numbered(frame.index, frame.window) | {"hoverinfo": "skip"}
    return _square([cells, parts.box(frame.query, 0, 1, n, width=2)], look.say("index_matrix"), n)


def _table(look: Look[OffsetsFrame]) -> Panel:
    """The table: what the query's keys use is coloured, in a frame; the rest is pale."""
    frame, M = look.frame, look.frame.window
    span = 2 * M - 1
    numbers = np.arange(span * span).reshape(span, span)
    keys = np.full(span * span, -1)
    keys[frame.index[frame.query]] = np.arange(M * M)
    inside = keys.reshape(span, span) >= 0
    used = _numbered(np.where(inside, numbers, np.nan), M)
    used |= {"meta": {"link": "key", "index": keys}, "hovertemplate": "%{z}<extra></extra>", "hoverongaps": False}
    outside = parts.heat(np.where(inside, 0, 5).astype(np.int8), (0, span), (0, span), opacity=1)
    if span <= 13:
        used |= {"texttemplate": "%{z}", "textfont": {"size": 11}}
        outside |= {"texttemplate": "%{text}", "textfont": {"size": 10, "color": "@ink3"}}
        outside["text"] = np.where(inside, "", numbers.astype(str)).tolist()
    row, column = divmod(frame.query, M)
    return _square([outside, used, parts.box(row, column, M, M)], look.say("bias_table"), span)


# ---- cost


def cost(look: Look[CostFrame]) -> Picture:
    """Both costs as the picture grows, and what they go into."""
    frame, channels = look.frame, look.params.channels
    padded = (frame.height, frame.width) != (frame.rows, frame.columns)
    shared = [4 * tokens * channels**2 for tokens in (frame.rows * frame.columns, frame.height * frame.width)]
    whole, windowed, ratio = counted(frame.whole), counted(frame.windowed), number(frame.ratio, 1)
    return look.picture(
        columns(_course(look), _bars(look, shared)),
        facts={
            "whole": whole,
            "windowed": windowed,
            "ratio": ratio,
            "on_padding": look.say("on_padding", high=frame.height, wide=frame.width) if padded else "",
            "shared": counted(shared[0]),
            "padded": counted(shared[1]),
        },
        formula=COST_PADDED if padded else COST,
        values={"whole": (whole, 0), "windowed": (windowed, 0), "ratio": (frame.ratio, 1)},
        metrics=[("whole", whole), ("windowed", windowed), ("ratio", f"{ratio}×")],
        hold=2.0,
    )


def counted(value: float) -> str:
    """A large number of operations: 2.004 G, 145.1 M."""
    size, unit = (1e9, "G") if value >= 1e9 else (1e6, "M")
    return f"{short(value / size, 4)} {unit}"


def _course(look: Look[CostFrame]) -> Panel:
    axis = {"nticks": 5, "title": {"text": look.say("axis")}}
    panel = curves.history(look.say("curve"), "whole", "windowed", across="side", x=axis, y={"nticks": 4, "tickformat": "~s"})
    for trace in panel.traces:
        if "hovertemplate" in trace:
            trace["hovertemplate"] = "%{y:.4~s}<extra></extra>"  # G and M, as in the sentence
    return panel


def _bars(look: Look[CostFrame], shared: Sequence[int]) -> Panel:
    """Both costs, each cut into the projections and the attention proper."""
    costs = (look.frame.whole, look.frame.windowed)
    rest = [whole - part for whole, part in zip(costs, shared, strict=True)]
    traces = [
        _stacked(look.say("projections"), shared, [0, 0], "@c6"),
        _stacked(look.say("attention"), rest, shared, "@c1"),
    ]
    place = {"xref": "x domain", "yref": "y domain", "xanchor": "right", "yanchor": "top", "x": 1}
    notes = [
        note("■ " + look.say("attention"), y=1, font={"size": 12, "color": "@c1"}, **place),
        note("■ " + look.say("projections"), y=0.94, font={"size": 12, "color": "@c6"}, **place),
    ]
    names = [look.words.columns["whole"], look.words.columns["windowed"]]
    x = {"tickvals": [0, 1], "ticktext": names, "range": [-0.6, 1.6], "showgrid": False}
    y = {"nticks": 4, "tickformat": "~s", "range": [0, 1.22 * max(costs)]}
    return Panel(traces, look.say("bars"), notes=notes, x=x, y=y)


def _stacked(name: str, heights: Sequence[int], base: Sequence[int], colour: str) -> Trace:
    return {
        "type": "bar",
        "x": [0, 1],
        "y": list(heights),
        "base": list(base),
        "offsetgroup": "one",
        "name": name,
        "marker": {"color": colour},
        "hovertemplate": name + " %{customdata:.4~s}<extra></extra>",
        "customdata": list(heights),
    }
