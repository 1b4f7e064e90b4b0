"""Parts of the pictures of windows. Places are in patches, row 0 above; patch (i, j) covers i … i + 1 and j … j + 1."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charts import images
from charts.curves import line
from charts.panels import Trace, note
from engine.vision.swin.windows import PAD

KEY = ["rgba(0,0,0,0)", "@c1", "@c2", "@c3", "@c4", "@tile", "@surface"]  # what `heat` paints 0 … 6 with
LETTERS = ("A", "B", "C", "D")


def rolled_photo(picture: NDArray[np.uint8], rows: int, columns: int, padded: tuple[int, int], r: int) -> list[Trace]:
    """A picture on its padded grid, rolled by (−r, −r): one file, placed up to four times."""
    high, wide = padded
    first = images.photograph(picture, (0, columns), (0, rows))
    places = [(dy, dx) for dy in ((0, high) if r else (0,)) for dx in ((0, wide) if r else (0,))]
    return [first | {"x0": first["x0"] + dx - r, "y0": first["y0"] + dy - r} for dy, dx in places]


def kinds(pieces: NDArray[np.int16], shift: int) -> NDArray[np.int8]:
    """Every patch's kind (H', W'): 0 A, 1 B, 2 C, 3 D; pieces that share a window differ. Padding is −1.

    A piece that the roll carries from the left rim to the right is B, from top to bottom C, both D.
    """
    high, wide = pieces.shape
    y, x = np.arange(high) < shift, np.arange(wide) < shift
    found = (2 * y[:, None] + x).astype(np.int8)
    found[pieces == PAD] = PAD
    return found


def heat(z: NDArray[Any], x: tuple[float, float], y: tuple[float, float], *, opacity: float) -> Trace:
    """Cells [h, w] painted by KEY."""
    steps = [[edge, colour] for k, colour in enumerate(KEY) for edge in (k / len(KEY), (k + 1) / len(KEY))]
    return _cells(z, x, y) | {"colorscale": steps, "zmin": -0.5, "zmax": len(KEY) - 0.5, "opacity": opacity, "hoverinfo": "skip"}


def scalar(z: NDArray[Any], x: tuple[float, float], y: tuple[float, float], **more: Any) -> Trace:
    """Cells [h, w] by value."""
    return _cells(z, x, y) | {"colorscale": "@sequential", "opacity": 1.0} | more


def _cells(z: NDArray[Any], x: tuple[float, float], y: tuple[float, float]) -> Trace:
    dx, dy = (x[1] - x[0]) / z.shape[1], (y[1] - y[0]) / z.shape[0]
    return {"type": "heatmap", "z": z, "x0": x[0] + dx / 2, "dx": dx, "y0": y[0] + dy / 2, "dy": dy, "showscale": False}


def tint(kind: NDArray[np.int8], *, opacity: float) -> Trace:
    """Pieces in their colours, padding as paper."""
    z = np.where(kind == PAD, 5, kind + 1).astype(np.int8)
    return heat(z, (0, z.shape[1]), (0, z.shape[0]), opacity=opacity)


def veil(hidden: NDArray[np.int8], link: str, numbers: NDArray[Any], template: str, *, opacity: float = 0.8) -> Trace:
    """A veil over what is 1, and every patch to be pointed at and clicked under its own number."""
    trace = heat(hidden * 6, (0, hidden.shape[1]), (0, hidden.shape[0]), opacity=opacity)
    del trace["hoverinfo"]
    return trace | {
        "meta": {"link": link, "click": link, "index": numbers.reshape(-1)},
        "hovertemplate": template + "<extra></extra>",
    }


def lines(high: int, wide: int, step: int, *, colour: str, width: float, opacity: float) -> Trace:
    """A grid over the whole, in one path."""
    return borders_path(np.arange(0, high + 1, step), np.arange(0, wide + 1, step), high, wide, colour, width) | {
        "opacity": opacity
    }


def borders(down: NDArray[Any], across: NDArray[Any], high: int, wide: int, *, thin: bool = False) -> list[Trace]:
    """Lines at the rows `down` and the columns `across`: dark on light, so that they are seen on any picture."""
    return [
        borders_path(down, across, high, wide, "@surface", 2.5 if thin else 5),
        borders_path(down, across, high, wide, "@ink", 1 if thin else 2),
    ]


def borders_path(down: NDArray[Any], across: NDArray[Any], high: int, wide: int, colour: str, width: float) -> Trace:
    x: list[float] = []
    y: list[float] = []
    for at in down.tolist():
        x += [0, wide, np.nan]
        y += [at, at, np.nan]
    for at in across.tolist():
        x += [at, at, np.nan]
        y += [0, high, np.nan]
    return line(np.array(x, dtype=float), np.array(y, dtype=float), colour=colour, width=width)


def cuts(side: int, window: int, shift: int, r: int) -> NDArray[np.int64]:
    """Where a side is cut after a roll by r: at s, s + M, …, each moved, and at both ends."""
    moved = (np.arange(shift, side, window) - r) % side
    return np.unique(np.concatenate([[0, side], moved]))


def seam(high: int, wide: int, r: int) -> Trace:
    """Where the picture's own rim has come to lie."""
    return borders_path(np.array([high - r]), np.array([wide - r]), high, wide, "@surface", 2) | {
        "line": {"color": "@surface", "width": 2.5, "dash": "dot"}
    }


def squares(weights: NDArray[Any]) -> Trace:
    """Attention as squares whose area is the weight, the largest filling its patch."""
    y, x = np.nonzero(weights)
    if not len(y):
        return line(np.empty(0), np.empty(0), colour="@accent")
    size = 0.46 * np.sqrt(weights[y, x] / weights.max())
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * size[:, None, None]
    ring = np.stack([x + 0.5, y + 0.5], -1)[:, None] + corners
    path = np.concatenate([ring, np.full((len(y), 1, 2), np.nan)], 1)
    look: Trace = {"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": "@accent", "hoverinfo": "skip"}
    return look | {
        "x": path[..., 0].ravel(),
        "y": path[..., 1].ravel(),
        "line": {"color": "@surface", "width": 0.8},
        "opacity": 0.85,
    }


def ring(row: int, column: int, *, width: float = 3) -> Trace:
    """The patch that is asked."""
    return box(row, column, 1, 1, width=width)


def box(row: float, column: float, high: float, wide: float, *, width: float = 3) -> Trace:
    x = np.array([column, column + wide, column + wide, column, column], dtype=float)
    y = np.array([row, row, row + high, row + high, row], dtype=float)
    return line(x, y, colour="@accent", width=width, cliponaxis=False)


def letters(rolled: NDArray[np.int8], pieces: NDArray[np.int16], r: int) -> list[dict[str, Any]]:
    """The letter of every piece in its middle, while there are few enough to be read."""
    moved = np.roll(pieces, (-r, -r), (0, 1))
    names = [piece for piece in np.unique(moved).tolist() if piece != PAD]
    if len(names) > 25:
        return []
    found = []
    for piece in names:
        rows, columns = np.nonzero(moved == piece)
        if np.ptp(rows) + 1 > len(np.unique(rows)) or np.ptp(columns) + 1 > len(np.unique(columns)):
            continue  # a piece that the roll is just tearing apart
        y, x = (rows.min() + rows.max() + 1) / 2, (columns.min() + columns.max() + 1) / 2
        letter = LETTERS[int(rolled[rows[0], columns[0]])]
        found.append(
            note(
                f"<b>{letter}</b>",
                x=float(x),
                y=float(y),
                font={"size": 15, "color": "@ink"},
                bgcolor="@surface",
                opacity=0.9,
                borderpad=2,
            )
        )
    return found


def mask_sheet(
    masks: NDArray[np.int8], kind: NDArray[np.int8]
) -> tuple[NDArray[np.int8], list[tuple[float, float]], tuple[float, float]]:
    """Masks (k, n, n) and the kinds (k, n) of their queries as one sheet of 2 × 2, laid over 0 … 2 by 0 … 2.

    Also where each mask begins (y, x), and how high and wide it is.
    """
    k, n, _ = masks.shape
    gap, head = max(1, round(n * 0.04)), max(1, round(n * 0.16))  # above each there is room for its name
    side, tall = n + 2 * gap, n + gap + head
    sheet = np.zeros((2 * tall, 2 * side), np.int8)
    places = {1: [(0, 0)], 2: [(0, 0), (0, 1)], 4: [(0, 0), (0, 1), (1, 0), (1, 1)]}[k]
    for (row, column), mask, kinds_of in zip(places, masks, kind, strict=True):
        colour = np.where(mask > 0, np.where(kinds_of == PAD, 0, kinds_of + 1)[:, None], 5)
        sheet[row * tall + head : row * tall + head + n, column * side + gap : column * side + gap + n] = colour
    return sheet, [(row + head / tall, column + gap / side) for row, column in places], (n / tall, n / side)
