"""Swin: a picture cut into windows that shift, who may attend to whom, and what both blocks let a patch hear of."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import engine.params
from charts import curves
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import count, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, note
from engine.images import Image
from engine.params import Params, Value
from engine.vision import swin
from engine.vision.swin import ALGORITHMS, Labels, ShiftFrame, TrainedFrame, windows
from views.look import Look, Values, scenes
from views.vision import swin_parts as parts
from views.vision.swin_arithmetic import cost, offsets
from views.vision.swin_classifier import trained
from views.vision.swin_shapes import COUNT, shapes

ROLL = formula(
    r"({row}!, {column}!) \;\to\; \bigl(({row}! - {r}!) \bmod {height}!,\; ({column}! - {r}!) \bmod {width}!\bigr)"
    r" = ({to_row}!!, {to_column}!!)"
)
MASK = formula(r"\text{softmax}\Bigl(\frac{QK^\top}{\sqrt{d}} + B + \text{mask}\Bigr) V \qquad \text{mask} \in \{0, {-}\infty\}")
WEIGHT = formula(r"a_{({row}!,{column}!) \to ({to_row}!,{to_column}!)} = {weight}!!")
PROOF = formula(r"\max\,|Y - \hat{Y}\,| = {difference}!! \;<\; 10^{-6}")
WIDE: list[Box] = [(0, 0.48, 0, 1), (0.51, 0.82, 0.42, 1), (0.51, 0.66, 0, 0.33), (0.68, 0.83, 0, 0.33), (0.85, 1, 0, 0.33)]
NARROW: list[Box] = [(0, 1, 0.56, 1), (0, 0.62, 0.22, 0.51), (0, 0.31, 0, 0.15), (0.345, 0.655, 0, 0.15), (0.69, 1, 0, 0.15)]
WINDOWED = ("pad", "even", "windows", "mask", "attend")  # parts in which equal windows are drawn
PIECED = ("cut", "roll", "windows", "mask", "back")  # parts in which pieces have their colours
LONG = {"roll": 2.0, "back": 2.0}  # beats; all others 8
Formula = tuple[str, Values, str, int]


class Options(engine.params.Options):
    """Nothing changes the picture alone."""


def facts(labels: Labels) -> dict[str, str]:
    """What was measured of the two classifiers, for an experiment's words."""
    shifted, still = (swin.measured(labels, "shifted"), swin.measured(labels, "still"))
    percents = {"shifted": shifted["accuracy"], "still": still["accuracy"], "chance": swin.chance(labels)}
    percents["gap"] = abs(round(percents["shifted"], 4) - round(percents["still"], 4))
    return {name: number(100 * value, 2) for name, value in percents.items()} | {"tested": count(shifted["tested"])}


def shift(look: Look[ShiftFrame]) -> Picture:
    """The picture being cut, rolled and masked; the masks; what the asked patch sees, and has heard of."""
    frame = look.frame
    mathml, values, of, at = _formula(frame)
    row, column = _row(frame)
    over = frame.part == "end"
    return look.picture(
        Placed([_film(look), _masks(look), *_maps(look)], WIDE, NARROW, height=780),
        facts={
            "patches": frame.rows * frame.columns,
            "patch": look.params.patch,
            "window": frame.window,
            "shift": frame.shift,
            "pieces": len(set(frame.pieces.reshape(-1).tolist()) - {windows.PAD}),
            "high": frame.pieces.shape[0],
            "wide": frame.pieces.shape[1],
            "difference": short(frame.difference, 2),
            "row": row,
            "column": column,
        },
        key=_key(frame, look.params),
        formula=mathml,
        values=values,
        of=of,
        at=at,
        metrics=["seen_before", "seen", "both"],
        derived={"difference": frame.difference if over else None},
        hold=LONG.get(frame.part, 8.0),
    )


draw = scenes(ALGORITHMS, {"shift": shift, "shapes": shapes, "offsets": offsets, "cost": cost, "trained": trained})


def clicked(
    name: str, index: int, frame: ShiftFrame | TrainedFrame, params: Params, data: Image, options: Options
) -> dict[str, Value]:
    """A click on a patch asks that patch: ‰ of the height and of the width."""
    if name != "patch":
        return {}
    if isinstance(frame, TrainedFrame):
        rows, columns, wide = frame.grid, frame.grid, frame.grid
    else:
        rows, columns, wide = frame.rows, frame.columns, frame.pieces.shape[1]
    row, column = divmod(index, wide)
    return {"down": _within(row, rows), "across": _within(column, columns)}


def _within(k: int, n: int) -> int:
    """The middle of part k of n, in ‰."""
    return 500 * (2 * min(k, n - 1) + 1) // n


def _key(frame: ShiftFrame, params: Any) -> str:
    """Which sentence is said, where the part alone does not tell."""
    if frame.part == "pad" and not params.mask_pads:
        return "pad_open"
    if frame.shift:
        return ""
    even = "even_only" if params.shift else "even_unshifted"
    return {"even": even, "mask": "mask_pads", "end": "end_still"}.get(frame.part, "")


def _row(frame: ShiftFrame) -> tuple[int, int]:
    row, column = divmod(frame.asked, int(frame.pieces.shape[1]))
    return row, column


def _film(look: Look[ShiftFrame]) -> Panel:
    """The picture, rolled as far as it is; windows, pieces, and what the asked patch attends to."""
    frame = look.frame
    high, wide = frame.pieces.shape
    r = frame.rolled
    picture = swin.fitted(look.data[0], frame.rows * look.params.patch, frame.columns * look.params.patch)
    kinds = parts.kinds(frame.pieces, frame.shift)
    rolled = np.roll(kinds, (-r, -r), (0, 1))
    coloured = frame.part in PIECED or (frame.part == "attend" and frame.shift > 0)
    traces: list[Trace] = parts.rolled_photo(picture, frame.rows, frame.columns, (high, wide), r)
    if coloured:
        traces.append(parts.tint(rolled, opacity=0.36))
    traces.append(parts.lines(high, wide, 1, colour="@surface", width=0.6, opacity=0.5))
    traces += _borders(frame)
    if coloured and frame.shift and r:
        traces.append(parts.seam(high, wide, r))
    numbers = np.roll(np.arange(high * wide).reshape(high, wide), (-r, -r), (0, 1))
    traces.append(parts.veil(_hidden(frame), "patch", numbers, look.say("hover_patch")))
    if frame.part == "attend":
        traces.append(parts.squares(np.roll(frame.after, (-r, -r), (0, 1))))
    row, column = _row(frame)
    traces.append(parts.ring((row - r) % high, (column - r) % wide))
    notes = parts.letters(rolled, frame.pieces, r) if coloured and frame.part != "attend" else []
    title = look.say("film", frame.part)
    return Panel(traces, title, notes=notes, x=blank(range=[0, wide]), y=blank(range=[high, 0]), equal=True)


def _borders(frame: ShiftFrame) -> list[Trace]:
    """Where windows, or pieces, end."""
    high, wide = frame.pieces.shape
    if frame.part == "patches":
        return []
    if frame.part == "end":
        return parts.borders(np.array([0, high]), np.array([0, wide]), high, wide)
    if frame.part in WINDOWED:
        return parts.borders(np.arange(0, high + 1, frame.window), np.arange(0, wide + 1, frame.window), high, wide)
    down, across = (parts.cuts(side, frame.window, frame.shift, frame.rolled) for side in (high, wide))
    return parts.borders(down, across, high, wide)


def _hidden(frame: ShiftFrame) -> np.ndarray:
    """int8 (H', W'), rolled: 1 what the asked patch does not attend to, or in the end has not heard of."""
    shown = {"attend": frame.after > 0, "end": frame.heard > 0}.get(frame.part, np.ones(frame.pieces.shape, bool))
    return 1 - np.roll(shown, (-frame.rolled, -frame.rolled), (0, 1)).astype(np.int8)


def _masks(look: Look[ShiftFrame]) -> Panel:
    """Queries down, keys across: coloured where a query may attend to a key, blank where not."""
    frame = look.frame
    kinds = parts.kinds(frame.pieces, frame.shift).reshape(-1)
    ids = windows.order(frame.place)
    z, at, (tall, broad) = parts.mask_sheet(frame.masks, kinds[ids[frame.chosen]])
    window, token = windows.where(frame.place, frame.asked)
    top, left = at[int(np.flatnonzero(frame.chosen == window)[0])]
    y = top + (token + 0.5) / frame.window**2 * tall
    asked = curves.line(np.array([left, left + broad]), np.array([y, y]), colour="@accent", width=2)
    present = sorted(set(kinds.tolist()) - {windows.PAD}) if frame.shift else []
    return Panel(
        [parts.heat(z, (0.0, 2.0), (0.0, 2.0), opacity=0.9), asked],
        look.say("masks"),
        notes=[*_names(look, at), *_legend(look, present)],
        x=blank(range=[0, 2.0]),
        y=blank(range=[2.0, 0]),
        equal=True,
    )


def _names(look: Look[ShiftFrame], at: list[tuple[float, float]]) -> list[dict[str, Any]]:
    """Which window each mask is of, and how many are like it."""
    alike = swin.alike(look.frame.place)
    small = {"font": {"size": 10, "color": "@ink3"}, "xanchor": "left", "yanchor": "bottom"}
    notes = []
    for window, (y, x) in zip(look.frame.chosen.tolist(), at, strict=True):
        same = int((alike == alike[window]).sum())
        name = look.say("window_of" if same == 1 else "windows_of", n=window + 1, same=same)
        notes.append(note(name, x=x, y=y, yshift=-1, xshift=-2, **small))
    return notes


def _legend(look: Look[ShiftFrame], present: list[int]) -> list[dict[str, Any]]:
    """Where the pieces of each letter come from, beside the masks."""
    side = {"xref": "x domain", "yref": "y domain", "x": 1.04, "xanchor": "left", "yanchor": "top", "align": "left"}
    notes = []
    for n, kind in enumerate(present):
        letter = parts.LETTERS[kind]
        text = f"<b>{letter}</b> {look.say('piece', letter)}"
        notes.append(note(text, y=0.95 - 0.22 * n, font={"size": 11, "color": f"@c{kind + 1}"}, **side))
    return notes


def _maps(look: Look[ShiftFrame]) -> list[Panel]:
    """What the asked patch sees in equal windows, in shifted ones, and has heard of after both."""
    frame = look.frame
    high, wide = frame.pieces.shape
    picture = swin.fitted(look.data[0], frame.rows * look.params.patch, frame.columns * look.params.patch)
    row, column = _row(frame)
    panels = []
    for name, seen in (("even", frame.before > 0), ("shifted", frame.after > 0), ("both", frame.heard > 0)):
        traces = parts.rolled_photo(picture, frame.rows, frame.columns, (high, wide), 0)
        veil = parts.heat((1 - seen).astype(np.int8) * 6, (0, wide), (0, high), opacity=0.86)
        traces += [veil, parts.ring(row, column, width=2)]
        title = look.say("map", name)
        panels.append(Panel(traces, title, x=blank(range=[0, wide]), y=blank(range=[high, 0]), equal=True))
    return panels


def _formula(frame: ShiftFrame) -> Formula:
    """The caption's formula of this part: MathML, its values, what they are indexed by, what is shown while nothing is."""
    high, wide = frame.pieces.shape
    row, column = _row(frame)
    sizes = {"height": (high, 0), "width": (wide, 0), "m": (frame.window, 0)}
    if frame.part in ("even", "pad", "windows"):
        down, across = high // frame.window, wide // frame.window
        return COUNT, sizes | {"down": (down, 0), "wide": (across, 0), "windows": (down * across, 0)}, "", -1
    if frame.part in ("roll", "back"):
        r = frame.rolled
        there = {"to_row": ((row - r) % high, 0), "to_column": ((column - r) % wide, 0)}
        return ROLL, sizes | {"row": (row, 0), "column": (column, 0), "r": (r, 0)} | there, "", -1
    if frame.part == "mask":
        return MASK, {}, "", -1
    if frame.part == "attend":
        return WEIGHT, _weights(frame), "patch", int(frame.after.argmax())
    if frame.part == "end":
        return PROOF, {"difference": (short(frame.difference, 2), 0)}, "", -1
    return "", {}, "", -1


def _weights(frame: ShiftFrame) -> Mapping[str, tuple[Any, int]]:
    """The asked patch's attention to every other."""
    high, wide = frame.pieces.shape
    row, column = _row(frame)
    y, x = np.divmod(np.arange(high * wide), wide)
    return {
        "row": (row, 0),
        "column": (column, 0),
        "to_row": (y.tolist(), 0),
        "to_column": (x.tolist(), 0),
        "weight": (frame.after.reshape(-1).astype(float).round(4).tolist(), 4),
    }
