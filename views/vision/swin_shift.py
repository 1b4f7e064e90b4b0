"""A block whose windows shift: the picture whose rim goes round to the other side, and one window of it, enlarged."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charts import bars, images, matrices, patches
from charts.formula import formula, whole
from charts.layout import columns
from charts.numbers import count
from charts.panels import Panel, Picture, Trace, bare
from engine.images import Image
from engine.vision import swin
from engine.vision.swin import ShiftFrame, windows
from engine.vision.swin.pictures import enlarged
from views.look import Look, Values
from views.vision.swin_shapes import COUNT

FORMULAS = {
    "even": COUNT,
    "roll": formula(
        r"\bigl(({row}! - {r}!) \bmod {height}!,\; ({column}! - {r}!) \bmod {width}!\bigr) = ({to_row}!!, {to_column}!!)"
    ),
    "windows": formula(r"M^4 - \sum_P |P|^2 = {pairs}! - {near}! = {apart}!!"),
    "mask": formula(
        r"\text{softmax}\Bigl(\frac{QK^\top}{\sqrt{d}} + B + \text{mask}\Bigr) V \qquad \text{mask} \in \{0, {-}\infty\}"
    ),
    "attend": formula(r"a_{({asking}!,{asking_column}!),\,({row}!,{column}!)} = {weight}!!"),
    "end": formula(r"\sum_W |W| = {both}!!"),
}
FORMULAS |= {"pad": FORMULAS["even"], "back": FORMULAS["roll"]}
DOCKED = ("windows", "mask", "attend")  # parts in which what hangs over the rim has come to the other side
MEETING = ("cut", "roll", "windows", "mask")  # parts that are about the window in which strangers meet
LETTERS = ("A", "B", "C", "D")  # of pieces: stays, left to right, top to bottom, both
STILL = {"even": "even_still", "end": "end_still"}  # what is said where nothing shifts
ROOM = 0.12  # of the matrix' side: what a number in it needs
SHARE = 0.75  # of its panel's side: what the window takes, smaller than the picture
PADDING = len(LETTERS)  # comes last
STRONG = 25  # times an even share of the attention: what is drawn darkest
INKS = [[0.0, "@accent"], [0.5, "@surface"]] + [[0.5 + k / 26, f"@sequential{k}"] for k in range(14)]  # strangers, neighbours
Cells = NDArray[Any]


def shift(look: Look[ShiftFrame]) -> Picture:
    """The picture being cut, rolled and masked; and the window that the step is about."""
    frame, pairs = look.frame, look.frame.window**4
    row, column = divmod(frame.asked, int(frame.pieces.shape[1]))
    padded = bool((frame.pieces == windows.PAD).any())
    return look.picture(
        columns(_film(look), _window(look)),
        facts={
            "patches": frame.rows * frame.columns,
            "patch": look.params.patch,
            "window": frame.window,
            "shift": frame.shift,
            "pieces": len(set(frame.pieces.reshape(-1).tolist()) - {windows.PAD}),
            "high": frame.pieces.shape[0],
            "wide": frame.pieces.shape[1],
            "meeting": frame.meeting + 1,
            "apart": count(frame.apart),
            "pairs": count(pairs),
            "share": look.percent(frame.apart_all / (frame.windows * pairs), 1),
            "leak": look.percent(frame.leak),
            "strangers": look.say("strangers", "pads" if padded and look.params.mask_pads else "patches"),
            "pads": look.say("pads", "shut" if look.params.mask_pads else "open"),
            "row": row,
            "column": column,
        },
        key="" if frame.shift else STILL.get(frame.part, ""),
        formula=FORMULAS.get(frame.part, ""),
        values=_values(frame),
        of="patch",
        at=int(frame.after.argmax()) if frame.part == "attend" else frame.asked,
        metrics=["seen_before", "seen", "both"],
        derived={"difference": frame.difference if frame.part == "end" else None},
        hold=2.0 if frame.part in ("roll", "back") else 8.0,
    )


def _values(frame: ShiftFrame) -> Values:
    """What stands in the formulas; of every patch its place, where it goes, and what the asked one pays it."""
    (high, wide), r, M = frame.pieces.shape, frame.rolled, frame.window
    y, x = np.divmod(np.arange(high * wide), wide)
    asking, asking_column = divmod(frame.asked, wide)
    weights = frame.after.reshape(-1).astype(float).round(4).tolist()
    pairs = whole(apart=frame.apart, near=M**4 - frame.apart, pairs=M**4, both=frame.both)
    counts = whole(m=M, down=high // M, wide=wide // M, windows=frame.windows, height=high, width=wide, r=r)
    places = whole(row=y, column=x, to_row=(y - r) % high, to_column=(x - r) % wide, asking=asking, asking_column=asking_column)
    return pairs | counts | places | {"weight": (weights, 4)}


def _film(look: Look[ShiftFrame]) -> Panel:
    """The picture as far as it is rolled; clear what the step is about, lit what moves or is seen."""
    frame, (high, wide) = look.frame, look.frame.pieces.shape
    numbers, corner = np.arange(high * wide).reshape(high, wide), -frame.rolled
    if frame.part in DOCKED:
        numbers, corner = np.roll(numbers, (corner, corner), (0, 1)), 0
    if frame.part == "patches":
        numbers = numbers[: frame.rows, : frame.columns]  # no padding yet
    about = _about(frame)
    hidden = np.where(frame.pieces == windows.PAD, 2, 0 if about is None else ~about).reshape(-1)[numbers]
    there, met, letters = _pieces(frame)
    even = patches.lattice((high, wide), frame.window)
    borders = {"patches": even[:0], "pad": even, "even": even, "end": even}.get(frame.part, there)
    middles = (met[:, :2] + met[:, 2:] / 2)[: len(letters)]
    traces = [
        *_photographs(look),
        patches.veil(hidden, corner=(corner, corner), **patches.asked(numbers, look.say("hover_patch"))),
        patches.grid(*numbers.shape, opacity=0.35),
        *patches.twofold(borders, width=1.2),
        *patches.twofold(_lit(frame, met, numbers), colour="@accent", width=3),
        *patches.twofold(patches.at(_moved(frame, np.array([divmod(frame.asked, wide)])))),
        patches.letters(letters, middles[:, 0], middles[:, 1]),
    ]
    return bare(traces, look.say("film", frame.part), [-frame.shift, wide], [high, -frame.shift], equal=True)


def _moved(frame: ShiftFrame, at: Cells) -> Cells:
    """Places [n, 2] where they are by now."""
    return (at - frame.rolled) % frame.pieces.shape if frame.part in DOCKED else at - frame.rolled


def _pieces(frame: ShiftFrame) -> tuple[Cells, Cells, list[str]]:
    """The pieces where they are by now; those that meet in the window of strangers; and their letters, while that is told."""
    found, carried = windows.boxes(frame.place)
    there = np.concatenate([_moved(frame, found[:, :2]), found[:, 2:]], 1)
    down, across = ((found[:, :2] - frame.shift) % frame.pieces.shape // frame.window).T
    here = down * (frame.pieces.shape[1] // frame.window) + across == frame.meeting
    met = np.flatnonzero(here & np.isin(carried, frame.carried))  # padding is none, unless it takes part
    told = frame.shift > 0 and frame.part in (*MEETING, "back")
    return there, there[met], [LETTERS[kind] for kind in carried[met] if told]


def _photographs(look: Look[ShiftFrame]) -> list[Trace]:
    """The picture in as many files as there are ways to go, each where it is by now."""
    frame = look.frame
    homes, files = _quarters(look.data[0], frame.rows, frame.columns, look.params.patch, frame.shift)
    away = (_moved(frame, homes) - homes).tolist()
    return [file | {"x0": file["x0"] + x, "y0": file["y0"] + y} for file, (y, x) in zip(files, away, strict=True)]


@lru_cache(maxsize=8)
def _quarters(picture: Image, rows: int, columns: int, patch: int, shift: int) -> tuple[Cells, list[Trace]]:
    return patches.quarters(swin.fitted(picture, rows * patch, columns * patch), patch, shift)


def _about(frame: ShiftFrame) -> Cells | None:
    """(H', W'), not rolled: what the step is about, where it is not all of it."""
    meeting = windows.numbered(frame.place) == frame.meeting
    return {"even": frame.before > 0, "mask": meeting, "attend": frame.after > 0, "end": frame.heard > 0}.get(frame.part)


def _lit(frame: ShiftFrame, moving: Cells, numbers: Cells) -> Cells:
    """What the lamp is on: the pieces that meet in one window, or what the asked patch sees or has heard of."""
    about = frame.pieces == windows.PAD if frame.part == "pad" else _about(frame)
    if about is None or (frame.part == "mask" and frame.shift):
        return moving[: 0 if frame.part == "patches" else None]
    return patches.rim(about.reshape(-1)[numbers].astype(int))


def _window(look: Look[ShiftFrame]) -> Panel:
    """The window that the step is about: enlarged, or as its patches by its patches, in the order of its pieces."""
    frame, M = look.frame, look.frame.window
    matrix = frame.part in ("windows", "mask")
    place = frame.place if frame.part in (*MEETING, "attend", "back", "end") else windows.Layout(frame.rows, frame.columns, M, 0)
    window = frame.meeting if frame.part in MEETING else windows.where(place, frame.asked)[0]
    title = look.say("window", frame.part, n=window + 1, leak=look.percent(frame.leak))
    photo = images.photograph(enlarged(look.data[0], place, look.params.patch, window), (0, M), (0, M)) | {"zsmooth": "fast"}
    traces = _attention(look) if matrix else _enlarged(look, place, window)
    side = (M**2 if matrix else M) / SHARE
    above = side * frame.shift / (frame.pieces.shape[0] + frame.shift)  # where the picture beside it begins
    return bare([photo, *traces], title, [0, side], [side - above, -above], equal=True)


def _enlarged(look: Look[ShiftFrame], place: windows.Layout, window: int) -> list[Trace]:
    """The patches of a window, borders of block 1 or pieces in it, and what the asked patch attends to."""
    frame, M = look.frame, look.frame.window
    inside = windows.order(place)[window].reshape(M, M)
    weights = {"even": frame.before, "attend": frame.after, "back": frame.after}.get(frame.part)
    shown = np.zeros((M, M)) if weights is None else weights.reshape(-1)[inside]
    hidden = np.where(frame.pieces.reshape(-1)[inside] == windows.PAD, 2, (shown == 0) & (weights is not None))
    even = windows.numbered(windows.Layout(frame.rows, frame.columns, M, 0))
    labels = (windows.carried(place, False) if frame.part in MEETING else even).reshape(-1)[inside]
    names = _names(frame, labels, even)
    middles = np.array([np.argwhere(labels == label).mean(0) + 0.5 for label in names]).reshape(-1, 2)
    return [
        patches.veil(hidden, opacity=0.7, **patches.asked(inside, look.say("hover_patch"))),
        patches.cells(np.full((M, M), np.nan), (0, M), (0, M), colorscale=INKS, zmin=-1, zmax=1, hoverinfo="skip"),
        patches.grid(M, M),
        *patches.twofold(patches.rim(labels + 1), width=1.5),
        patches.squares(shown),
        *patches.twofold(patches.at(np.argwhere(inside == frame.asked))),
        patches.letters(list(names.values()), middles[:, 0], middles[:, 1], size=28),
        bars.labels([], [], []),
    ]


def _names(frame: ShiftFrame, labels: Cells, even: Cells) -> dict[int, str]:
    """What stands on the parts of a window: a piece's letter; in the end how many patches a window of block 1 had heard."""
    if frame.part == "end":
        heard = {label: int((frame.heard[even == label] > 0).sum()) for label in np.unique(labels).tolist()}
        return {label: str(many) for label, many in heard.items() if many}
    told = frame.part in MEETING and frame.shift > 0
    return {label: LETTERS[label] for label in np.unique(labels).tolist() if told and label in frame.carried}


def _attention(look: Look[ShiftFrame]) -> list[Trace]:
    """Attention of all patches of the window to all, ordered by piece: with the mask, or as it would be without."""
    frame, n = look.frame, look.frame.window**2
    masked, groups = frame.part == "mask", np.where(frame.carried < 0, PADDING, frame.carried)
    attention = frame.masked if masked else frame.unmasked
    order, found = matrices.blocks(groups)
    strangers = (groups[:, None] != groups) | (groups == PADDING)
    depth = np.sqrt(np.minimum(attention * n / STRONG, 1)).round(2)  # else small weights were not seen
    shown = np.where(strangers, -depth - 0.001, depth)[np.ix_(order, order)]
    kinds = np.unique(groups)
    shut = masked & ((kinds[:, None] != kinds) | (kinds == PADDING))
    shares = zip(shut.reshape(-1), swin.between(attention, groups).reshape(-1), strict=True)
    own = found[:: len(kinds) + 1][: (kinds < PADDING).sum() * (frame.shift > 0)]
    y, x = (found[:, :2] + found[:, 2:] * (0.62, 0.5)).T
    roomy = (found[:, 2:].min(1) > ROOM * n).tolist()
    words = ["" if not room else "−∞" if never else look.percent(paid) for room, (never, paid) in zip(roomy, shares, strict=True)]
    return [
        patches.veil(np.zeros((n, n))),
        patches.cells(shown, (0, n), (0, n), colorscale=INKS, zmin=-1, zmax=1, hoverinfo="skip"),
        patches.grid(1, 1),
        *patches.twofold(found, width=1),
        patches.squares(np.zeros((1, 1))),
        *patches.twofold(found[:0]),
        patches.letters([LETTERS[kind] for kind in kinds[: len(own)]], *(own[:, :2].T + 0.03 * n)),
        bars.labels(x, y, words, textfont={"size": 14, "color": "@ink", "shadow": "@halo"}),
    ]
