"""A plane: heights as colour and lines, arrows of a flow, ways through it, and unseen places that can be clicked."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import curves, points
from charts.panels import Trace

CELLS = 48  # places across and up that can be clicked
CONSTRAINT = "constraint"  # of contour lines: one level, with an area
CLEAR = [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]]


def surface(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, *, template: str = "", low: float | None = None, high: float | None = None,
    lines: int = 22, scale: Any = "@sequential", **more: Any,
) -> Trace:  # fmt: skip
    """Heights z [len(y), len(x)] above a grid, coloured from `low` to `high` (their least; their 95 % quantile)."""
    look: Trace = {
        "type": "contour",
        "x": x,
        "y": y,
        "z": z,
        "zmin": float(np.nanmin(z)) if low is None else low,
        "zmax": float(np.nanquantile(z, 0.95)) if high is None else high,
        "ncontours": lines,
        "colorscale": scale,
        "opacity": 0.45,
        "showscale": False,
        "line": {"width": 0.4, "color": "@surface"},
    }
    return look | ({"hovertemplate": template + "<extra></extra>"} if template else {"hoverinfo": "skip"}) | more


def cells(
    x: Sequence[float], y: Sequence[float], *, template: str, click: str = "place", shape: tuple[int, int] = (CELLS, CELLS)
) -> Trace:
    """Unseen cells over a plane from x[0] to x[1] and y[0] to y[1], `shape` (up, across) of them, to be clicked."""
    return {
        "type": "heatmap",
        "x": _middles(x, shape[1]),
        "y": _middles(y, shape[0]),
        "z": np.zeros(shape, dtype=np.uint8),
        "colorscale": CLEAR,
        "showscale": False,
        "meta": {"link": click, "click": click, "ring": 9},
        "hovertemplate": template + "<extra></extra>",
    }


def where(index: int, x: Sequence[float], y: Sequence[float], *, shape: tuple[int, int] = (CELLS, CELLS)) -> tuple[float, float]:
    """Where a click on cell `index` of such a plane is."""
    row, column = divmod(index, shape[1])
    return float(_middles(x, shape[1])[column]), float(_middles(y, shape[0])[row % shape[0]])


def arrows(places: np.ndarray, reach: np.ndarray, *, colour: str = "@ink3", width: float = 1, opacity: float = 0.6) -> Trace:
    """Arrows from places [n, 2] as far as `reach` [n, 2] says, all in one path."""
    tip, side = places + reach, np.stack([-reach[:, 1], reach[:, 0]], -1)
    barbs = [tip - 0.35 * reach + 0.22 * side, tip, tip - 0.35 * reach - 0.22 * side]
    x, y = points.gapped_ways(np.stack([places, tip, *barbs], axis=1))
    return curves.line(x.round(3), y.round(3), colour=colour, width=width, opacity=opacity)


def needles(places: np.ndarray, reach: np.ndarray, pixel: np.ndarray, *, colour: str, foot: float = 4, **more: Any) -> Trace:
    """Arrows of one pointed stroke from places [n, 2] as far as `reach` [n, 2] says, all in one path; NaN: none. All keep their
    turn, so that they glide. pixel (2,): how long one is on each axis; `foot`: px across, where an arrow begins."""
    way = reach / pixel
    across = foot / 2 * way[:, ::-1] * [-1, 1] / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9) * pixel
    return points.blobs(places, np.stack([across, reach, -across], axis=1), colour=colour, **more)


def flow(x: np.ndarray, y: np.ndarray, field: np.ndarray, *, full: float, **more: Any) -> Trace:
    """A field [len(y), len(x), 2] as arrows: the way it points, longer where it is stronger, a cell long from `full` on."""
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    vectors = field.reshape(-1, 2).astype(float)
    size = np.linalg.norm(vectors, axis=1, keepdims=True)
    length = 0.85 * float(x[1] - x[0]) * np.minimum(1, np.sqrt(size / full))
    return arrows(places, vectors / np.maximum(size, 1e-9) * length, **more)


def followed(ways: Sequence[np.ndarray], here: np.ndarray, aims: np.ndarray) -> list[Trace]:
    """One entity in the lamp's colour, in one version or several: the `ways` [m, 2] it came, its places [n, 2], and its aims."""
    gap = np.full((1, 2), np.nan)
    came = np.concatenate([gap, *[part for way in ways for part in (way, gap)]])
    goes = points.gapped_ways(np.stack([here, aims], 1))
    return [
        curves.line(came[:, 0], came[:, 1], colour="@accent", width=1.4),
        curves.line(*goes, colour="@accent", width=1.2, dash="dot"),
        points.cloud(aims, colour="@accent", symbol="circle-open", size=9, opacity=1, hoverinfo="skip"),
        points.cloud(here, colour="@accent", size=10, opacity=1, hoverinfo="skip", marker=points.RIM),
    ]


def pulls(
    places: np.ndarray, reach: np.ndarray, *, colour: str, least: float = 0, width: float = 2.2, head: float = 9, **more: Any
) -> Trace:
    """Few arrows from places [n, 2] as far as `reach` [n, 2] says, with heads of one size; shorter than `least` is none."""
    reach = np.where(np.linalg.norm(reach, axis=1, keepdims=True) < least, np.nan, reach)
    ways = points.gapped_ways(np.stack([places, places + reach], 1))
    tips = {"size": head, "symbol": "arrow", "angleref": "previous", "color": colour, "opacity": [0, 1, 0] * len(places)}
    return curves.line(*ways, colour=colour, width=width, mode="lines+markers", marker=tips, **more)


def trails(past: Sequence[np.ndarray], *, colour: str, width: float = 0.8, opacity: float = 0.4) -> Trace:
    """The ways of some points through places [n, 2], one array a moment, all in one path; one moment is no way yet."""
    ways = np.stack(past, axis=1)  # (n, moments, 2)
    if len(past) < 2:
        ways = ways[:, :0]
    x, y = points.gapped_ways(ways)
    return curves.line(x.round(3), y.round(3), colour=colour, width=width, opacity=opacity)


def _middles(ends: Sequence[float], n: int) -> np.ndarray:
    """The middles [n] of n cells between two ends."""
    return np.asarray(ends[0] + (ends[1] - ends[0]) * (np.arange(n) + 0.5) / n)


def contours(x: np.ndarray, y: np.ndarray, z: np.ndarray, *, bands: int = 18, **more: Any) -> Trace:
    """Heights z [len(y), len(x)] as a map: between two lines of equal height lies the same area, faintly the darker the higher.

    So a deep ravine and a wide plain both show their shape. Where z is NaN there is no map.
    """
    levels = np.unique(np.nanquantile(z, np.linspace(0, 1, bands + 1)))
    ranks = np.interp(z, levels, np.linspace(0, 1, len(levels))) if len(levels) > 1 else np.zeros(z.shape)
    ranks = np.where(np.isfinite(z), ranks, np.nan).round(4)
    lines = {"start": 1 / bands, "end": 1 - 1 / bands, "size": 1 / bands}
    shades = [[0, "@surface"], [0.5, "@sequential1"], [1, "@sequential4"]]
    look = surface(x, y, ranks, scale=shades, opacity=1, line={"width": 0.6, "color": "@ghost"}, contours=lines)
    return look | {"autocontour": False} | more


def below(x: np.ndarray, y: np.ndarray, z: np.ndarray, level: float, *, colour: str, opacity: float = 0.3) -> Trace:
    """Where heights z [len(y), len(x)] are at most `level`, as an area with an edge."""
    area = {"type": CONSTRAINT, "operation": ">", "value": float(_rooted(np.array(level), z))}  # what is not so is filled
    look = surface(x, y, _rooted(z, z), scale=[[0, colour], [1, colour]])
    return look | {"contours": area, "fillcolor": colour, "opacity": opacity, "line": {"color": colour, "width": 2}}


def _rooted(heights: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The root of heights above the least of z: between the places of a grid a valley's walls are straight lines in it."""
    return np.asarray(np.sqrt(np.maximum(heights - np.nanmin(z), 0)))


def trail(
    way: np.ndarray, moments: Sequence[int], x: Sequence[float], y: Sequence[float], *, colour: str, key: str, width: float = 2
) -> Trace:
    """The way [n, 2] that one thing came, cut where it is off the sheet from x[0] to x[1] and y[0] to y[1].

    `moments` [n] name its places through a film: its end glides on, and what it came along stays. `key`: its name there.
    """
    drawn = within_reach(way, x, y).round(4)
    meta = {"key": key, "index": [*moments[:-1], -1]}
    return curves.line(drawn[:, 0], drawn[:, 1], colour=colour, width=width, meta=meta)


def within_reach(way: np.ndarray, x: Sequence[float], y: Sequence[float]) -> np.ndarray:
    """A way [n, 2] as far as it can be drawn: what lies more than a sheet away is drawn back along its step, then left out."""
    low, high = np.array([x[0], y[0]]), np.array([x[1], y[1]])
    span = high - low
    far = ((way < low - span) | (way > high + span)).any(1)
    out = np.where(far[:, None], np.nan, way)
    leaves = np.flatnonzero(far[1:] & ~far[:-1]) + 1
    step = way[leaves] - way[leaves - 1]
    reach = np.linalg.norm(step / span, axis=1, keepdims=True)
    out[leaves] = way[leaves - 1] + step / reach
    return out


def cross(at: np.ndarray, values: np.ndarray, axes: np.ndarray, reach: np.ndarray, *, bar: float) -> list[Trace]:
    """The two directions `axes` [2, 2], one a row, in which a Hessian bends by `values` [2], as arms `reach` [2] long each way.

    Where it bends up an arm ends at a wall, where it falls away at an arrow; `bar`: half of a wall, in data units.
    """
    arms = reach[:, None] * axes
    ends = np.stack([at - arms, at + arms], 1)  # (2, 2, 2): arm, end, place
    side = bar * axes[:, ::-1] * [-1, 1]
    gap = np.full((2, 1, 2), np.nan)
    walls = [np.stack([ends[:, k] - side, ends[:, k] + side], 1) for k in (0, 1)]
    up = np.concatenate([ends, gap, walls[0], gap, walls[1], gap], 1)  # (2, 9, 2)
    up = np.where((values > 0)[:, None, None], up, np.nan).reshape(-1, 2)
    out = np.stack([arms, -arms], 1).reshape(-1, 2)
    away = np.where(np.repeat(values < 0, 2)[:, None], out, np.nan)
    return [
        curves.line(up[:, 0], up[:, 1], colour="@ink2", width=1.2, opacity=0.8, meta={"key": "walls"}),
        pulls(np.repeat(at[None], 4, 0), away, colour="@bad", width=1.2, head=8, meta={"key": "exits"}),
    ]


def gauge(
    value: float, limit: float, x: tuple[float, float], y: tuple[float, float], *, most: float = 1.5, colour: str = "@accent"
) -> list[Trace]:
    """A bar from x[0] as far as `value` against its `limit`, between y[0] and y[1]; x[1] is `most` limits."""
    full = x[1] - x[0]
    part = float(np.clip(value / (most * limit), 0, 1)) * full
    corner = np.array([[x[0], y[0]]])
    rest, high = np.array([[full, 0]]), np.array([[0, y[1] - y[0]]])

    def box(wide: float) -> np.ndarray:
        across = np.array([[wide, 0]])
        return np.concatenate([0 * high, across, across + high, high, 0 * high])[None]

    tick = np.array([x[0] + full / most, y[0]]) + np.array([[0.0, -0.3], [0.0, 1.3]]) * high
    return [
        points.blobs(corner, box(float(rest[0, 0])), colour="@surface", line="@edge", width=1, meta={"key": "gauge"}),
        points.blobs(corner, box(part), colour=colour, meta={"key": "filled"}),
        curves.line(tick[:, 0], tick[:, 1], colour="@ink", width=2, meta={"key": "limit"}),
    ]
