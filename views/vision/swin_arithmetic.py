"""Two counts of Swin: which bias goes with a query and a key, and what attention costs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import areas, curves, patches
from charts.formula import formula, whole
from charts.layout import columns, rows
from charts.numbers import number, short
from charts.panels import Panel, Picture, Trace, bare
from engine.vision.swin import CostFrame, OffsetsFrame, windows
from engine.vision.swin.merging import EMBED
from views.look import Look

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


def offsets(look: Look[OffsetsFrame]) -> Picture:
    """The table of biases, the window that slides over it, and all queries by all keys."""
    frame = look.frame
    M, span = frame.window, 2 * frame.window - 1
    row, column = divmod(frame.query, M)
    y, x = np.divmod(np.arange(M * M), M)  # of the keys
    places = {"qy": row, "qx": column, "ky": y, "kx": x, "dy": row - y, "dx": column - x}
    all_ = _numbered(frame.index, M, hoverinfo="skip")
    queries = _square(M * M, [all_], [frame.query, 0, 1, M * M], look.say("index_matrix"))  # by keys, the query's row in a frame
    return look.picture(
        columns(_table(look), rows(_window(look), queries, shares=(3, 2))),
        facts={"n": frame.query + 1, "row": row, "column": column, "count": M * M, "span": span, "table": span * span},
        formula=INDEX,
        values=whole(**places, m1=M - 1, span=span, index=frame.index[frame.query]),
        of="key",
        at=0,
        metrics=[("table_size", f"({span})² = {span * span}"), ("pairs", f"{M * M}² = {M**4}")],
        hold=1.5,
    )


def _square(side: int, traces: Sequence[Trace], lit: Sequence[int], title: str) -> Panel:
    """Cells with one box of them lit: top, left, height and width."""
    box = patches.boxes(np.array([lit]), colour="@accent", width=3)
    return bare([*traces, box], title, [0, side], [side, 0], equal=True)


def _numbered(numbers: np.ndarray, M: int, **more: Any) -> Trace:
    """Numbers of the table in cells, pale enough to be read on."""
    down, across = numbers.shape
    return patches.cells(numbers, (0, across), (0, down), zmin=0, zmax=1.8 * (2 * M - 1) ** 2, **more)


def _printed(size: int, text: str, **more: Any) -> dict[str, Any]:
    return {"texttemplate": text, "textfont": {"size": size} | more}


def _window(look: Look[OffsetsFrame]) -> Panel:
    """The window: with every key the number of its offset from the query."""
    frame, M = look.frame, look.frame.window
    door = {"meta": {"link": "key"}, "hovertemplate": look.say("hover_key") + " %{z}<extra></extra>"}
    shown = _printed(13 if M <= 5 else 11, "%{z}") if M <= 8 else {}
    cells = _numbered(frame.index[frame.query].reshape(M, M), M, **door, **shown)
    return _square(M, [cells], [*divmod(frame.query, M), 1, 1], look.say("window_keys"))


def _table(look: Look[OffsetsFrame]) -> Panel:
    """The table: what the query's keys use is coloured, in a frame; the rest is pale."""
    frame, M = look.frame, look.frame.window
    span = 2 * M - 1
    numbers = np.arange(span * span).reshape(span, span)
    keys = np.full(span * span, -1)
    keys[frame.index[frame.query]] = np.arange(M * M)
    inside = keys.reshape(span, span) >= 0
    door = {"meta": {"link": "key", "index": keys}, "hovertemplate": "%{z}<extra></extra>", "hoverongaps": False}
    readable = span <= 13
    used = _numbered(np.where(inside, numbers, np.nan), M, **door, **(_printed(12, "%{z}") if readable else {}))
    words = _printed(12, "%{text}", color="@ink3") | {"text": np.where(inside, "", numbers.astype(str)).tolist()}
    pale = patches.veil(np.where(inside, 0, 2), opacity=1, **(words if readable else {}))
    return _square(span, [pale, used], [*divmod(frame.query, M), M, M], look.say("bias_table"))


def cost(look: Look[CostFrame]) -> Picture:
    """Both costs as areas, and how they grow with the picture; the projections, which both contain."""
    frame = look.frame
    padded = (frame.height, frame.width) != (frame.rows, frame.columns)
    whole, windowed, ratio = counted(frame.whole), counted(frame.windowed), number(frame.ratio, 1)
    x, y = {"nticks": 4, "title": {"text": look.say("axis")}}, {"nticks": 4, "tickformat": "~s"}
    grown = curves.history(look.say("curve"), "whole", "windowed", across="side", x=x, y=y, hover="%{y:.4~s}")
    shared = 4 * frame.height * frame.width * look.params.channels**2
    more = look.say("on_padding", high=frame.height, wide=frame.width) if padded else ""
    told = {"whole": whole, "windowed": windowed, "ratio": ratio, "shared": counted(shared)}
    return look.picture(
        columns(_areas(look, shared), grown, shares=(13, 7)),
        facts=told | {"on_padding": more},
        formula=COST_PADDED if padded else COST,
        values={"whole": (whole, 0), "windowed": (windowed, 0), "ratio": (frame.ratio, 1)},
        metrics=[("whole", whole), ("windowed", windowed), ("ratio", f"{ratio}×")],
        derived={"projections": shared},
        hold=2.0,
    )


def _areas(look: Look[CostFrame], shared: int) -> Panel:
    """Both costs as squares on one scale; dotted what the projections have of each."""
    frame, params = look.frame, look.params
    parts = 4 * frame.rows * frame.columns * params.channels**2, shared
    most = windows.cost(-(-params.height // EMBED), -(-params.width // EMBED), params.channels, params.window)
    names = [f"{look.words.columns[name]}<br><b>{counted(getattr(frame, name))}</b>" for name in ("whole", "windowed")]
    return areas.squares(look.say("areas"), (frame.whole, frame.windowed), parts, most, names)


def counted(value: float) -> str:
    """A large number of operations: 2.004 G, 145.1 M."""
    size, unit = (1e9, "G") if value >= 1e9 else (1e6, "M")
    return f"{short(value / size, 4)} {unit}"
