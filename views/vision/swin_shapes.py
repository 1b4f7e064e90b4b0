"""The shapes that Swin's operations leave: a picture's grid, the list of operations, and four patches that become one."""

import numpy as np

from charts import images
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, blank, note
from charts.ranking import table
from engine.images import Image
from engine.vision import swin
from engine.vision.swin import ShapesFrame, windows
from views.look import Look, Values
from views.vision import swin_parts as parts

COUNT = formula(r"\frac{{height}!}{{m}!} \times \frac{{width}!}{{m}!} = {down}! \times {wide}! = {windows}!!")
REDUCE = formula(r"4C = {four}! \;\to\; 2C = {two}!!")
MERGING = ("gather", "norm", "reduce")
CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1))  # of every 2 × 2 patches, in the paper's order


def shapes(look: Look[ShapesFrame]) -> Picture:
    """The picture under its grid, every operation with its shape, and what merging does with numbers."""
    frame, window = look.frame, look.params.window
    padded = (frame.high, frame.wide) != (frame.rows, frame.columns)
    shifts = windows.layout(frame.rows, frame.columns, window, window // 2).shift > 0
    mathml, values = _formula(frame, window)
    return look.picture(
        columns(_grid(look), rows(_operations(look), _merge(look))),
        facts={
            "stage": frame.stage,
            "high": frame.high,
            "wide": frame.wide,
            "window": window,
            "tokens": window**2,
            "c": frame.channels // 4,
            "turns": look.say("turns", "shifted" if shifts else "still", shift=window // 2),
        },
        key="blocks_padded" if frame.part == "blocks" and padded else "",
        formula=mathml,
        values=values,
        metrics=[
            ("shape", f"{frame.rows} × {frame.columns} × {frame.channels}"),
            ("values", count(frame.rows * frame.columns * frame.channels)),
        ],
        hold=6.0,
    )


def _formula(frame: ShapesFrame, window: int) -> tuple[str, Values]:
    if frame.part == "reduce":
        return REDUCE, {"four": (2 * frame.channels, 0), "two": (frame.channels, 0)}
    if frame.part != "blocks":
        return "", {}
    sizes = {"height": (frame.high, 0), "width": (frame.wide, 0), "m": (window, 0)}
    return COUNT, sizes | {
        "down": (frame.high // window, 0),
        "wide": (frame.wide // window, 0),
        "windows": (frame.windows, 0),
    }


def _grid(look: Look[ShapesFrame]) -> Panel:
    """The picture under the grid that the operation leaves."""
    frame, window = look.frame, look.params.window
    picture = swin.fitted(look.data[0], look.params.height, look.params.width)
    title = look.say("grid", frame.part)
    if frame.part == "gather":
        return _strided(picture, frame.high, frame.wide, title)
    down, across = (1, 1) if frame.part == "input" else (frame.rows, frame.columns)
    traces: list[Trace] = [images.photograph(picture, (0, across), (0, down))]
    if frame.part == "blocks":
        traces.append(parts.lines(frame.high, frame.wide, 1, colour="@surface", width=0.6, opacity=0.6))
        cuts = (np.arange(0, frame.high + 1, window), np.arange(0, frame.wide + 1, window))
        traces += parts.borders(*cuts, frame.high, frame.wide)
        down, across = frame.high, frame.wide
    elif frame.part != "input":
        traces.append(parts.lines(down, across, 1, colour="@surface", width=1, opacity=0.9))
    return Panel(traces, title, x=blank(range=[0, across]), y=blank(range=[down, 0]), equal=True)


def _strided(picture: np.ndarray, high: int, wide: int, title: str) -> Panel:
    """The four pictures that every second row and column make: a pixel is a patch's mean colour."""
    colours = swin.fitted(Image(picture), high, wide)
    down, across = high // 2, wide // 2
    traces: list[Trace] = []
    notes = []
    for k, (y, x) in enumerate(CORNERS):
        left, top, ink = x * wide * 0.53, high * (0.06 + 0.59 * y), f"@c{k + 1}"
        quarter = np.ascontiguousarray(colours[y::2, x::2])
        traces.append(images.pixels(quarter, (left, left + across), (top, top + down)))
        traces.append(parts.box(top, left, down, across, width=3) | {"line": {"color": ink, "width": 3}})
        place = {"x": left, "y": top, "xanchor": "left", "yanchor": "bottom", "yshift": 1}
        notes.append(note(f"x[{y}::2, {x}::2]", font={"size": 11, "color": ink}, **place))
    room = blank(range=[-0.01 * wide, wide * 1.04])
    return Panel(traces, title, notes=notes, x=room, y=blank(range=[high * 1.16, 0]), equal=True)


def _operations(look: Look[ShapesFrame]) -> Panel:
    """Every operation with the shape it leaves; what happens now is lit."""
    frame, params = look.frame, look.params
    names, sizes, batches = [], [], []
    for op, stage, down, across, channels, many, *_ in swin.network(params.height, params.width, params.channels, params.window):
        names.append(look.say("op", op, stage=stage, blocks=swin.DEPTHS[stage - 1] if stage else 0))
        sizes.append(f"{down} × {across} × {channels}")
        batches.append(f"{many} × {params.window**2} × {channels}" if op == "blocks" else "")
    n = len(names)
    told = [(0.0, "", names), (0.68, look.say("head_shape"), sizes), (1.0, look.say("head_windows"), batches)]
    later = [k > frame.at for k in range(n)]
    return table(look.say("operations"), told, lit=frame.at, faint=later, link="operation", frames=list(range(n)))


def _merge(look: Look[ShapesFrame]) -> Panel:
    """2 × 2 patches side by side in the paper's order, a patch's mean colour for its C numbers; normalised; half as many."""
    numbers, part = look.frame.merged, look.frame.part
    colours = [f"@c{1 + k // 3}" for k in range(12)] if part != "reduce" else ["@ink2"] * 6
    bars: Trace = {
        "type": "bar",
        "x": np.arange(len(numbers)),
        "y": np.round(numbers, 3),
        "marker": {"color": colours},
        "opacity": 1.0 if part in MERGING else 0.35,
        "hovertemplate": "%{y:.3f}<extra></extra>",
    }
    places = [f"({y}, {x})" for y, x in CORNERS] if part != "reduce" else []
    ticks = {"tickvals": [1, 4, 7, 10][: len(places)], "ticktext": places}
    reach = float(np.abs(numbers).max()) * 1.15 + 0.1
    return Panel(
        [bars],
        look.say("merge", part if part in MERGING else "gather"),
        x={"range": [-0.6, len(numbers) - 0.4], "showgrid": False} | ticks,
        y={"range": [-reach if numbers.min() < 0 else 0, reach], "nticks": 3},
    )
