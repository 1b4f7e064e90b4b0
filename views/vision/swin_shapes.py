"""The shapes that Swin's operations leave: the picture as its patches by now, the list of operations, four patches made one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charts import images, patches
from charts.formula import formula, whole
from charts.layout import columns, rows
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, bare, note
from charts.ranking import table
from engine.vision import swin
from engine.vision.swin import ShapesFrame, windows
from engine.vision.swin.merging import ORDER
from views.look import Look

COUNT = formula(r"\frac{{height}!}{{m}!} \times \frac{{width}!}{{m}!} = {down}! \times {wide}! = {windows}!!")
REDUCE = formula(r"4C = {four}! \qquad 2C = {two}!!")
MERGING = ("gather", "norm", "reduce")
Boxes = NDArray[Any]
NONE = np.empty((0, 4))


def shapes(look: Look[ShapesFrame]) -> Picture:
    """The picture as its patches by now, every operation with its shape, and what merging does with numbers."""
    frame, window = look.frame, look.params.window
    shape = frame.rows, frame.columns, frame.channels
    padded = (frame.high, frame.wide) != (frame.rows, frame.columns)
    shifts = windows.layout(frame.rows, frame.columns, window, window // 2).shift > 0
    turns = look.say("turns", "shifted" if shifts else "still", shift=window // 2)
    return look.picture(
        columns(_patches(look), rows(_operations(look), _merge(look))),
        facts={"high": frame.high, "wide": frame.wide, "window": window, "tokens": window**2, "turns": turns}
        | {"stage": frame.stage, "c": frame.channels // 4},
        key="blocks_padded" if frame.part == "blocks" and padded else "",
        metrics=[("shape", " × ".join(map(str, shape))), ("values", count(int(np.prod(shape))))],
        hold=6.0,
        **_formula(frame, window),
    )


def _formula(frame: ShapesFrame, window: int) -> dict[str, Any]:
    if frame.part == "reduce":
        return {"formula": REDUCE, "values": whole(four=2 * frame.channels, two=frame.channels)}
    if frame.part != "blocks":
        return {}
    down, across = frame.high // window, frame.wide // window
    counts = whole(height=frame.high, width=frame.wide, m=window, down=down, wide=across, windows=frame.windows)
    return {"formula": COUNT, "values": counts}


def _patches(look: Look[ShapesFrame]) -> Panel:
    """What there is by now, a patch in its mean colour; lit is one patch, and the window that it is in."""
    frame, window = look.frame, look.params.window
    if frame.part == "gather":
        return _strided(look)
    place, fine = ((0, frame.columns), (0, frame.rows)), frame.part != "input"
    pixels = swin.fitted(look.data[0], frame.rows, frame.columns)
    picture = images.pixels(pixels, *place) if fine else images.photograph(pixels, *place)
    if not fine or frame.part != "blocks":
        return _panel(look, picture, (frame.rows, frame.columns), lit=_token(look)[: int(fine)], fine=fine)
    corner = _token(look)[:, :2] // window * window
    lit = np.concatenate([_token(look), np.pad(corner, ((0, 0), (0, 2)), constant_values=window)])
    return _panel(look, picture, (frame.high, frame.wide), cut=patches.lattice((frame.high, frame.wide), window), lit=lit)


def _strided(look: Look[ShapesFrame]) -> Panel:
    """The four pictures that every second row and column make; lit are the four that become one."""
    sheet, four = swin.strided(look.data[0], look.frame.high, look.frame.wide)
    high, wide = sheet.shape[:2]
    lit = _token(look) + four * (1, 1, 0, 0)
    size = {"font": {"size": 12, "color": "@ink2"}, "xanchor": "left", "yanchor": "bottom", "yshift": 1}
    names = [note(f"x[{y}::2, {x}::2]", x=at[1], y=at[0], **size) for (y, x), at in zip(ORDER, four.tolist(), strict=True)]
    return _panel(look, images.pixels(sheet, (0, wide), (0, high)), (high, wide), four=four, lit=lit, notes=names, fine=False)


def _token(look: Look[ShapesFrame]) -> Boxes:
    """The patch that is followed, as a box."""
    return patches.at(np.array([swin.followed(look.params.height, look.params.width, max(1, look.frame.stage))]))


def _panel(
    look: Look[ShapesFrame], picture: Trace, room: tuple[int, int], *, lit: Boxes, cut: Boxes = NONE, four: Boxes = NONE,
    notes: Sequence[dict[str, Any]] = (), fine: bool = True,
) -> Panel:  # fmt: skip
    """A picture with its lines, always as many traces: fine ones, windows, the frames of four pictures, what is lit."""
    high, wide = room
    frames = [patches.boxes(four[k : k + 1], colour=f"@c{k + 1}", width=3) for k in range(4)]
    grid = patches.grid(high, wide, opacity=0.3) if fine else patches.grid(1, 1)
    lines = [grid, *patches.twofold(cut, width=1), *frames, *patches.twofold(lit, colour="@accent")]
    shape = look.params.height / look.params.width  # the same in all steps
    x, y = [0, max(wide, high / shape)], [max(high, wide * shape), 0]
    return bare([picture, *lines], look.say("grid", look.frame.part), x, y, notes=notes, equal=True)


def _operations(look: Look[ShapesFrame]) -> Panel:
    """Every operation with the shape it leaves; what happens now is lit."""
    frame, params = look.frame, look.params
    names, sizes, batches = [], [], []
    for op, stage, down, across, channels, many, *_ in swin.network(params.height, params.width, params.channels, params.window):
        names.append(look.say("op", op, stage=stage, blocks=swin.DEPTHS[stage - 1] if stage else 0))
        sizes.append(f"{down} × {across} × {channels}")
        batches.append(f"{many} × {params.window**2} × {channels}" if op == "blocks" else "")
    told = [(0.0, "", names), (0.68, look.say("head_shape"), sizes), (1.0, look.say("head_windows"), batches)]
    later = [k > frame.at for k in range(len(names))]
    return table(look.say("operations"), told, lit=frame.at, faint=later, link="operation", frames=list(range(len(names))))


def _merge(look: Look[ShapesFrame]) -> Panel:
    """2 × 2 patches side by side in the paper's order, a patch's mean colour for its C numbers; normalised; half as many."""
    numbers, part = look.frame.merged, look.frame.part
    places = [f"({y}, {x})" for y, x in ORDER] if part != "reduce" else []
    inks = [f"@c{1 + k // 3}" for k in range(12)] if places else ["@ink2"] * 6
    bars: Trace = {"type": "bar", "x": np.arange(len(numbers)), "y": np.round(numbers, 3), "marker": {"color": inks}}
    bars |= {"opacity": 1.0 if part in MERGING else 0.35, "hovertemplate": "%{y:.3f}<extra></extra>"}
    ticks = {"tickvals": [1, 4, 7, 10][: len(places)], "ticktext": places}
    reach = float(np.abs(numbers).max()) * 1.15 + 0.1
    x = {"range": [-0.6, len(numbers) - 0.4], "showgrid": False} | ticks
    y = {"range": [-reach if numbers.min() < 0 else 0, reach], "nticks": 3}
    return Panel([bars], look.say("merge", part if part in MERGING else "gather"), x=x, y=y)
