"""Swin: a picture cut into windows that shift, who may attend to whom, and what shapes and numbers that makes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine.params
from charts import curves, images
from charts.formula import formula
from charts.numbers import count, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, note
from engine.data import Image
from engine.frames import Frame
from engine.vision import swin, windows
from engine.vision.swin import CostFrame, OffsetsFrame, Params, ShapesFrame, ShiftFrame, TrainedFrame
from views import Words, sentences
from views.vision import swin_parts as parts

COUNT = formula(r"\frac{{height}!}{{m}!} \times \frac{{width}!}{{m}!} = {down}! \times {wide}! = {windows}!!")
ROLL = formula(
    r"({row}!, {column}!) \;\to\; \bigl(({row}! - {r}!) \bmod {height}!,\; ({column}! - {r}!) \bmod {width}!\bigr)"
    r" = ({to_row}!!, {to_column}!!)"
)
MASK = formula(r"\text{softmax}\Bigl(\frac{QK^\top}{\sqrt{d}} + B + \text{mask}\Bigr) V \qquad \text{mask} \in \{0, -\infty\}")
WEIGHT = formula(r"a_{({row}!,{column}!) \to ({to_row}!,{to_column}!)} = {weight}!!")
PROOF = formula(r"\max | Y - \hat{Y} | = {difference}!! \;<\; 10^{-6}")
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
REDUCE = formula(r"4C = {four}! \;\to\; 2C = {two}!!")
WIDE: list[Box] = [(0, 0.48, 0, 1), (0.51, 0.82, 0.42, 1), (0.51, 0.66, 0, 0.33), (0.68, 0.83, 0, 0.33), (0.85, 1, 0, 0.33)]
NARROW: list[Box] = [(0, 1, 0.56, 1), (0, 0.62, 0.22, 0.51), (0, 0.31, 0, 0.15), (0.345, 0.655, 0, 0.15), (0.69, 1, 0, 0.15)]
WIDE_SHAPES: list[Box] = [(0, 0.5, 0, 1), (0.54, 1, 0.38, 1), (0.54, 1, 0, 0.29)]
NARROW_SHAPES: list[Box] = [(0, 1, 0.54, 1), (0, 1, 0.19, 0.5), (0, 1, 0, 0.14)]
WIDE_OFFSETS: list[Box] = [(0, 0.26, 0.52, 1), (0, 0.26, 0, 0.41), (0.36, 0.9, 0, 1)]
NARROW_OFFSETS: list[Box] = [(0, 1, 0.70, 1), (0, 1, 0.36, 0.65), (0, 1, 0, 0.31)]
WIDE_COST: list[Box] = [(0.02, 0.58, 0.02, 1), (0.68, 1, 0.02, 1)]
NARROW_COST: list[Box] = [(0.08, 1, 0.5, 1), (0.08, 1, 0.04, 0.40)]
WIDE_TRAINED: list[Box] = [(0, 0.44, 0, 1), (0.48, 0.70, 0.42, 1), (0.81, 1, 0, 1), (0.50, 0.69, 0.02, 0.28)]
NARROW_TRAINED: list[Box] = [(0, 1, 0.56, 1), (0, 0.44, 0.33, 0.51), (0.32, 0.95, 0, 0.27), (0.58, 0.98, 0.33, 0.51)]


def facts(labels: swin.Labels) -> dict[str, str]:
    """What was measured of the two classifiers, for an experiment's words; `chance`: the deviation of two coins' gap."""
    shifted, still = (swin.measured(labels, weights) for weights in ("shifted", "still"))
    chance = np.sqrt(sum(one["accuracy"] * (1 - one["accuracy"]) / one["tested"] for one in (shifted, still)))
    percents = {"shifted": shifted["accuracy"], "still": still["accuracy"], "chance": float(chance)}
    percents["gap"] = abs(round(percents["shifted"], 4) - round(percents["still"], 4))
    counts = {"tested": count(shifted["tested"]), "steps": count(shifted["steps"])}
    return {name: number(100 * value, 2) for name, value in percents.items()} | counts


class Options(engine.params.Options):
    """Nothing changes the picture alone."""


def asked_at(index: int, frame: Any) -> tuple[int, int]:
    """Where a click on a patch is: ‰ of the height and of the width."""
    if isinstance(frame, TrainedFrame):
        rows = columns = wide = frame.grid
    else:
        rows, columns, wide = frame.rows, frame.columns, frame.pieces.shape[1]
    row, column = divmod(index, wide)
    return _within(row, rows), _within(column, columns)


def _within(k: int, n: int) -> int:
    """The middle of part k of n, in ‰."""
    return 500 * (2 * min(k, n - 1) + 1) // n


def draw(frames: Sequence[Frame], i: int, params: Params, data: tuple[Image, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if isinstance(frame, ShiftFrame):
        return _shift(frame, params, data[0], words)
    if isinstance(frame, ShapesFrame):
        return _shapes(frame, params, data[0], words)
    if isinstance(frame, OffsetsFrame):
        return _offsets(frame, words)
    if isinstance(frame, CostFrame):
        return _cost(frame, params, words)
    assert isinstance(frame, TrainedFrame)
    return _trained(frame, params, data[0], words)


# ---- the shifted block


def _shift(frame: ShiftFrame, params: Params, data: Image, words: Words) -> Picture:
    panels = [_film(frame, params, data, words), _masks(frame, params, words), *_maps(frame, params, data, words)]
    mathml, values, of, at = _shift_formula(frame, params)
    said, over = _shift_said(frame, params, words), frame.part == "end"
    shown = [(words("seen_even"), str(frame.seen_before)), (words("seen_shifted"), str(frame.seen))]
    shown.append((words("difference"), short(frame.difference, 2)) if over else (words("heard"), str(frame.both)))
    row: dict[str, float | int | str | None] = {"step": frame.step, "part": frame.part, "rolled": frame.rolled}
    row |= {"windows": _layout(frame).windows, "seen_before": frame.seen_before, "seen": frame.seen, "both": frame.both}
    y, x = _row(frame)
    return Picture(
        **compose(panels, WIDE, NARROW, height=780),
        phase=words("phase_" + frame.part),
        said=said,
        alt=f"{said} {words('alt_shift', row=y, column=x, seen=frame.seen, before=frame.seen_before)}",
        numbers=row | {"difference": frame.difference if over else None},
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=shown,
        mark=frame.part in ("even", "cut", "windows", "mask", "attend", "end"),
        hold={"roll": 2.0, "back": 2.0}.get(frame.part, 8.0),
    )


def _layout(frame: ShiftFrame) -> windows.Layout:
    return windows.Layout(frame.rows, frame.columns, frame.window, frame.shift)


def _row(frame: ShiftFrame) -> tuple[int, int]:
    row, column = divmod(frame.asked, int(frame.pieces.shape[1]))
    return row, column


def _film(frame: ShiftFrame, params: Params, data: Image, words: Words) -> Panel:
    """The picture, rolled as far as it is; windows, pieces, and what the asked patch attends to."""
    high, wide = frame.pieces.shape
    r = frame.rolled
    picture = swin.fitted(data, frame.rows * params.patch, frame.columns * params.patch)
    traces: list[Trace] = parts.rolled_photo(picture, frame.rows, frame.columns, (high, wide), r)
    bits = parts.kinds(frame.pieces, frame.rows, frame.columns, frame.window, frame.shift)
    rolled = np.roll(bits, (-r, -r), (0, 1))
    cut = frame.part in ("cut", "roll", "windows", "mask", "back") or (frame.part == "attend" and frame.shift > 0)
    if cut:
        traces.append(parts.tint(rolled, opacity=0.36))
    traces.append(parts.lines(high, wide, 1, colour="@surface", width=0.6, opacity=0.5))
    if frame.part == "patches":
        pass
    elif frame.part in ("pad", "even"):
        traces += parts.borders(np.arange(0, high + 1, frame.window), np.arange(0, wide + 1, frame.window), high, wide)
    elif frame.part == "end":
        traces += parts.borders(np.array([0, high]), np.array([0, wide]), high, wide)
    elif frame.part in ("windows", "mask", "attend"):
        traces += parts.borders(np.arange(0, high + 1, frame.window), np.arange(0, wide + 1, frame.window), high, wide)
    else:
        down, across = (parts.cuts(side, frame.window, frame.shift, r) for side in (high, wide))
        traces += parts.borders(down, across, high, wide)
    if cut and frame.shift and frame.part != "cut" and r:
        traces.append(parts.seam(high, wide, r))
    numbers = np.roll(np.arange(high * wide).reshape(high, wide), (-r, -r), (0, 1))
    weights = np.roll(frame.after, (-r, -r), (0, 1))
    veil = np.zeros((high, wide), np.int8)
    if frame.part == "attend":
        veil = (weights == 0).astype(np.int8)
    elif frame.part == "end":
        veil = 1 - np.roll(frame.heard, (-r, -r), (0, 1))
    traces.append(parts.veil(veil, "patch", numbers, words("hover_patch")))
    if frame.part == "attend":
        traces.append(parts.squares(weights))
    row, column = _row(frame)
    traces.append(parts.ring((row - r) % high, (column - r) % wide))
    notes = parts.letters(rolled, bits, frame.pieces, r) if cut and frame.part != "attend" else []
    return Panel(traces, words("film_" + frame.part), notes=notes, x=blank(range=[0, wide]), y=blank(range=[high, 0]), equal=True)


def _masks(frame: ShiftFrame, params: Params, words: Words) -> Panel:
    """Queries down, keys across: coloured where a query may attend to a key, blank where not."""
    place = _layout(frame)
    bits = parts.kinds(frame.pieces, frame.rows, frame.columns, frame.window, frame.shift).reshape(-1)
    z, at, (tall, broad) = parts.mask_sheet(frame.masks, bits[windows.order(place)[frame.chosen]])
    traces: list[Trace] = [parts.heat(z, (0.0, 2.0), (0.0, 2.0), opacity=0.9)]
    ids = windows.order(place)
    window, token = (int(k[0]) for k in np.nonzero(ids == frame.asked))
    top, left = at[int(np.flatnonzero(frame.chosen == window)[0])]
    y = top + (token + 0.5) / frame.window**2 * tall
    traces.append(curves.line(np.array([left, left + broad]), np.array([y, y]), colour="@accent", width=2))
    kinds = swin.alike(place)
    same = [int((kinds == kinds[k]).sum()) for k in frame.chosen]
    names = [
        words("window_of" if many == 1 else "windows_of", n=int(k) + 1, same=many)
        for k, many in zip(frame.chosen, same, strict=True)
    ]
    small = {"font": {"size": 10, "color": "@ink3"}, "xanchor": "left", "yanchor": "bottom"}
    notes = [note(name, x=x, y=y0, yshift=-1, xshift=-2, **small) for name, (y0, x) in zip(names, at, strict=True)]
    present = sorted(set(bits.tolist()) - {windows.PAD}) if frame.shift else []
    side = {"xref": "x domain", "yref": "y domain", "x": 1.04, "xanchor": "left", "yanchor": "top", "align": "left"}
    notes += [
        note(f"<b>{letter}</b> {words('kind_' + letter)}", y=0.95 - 0.22 * n, font={"size": 11, "color": f"@c{k + 1}"}, **side)
        for n, (k, letter) in enumerate((k, parts.LETTERS[k]) for k in present)
    ]
    return Panel(traces, words("masks"), notes=notes, x=blank(range=[0, 2.0]), y=blank(range=[2.0, 0]), equal=True)


def _maps(frame: ShiftFrame, params: Params, data: Image, words: Words) -> list[Panel]:
    """What the asked patch sees in equal windows, in shifted ones, and has heard of after both."""
    high, wide = frame.pieces.shape
    picture = swin.fitted(data, frame.rows * params.patch, frame.columns * params.patch)
    row, column = _row(frame)
    panels = []
    for name, seen in (("even", frame.before > 0), ("shifted", frame.after > 0), ("both", frame.heard > 0)):
        traces = parts.rolled_photo(picture, frame.rows, frame.columns, (high, wide), 0)
        veil = parts.heat((1 - seen).astype(np.int8) * 6, (0, wide), (0, high), opacity=0.86)
        traces += [veil, parts.ring(row, column, width=2)]
        panels.append(Panel(traces, words("map_" + name), x=blank(range=[0, wide]), y=blank(range=[high, 0]), equal=True))
    return panels


def _shift_formula(frame: ShiftFrame, params: Params) -> tuple[str, Mapping[str, tuple[Any, int]], str, int]:
    high, wide = frame.pieces.shape
    row, column = _row(frame)
    values: dict[str, tuple[Any, int]] = {"height": (high, 0), "width": (wide, 0), "m": (frame.window, 0)}
    if frame.part in ("even", "pad", "windows"):
        down, across = high // frame.window, wide // frame.window
        return COUNT, values | {"down": (down, 0), "wide": (across, 0), "windows": (down * across, 0)}, "", -1
    if frame.part in ("roll", "back"):
        r = frame.rolled
        values |= {"row": (row, 0), "column": (column, 0), "r": (r, 0)}
        return ROLL, values | {"to_row": ((row - r) % high, 0), "to_column": ((column - r) % wide, 0)}, "", -1
    if frame.part == "mask":
        return MASK, {}, "", -1
    if frame.part == "attend":
        y, x = np.divmod(np.arange(high * wide), wide)
        values = {"row": (row, 0), "column": (column, 0), "to_row": (y.tolist(), 0), "to_column": (x.tolist(), 0)}
        best = int(frame.after.argmax())
        return WEIGHT, values | {"weight": (np.round(frame.after.reshape(-1), 4).tolist(), 4)}, "patch", best
    if frame.part == "end":
        return PROOF, {"difference": (short(frame.difference, 2), 0)}, "", -1
    return "", {}, "", -1


def _shift_said(frame: ShiftFrame, params: Params, words: Words) -> str:
    place = _layout(frame)
    facts = {
        "rows": frame.rows,
        "columns": frame.columns,
        "patches": frame.rows * frame.columns,
        "patch": params.patch,
        "window": frame.window,
        "windows": place.windows,
        "shift": frame.shift,
        "rolled": frame.rolled,
        "pieces": len(set(frame.pieces.reshape(-1).tolist()) - {windows.PAD}),
        "seen": frame.seen,
        "before": frame.seen_before,
        "both": frame.both,
        "all": frame.rows * frame.columns,
        "high": place.height,
        "wide": place.width,
        "difference": short(frame.difference, 2),
    }
    key = frame.part
    if key == "end" and not frame.shift:
        key = "end_still"
    elif key == "pad" and not params.mask_pads:
        key = "pad_open"
    elif key == "mask" and not frame.shift:
        key = "mask_pads"
    elif key == "even" and not frame.shift:
        key = "even_only" if params.shift else "even_unshifted"
    return words("shift_" + key, **facts)


# ---- shapes and merging


def _shapes(frame: ShapesFrame, params: Params, data: Image, words: Words) -> Picture:
    stage, rows, columns, channels, wins, high, wide = (int(k) for k in frame.shapes[frame.at])
    panels = [_grid(frame, params, data, words), _list(frame, params, words), _merge(frame, params, data, words)]
    facts = {"stage": stage, "rows": rows, "columns": columns, "channels": channels, "windows": wins, "high": high, "wide": wide}
    facts |= {"window": params.window, "tokens": params.window**2, "half": channels // 2, "c": channels // 4}
    key = frame.part + ("_padded" if frame.part == "blocks" and (high, wide) != (rows, columns) else "")
    said = words("shape_" + key, **facts)
    if frame.part == "blocks":
        shifts = windows.layout(rows, columns, params.window, params.window // 2).shift > 0
        said = sentences(said, words("shape_in_turn" if shifts else "shape_still", shift=params.window // 2))
    mathml, values = "", {}
    if frame.part == "blocks":
        values = {"height": (high, 0), "width": (wide, 0), "m": (params.window, 0)}
        values |= {"down": (high // params.window, 0), "wide": (wide // params.window, 0), "windows": (wins, 0)}
        mathml = COUNT
    elif frame.part == "reduce":
        mathml, values = REDUCE, {"four": (2 * channels, 0), "two": (channels, 0)}
    return Picture(
        **compose(panels, WIDE_SHAPES, NARROW_SHAPES, height=860),
        phase=words("phase_" + frame.part, stage=stage),
        said=said,
        alt=f"{said} {words('alt_shapes', rows=rows, columns=columns, channels=channels)}",
        numbers={
            "step": frame.step,
            "part": frame.part,
            "rows": rows,
            "columns": columns,
            "channels": channels,
            "windows": wins,
        },
        formula=mathml,
        values=values,
        metrics=[(words("shape"), f"{rows} × {columns} × {channels}"), (words("values"), count(rows * columns * channels))],
        mark=frame.part in ("blocks", "gather"),
        hold=6.0,
    )


def _grid(frame: ShapesFrame, params: Params, data: Image, words: Words) -> Panel:
    """The picture under the grid that the operation leaves."""
    _, rows, columns, _, _, high, wide = (int(k) for k in frame.shapes[frame.at])
    picture = swin.fitted(data, params.height, params.width)
    if frame.part == "input":
        high, wide, rows, columns = 1, 1, 1, 1
    traces: list[Trace] = [images.photograph(picture, (0, columns), (0, rows))]
    if frame.part == "gather":
        return _strided(picture, high, wide, words)
    if frame.part == "blocks":
        traces.append(parts.lines(high, wide, 1, colour="@surface", width=0.6, opacity=0.6))
        traces += parts.borders(np.arange(0, high + 1, params.window), np.arange(0, wide + 1, params.window), high, wide)
    else:
        high, wide = rows, columns
        if frame.part != "input":
            traces.append(parts.lines(high, wide, 1, colour="@surface", width=1, opacity=0.9))
    return Panel(traces, words("grid_" + frame.part), x=blank(range=[0, wide]), y=blank(range=[high, 0]), equal=True)


def _strided(picture: NDArray[np.uint8], high: int, wide: int, words: Words) -> Panel:
    """The four pictures that every second row and column make: a pixel is a patch's mean colour."""
    colours = swin.fitted(Image(picture), high, wide)
    traces: list[Trace] = []
    notes = []
    for k, (y, x) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        part = colours[y::2, x::2]
        left, top, rows, columns = x * wide * 0.53, high * (0.06 + 0.59 * y), high // 2, wide // 2
        traces.append(images.pixels(np.ascontiguousarray(part), (left, left + columns), (top, top + rows)))
        traces.append(parts.box(top, left, rows, columns, width=3) | {"line": {"color": f"@c{k + 1}", "width": 3}})
        name = f"x[{y}::2, {x}::2]"
        notes.append(
            note(name, x=left, y=top, xanchor="left", yanchor="bottom", yshift=1, font={"size": 11, "color": f"@c{k + 1}"})
        )
    return Panel(
        traces,
        words("grid_gather"),
        notes=notes,
        x=blank(range=[-0.01 * wide, wide * 1.04]),
        y=blank(range=[high * 1.16, 0]),
        equal=True,
    )


def _list(frame: ShapesFrame, params: Params, words: Words) -> Panel:
    """Every operation with the shape it leaves; what happens now is lit."""
    n = len(frame.shapes)
    names, shapes, wins = [], [], []
    ops = swin.network(params.height, params.width, params.channels, params.window)
    for op, (stage, rows, columns, channels, many, *_) in zip((row[0] for row in ops), frame.shapes.tolist(), strict=True):
        names.append(words("op_" + op, stage=stage, blocks=swin.DEPTHS[stage - 1] if stage else 0))
        shapes.append(f"{rows} × {columns} × {channels}")
        wins.append(f"{many} × {params.window**2} × {channels}" if op == "blocks" else "")
    colours = ["@accent" if k == frame.at else "@ink" if k < frame.at else "@ink3" for k in range(n)]
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * n,
            "y": list(range(n)),
            "text": column,
            "textposition": "middle right" if x == 0 else "middle left",
            "textfont": {"size": 12, "color": colours},
            "meta": {"link": "operation", "frames": list(range(n)), "ring": 14, "silent": x != 0},
            "hoverinfo": "none",
            "cliponaxis": False,
        }
        for column, x in ((names, 0.0), (shapes, 0.68), (wins, 1.0))
    ]
    head = {"font": {"size": 11, "color": "@ink3"}}
    notes = [
        note(words("head_shape"), x=0.68, y=-1.05, xanchor="right", **head),
        note(words("head_windows"), x=1.0, y=-1.05, xanchor="right", **head),
    ]
    return Panel(traces, words("operations"), notes=notes, x=blank(range=[0, 1.0]), y=blank(range=[n - 0.5, -1.4]))


def _merge(frame: ShapesFrame, params: Params, data: Image, words: Words) -> Panel:
    """2×2 patches side by side in the paper's order, a patch's mean colour for its C numbers; normalised; made half as many."""
    bars = merged_numbers(data, params.height, params.width)
    part = frame.part if frame.part in ("gather", "norm", "reduce") else ""
    shown = {"gather": bars[0], "norm": bars[1], "reduce": bars[2]}.get(part, bars[0])
    colours = [f"@c{1 + k // 3}" for k in range(12)] if part != "reduce" else ["@ink2"] * 6
    traces: list[Trace] = [
        {
            "type": "bar",
            "x": np.arange(len(shown)),
            "y": np.round(shown, 3),
            "marker": {"color": colours},
            "opacity": 1.0 if part else 0.35,
            "hovertemplate": "%{y:.3f}<extra></extra>",
        }
    ]
    order = ["(0, 0)", "(1, 0)", "(0, 1)", "(1, 1)"]
    notes = [
        note(text, x=1 + 3 * k, y=0, yref="y domain", yanchor="top", yshift=-3, font={"size": 11, "color": f"@c{k + 1}"})
        for k, text in enumerate(order)
    ] * (part != "reduce")
    reach = float(np.abs(shown).max()) * 1.15 + 0.1
    low = -reach if shown.min() < 0 else 0
    title = words("merge_" + (part or "gather"))
    return Panel(traces, title, notes=notes, x=blank(range=[-0.6, len(shown) - 0.4]), y={"range": [low, reach], "nticks": 3})


@lru_cache(maxsize=8)
def merged_numbers(data: Image, height: int, width: int) -> tuple[NDArray[np.float64], ...]:
    """The four patches in the middle: their mean colours side by side (12), normalised (12), and half as many (6).

    The matrix 12 × 6 has the normal numbers of seed 0: shapes are shown here, not what was learned.
    """
    rows, columns = max(2, height // swin.EMBED), max(2, width // swin.EMBED)
    small = swin.fitted(data, rows, columns) / 255  # a pixel a patch
    y, x = rows // 4 * 2, columns // 4 * 2
    y, x = min(y, rows - 2), min(x, columns - 2)
    four = np.concatenate([small[y, x], small[y + 1, x], small[y, x + 1], small[y + 1, x + 1]])
    normal = (four - four.mean()) / np.sqrt(four.var() + 1e-5)
    return four, normal, normal @ np.random.default_rng(0).normal(size=(12, 6)) / 12**0.5


# ---- relative positions


def _offsets(frame: OffsetsFrame, words: Words) -> Picture:
    M, query = frame.window, frame.query
    span, row = 2 * M - 1, frame.index[query]
    qy, qx = divmod(query, M)
    y, x = np.divmod(np.arange(M * M), M)
    said = words("offset_said", row=qy, column=qx, count=M * M, span=span, table=span * span)
    values: dict[str, tuple[Any, int]] = {
        "qy": (qy, 0),
        "qx": (qx, 0),
        "ky": (y.tolist(), 0),
        "kx": (x.tolist(), 0),
        "dy": ((qy - y).tolist(), 0),
        "dx": ((qx - x).tolist(), 0),
        "m1": (M - 1, 0),
        "span": (span, 0),
        "index": (row.tolist(), 0),
    }
    return Picture(
        **compose(_offset_panels(frame, words), WIDE_OFFSETS, NARROW_OFFSETS, height=1150),
        phase=words("phase_offset", n=query + 1, all=M * M),
        said=said,
        alt=f"{said} {words('alt_offsets', low=int(row.min()), high=int(row.max()))}",
        numbers={"step": frame.step, "part": "", "query": query, "lowest": int(row.min()), "highest": int(row.max())},
        formula=INDEX,
        values=values,
        of="key",
        at=0,
        metrics=[(words("table_size"), f"({span})² = {span * span}"), (words("pairs"), f"{M * M}² = {M**4}")],
        mark=qx == 0,
        hold=1.5,
    )


def _offset_panels(frame: OffsetsFrame, words: Words) -> list[Panel]:
    M, query = frame.window, frame.query
    span, row = 2 * M - 1, frame.index[query]
    qy, qx = divmod(query, M)
    scale = {"zmin": 0, "zmax": 1.8 * span * span}  # pale enough for numbers on it
    window = parts.scalar(row.reshape(M, M), (0, M), (0, M), **scale)
    window |= {"meta": {"link": "key"}, "hovertemplate": words("hover_key") + " %{z}<extra></extra>"}
    if M <= 8:
        window |= {"texttemplate": "%{z}", "textfont": {"size": 13 if M <= 5 else 11}}
    index = parts.scalar(frame.index, (0, M * M), (0, M * M), **scale) | {"hoverinfo": "skip"}
    table = np.arange(span * span).reshape(span, span)
    keys = np.full(span * span, -1)
    keys[row] = np.arange(M * M)
    inside = keys.reshape(span, span) >= 0
    used = parts.scalar(np.where(inside, table, np.nan), (0, span), (0, span), **scale)
    used |= {"meta": {"link": "key", "index": keys}, "hovertemplate": "%{z}<extra></extra>", "hoverongaps": False}
    outside = parts.heat(np.where(inside, 0, 5).astype(np.int8), (0, span), (0, span), opacity=1)
    if span <= 13:
        used |= {"texttemplate": "%{z}", "textfont": {"size": 11}}
        outside |= {"text": table, "texttemplate": "%{text}", "textfont": {"size": 10, "color": "@ink3"}}
        outside["text"] = np.where(inside, "", table.astype(str)).tolist()
    frame_of = parts.box(M - 1 + qy - (M - 1), qx, M, M)
    line = parts.box(query, 0, 1, M * M, width=2)
    sides = (M, M * M, span)
    axes = [{"x": blank(range=[0, n]), "y": blank(range=[n, 0]), "equal": True} for n in sides]
    return [
        Panel([window, parts.ring(qy, qx)], words("window_keys"), **axes[0]),  # type: ignore[arg-type]
        Panel([index, line], words("index_matrix"), **axes[1]),  # type: ignore[arg-type]
        Panel([outside, used, frame_of], words("bias_table"), **axes[2]),  # type: ignore[arg-type]
    ]


# ---- cost


def _cost(frame: CostFrame, params: Params, words: Words) -> Picture:
    facts = {"rows": frame.rows, "columns": frame.columns, "side": frame.side, "ratio": number(frame.ratio, 1)}
    facts |= {"whole": counted(frame.whole), "windowed": counted(frame.windowed), "high": frame.height, "wide": frame.width}
    padded = (frame.height, frame.width) != (frame.rows, frame.columns)
    said = sentences(words("cost_said", **facts), words("cost_padded", **facts) if padded else "")
    shared = [4 * tokens * params.channels**2 for tokens in (frame.rows * frame.columns, frame.height * frame.width)]
    axis = {"nticks": 5, "showgrid": False, "title": {"text": words("cost_axis")}}
    both = [*curves.course("whole", across="side"), *curves.course("windowed", across="side", dash="dash")]
    both = [trace | {"hovertemplate": "%{y:.4~s}<extra></extra>"} if "hovertemplate" in trace else trace for trace in both]
    course = Panel(both, words("cost_curve"), x=axis, y={"nticks": 4, "tickformat": "~s"}, series=["whole", "windowed"])
    return Picture(
        **compose([course, _bars((frame.whole, frame.windowed), shared, words)], WIDE_COST, NARROW_COST, height=820),
        phase=words("phase_cost", side=frame.side),
        said=said,
        alt=f"{said} {words('alt_cost', shared=counted(shared[0]), padded=counted(shared[1]))}",
        numbers={
            "step": frame.step,
            "part": "",
            "side": frame.side,
            "rows": frame.rows,
            "columns": frame.columns,
            "whole": frame.whole,
            "windowed": frame.windowed,
            "ratio": frame.ratio,
        },
        formula=COST_PADDED if padded else COST,
        values={
            "whole": (count(frame.whole), 0),
            "windowed": (count(frame.windowed), 0),
            "ratio": (frame.ratio, 1),
        },
        metrics=[
            (words("whole"), counted(frame.whole)),
            (words("windowed"), counted(frame.windowed)),
            (words("ratio"), f"{frame.ratio:.1f}×"),
        ],
        hold=2.0,
    )


def counted(value: float) -> str:
    """A large number of operations: 2.004 G, 145.1 M."""
    size, unit = (1e9, "G") if value >= 1e9 else (1e6, "M")
    return f"{short(value / size, 4)} {unit}"


def _bars(costs: tuple[int, int], shared: list[int], words: Words) -> Panel:
    """Both costs, each cut into the projections and the attention proper."""
    names = [words("whole"), words("windowed")]
    colours = {"projections": "@c6", "attention": "@c1"}
    heights = {"projections": shared, "attention": [whole - part for whole, part in zip(costs, shared, strict=True)]}
    traces: list[Trace] = [
        {
            "type": "bar",
            "x": [0, 1],
            "y": heights[name],
            "base": [0, 0] if name == "projections" else shared,
            "offsetgroup": "one",
            "name": name,
            "marker": {"color": colours[name]},
            "hovertemplate": f"{words(name)} %{{customdata:.4~s}}<extra></extra>",
            "customdata": heights[name],
        }
        for name in heights
    ]
    place = {"xref": "x domain", "yref": "y domain", "xanchor": "right", "yanchor": "top", "x": 1}
    notes = [
        note("■ " + words(name), y=1 - 0.06 * k, font={"size": 12, "color": colours[name]}, **place)
        for k, name in enumerate(("attention", "projections"))
    ]
    x = {"tickvals": [0, 1], "ticktext": names, "range": [-0.6, 1.6], "showgrid": False}
    return Panel(
        traces, words("cost_bars"), notes=notes, x=x, y={"nticks": 4, "tickformat": "~s", "range": [0, 1.22 * max(costs)]}
    )


# ---- the trained classifier


def _trained(frame: TrainedFrame, params: Params, data: Image, words: Words) -> Picture:
    best = int(frame.scores.argmax())
    name = words(swin.classes(params.labels)[best])
    over = frame.part == "end"
    facts = {
        "block": frame.block,
        "grid": frame.grid,
        "window": frame.window,
        "spread": frame.spread,
        "name": name,
        "sure": number(100 * float(frame.scores[best]), 0),
        "accuracy": number(100 * frame.accuracy, 2),
        "other": number(100 * frame.other, 2),
        "n": count(int(swin.measured(params.labels, params.weights)["tested"])),
    }
    kind = (
        "end" if over else "input" if not frame.block else ("shifted" if frame.shift else "whole" if frame.grid <= 4 else "even")
    )
    said = words("trained_" + kind, **facts)
    if over:
        foreign = "" if swin.familiar(data, params.labels) else words("foreign_" + params.labels)
        said = sentences(said, foreign, words(f"compared_{params.weights}", **facts))
    heard = Panel(
        curves.course("spread", across="step"),
        words("curve_spread"),
        x={"range": [-0.2, 5.2], "showgrid": False, "nticks": 6},
        y={"range": [0, 270], "tickvals": [0, 64, 144, 256]},
    )
    panels = [_picture(frame, params, words), _reach(frame, params, words), _classes(frame, params, words), heard]
    ours, theirs = ("shifted", "still") if params.weights == "shifted" else ("still", "shifted")
    return Picture(
        **compose(panels, WIDE_TRAINED, NARROW_TRAINED, height=860),
        phase=words("phase_trained_" + (frame.part if frame.part != "block" else "block"), block=frame.block),
        said=said,
        alt=f"{said} {words('alt_trained', name=name, spread=frame.spread)}",
        numbers={"step": frame.step, "part": frame.part, "block": frame.block, "grid": frame.grid, "spread": frame.spread,
                 "accuracy": frame.accuracy, "sure": float(frame.scores[best])},
        metrics=[
            (words("spread"), f"{frame.spread} / 256"),
            (words("accuracy_" + ours), f"{100 * frame.accuracy:.2f} %"),
            (words("accuracy_" + theirs), f"{100 * frame.other:.2f} %"),
        ],
        mark=frame.part == "block",
        hold=8.0,
    )  # fmt: skip


def _picture(frame: TrainedFrame, params: Params, words: Words) -> Panel:
    """What the network is given, its windows, and what the asked patch attends to in this block."""
    n = frame.grid
    traces: list[Trace] = [images.pixels(np.repeat(frame.picture, 3 if frame.picture.shape[-1] == 1 else 1, 2), (0, n), (0, n))]
    traces.append(parts.lines(n, n, 1, colour="@edge", width=0.6, opacity=0.6))
    if 0 < frame.block < 5:
        side = np.array([0, n])
        cuts = side if frame.window >= n else parts.cuts(n, frame.window, frame.shift, 0)
        traces += parts.borders(cuts, cuts, n, n)
    mean = frame.attention.mean(0)
    veil = (mean == 0).astype(np.int8) if 0 < frame.block < 5 else np.zeros((n, n), np.int8)
    traces.append(parts.veil(veil, "patch", np.arange(n * n).reshape(n, n), words("hover_patch"), opacity=0.55))
    if 0 < frame.block < 5:
        traces.append(parts.squares(mean))
    row, column = divmod(frame.asked, n)
    traces.append(parts.ring(row, column))
    return Panel(traces, words("given_" + frame.part), x=blank(range=[0, n]), y=blank(range=[n, 0]), equal=True)


def _reach(frame: TrainedFrame, params: Params, words: Words) -> Panel:
    side = swin.TOKENS
    traces: list[Trace] = [
        images.pixels(np.repeat(frame.picture, 3 if frame.picture.shape[-1] == 1 else 1, 2), (0, side), (0, side))
    ]
    traces.append(parts.heat((1 - frame.reach).astype(np.int8) * 6, (0, side), (0, side), opacity=0.86))
    row, column = (k * side // frame.grid for k in divmod(frame.asked, frame.grid))
    size = side // frame.grid
    traces.append(parts.box(row, column, size, size, width=2))
    return Panel(traces, words("reach"), x=blank(range=[0, side]), y=blank(range=[side, 0]), equal=True)


def _classes(frame: TrainedFrame, params: Params, words: Words) -> Panel:
    names = [words(name) for name in swin.classes(params.labels)]
    over, best = frame.part == "end", int(frame.scores.argmax())
    shown = frame.scores if over else np.zeros_like(frame.scores)
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": list(range(len(names))),
            "x": np.round(shown, 4),
            "marker": {"color": ["@accent" if over and k == best else "@c1" for k in range(len(names))]},
            "hovertemplate": "%{x:.3f}<extra></extra>",
        }
    ]
    y = {"tickvals": list(range(len(names))), "ticktext": names, "range": [len(names) - 0.4, -0.6], "showgrid": False}
    return Panel(traces, words("classes"), x={"range": [0, 1], "nticks": 3}, y=y)
