"""A self-organising map: the sheet among the data, the map itself, and what has become of error, radius and rate."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

import engine.params
from charts import curves, images, matrices, points
from charts.formula import formula
from charts.numbers import number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from engine.data import Points
from engine.learning import som
from engine.learning.som import Params, SomFrame
from views import Words, column_name, sentences

ONLINE = formula(
    r"W_v + \theta\,\alpha\,(D - W_v) = {before}! + {theta}! \cdot {alpha}! \cdot ({sample}! - {before}?) = {after}!!"
)
BATCH = formula(r"W_v = \frac{\sum_i \theta_{b_i v}\, x_i}{\sum_i \theta_{b_i v}} = \frac{{sum}!}{{weight}!} = {after}!!")
SHOWN = 500  # samples drawn at most
NAMED = 60  # names written on the map at most
RESERVED = {"", "u_matrix", "hits", "units", "pc1", "pc2"}  # a column of such a name cannot be chosen

WIDE: list[Box] = [(0, 0.52, 0, 1), (0.60, 1, 0.33, 1), (0.60, 0.70, 0, 0.17), (0.745, 0.845, 0, 0.17), (0.89, 0.99, 0, 0.17)]
NARROW: list[Box] = [(0, 1, 0.62, 1), (0, 1, 0.19, 0.54), (0, 0.27, 0, 0.09), (0.37, 0.63, 0, 0.09), (0.73, 1, 0, 0.09)]


class Options(engine.params.Options):
    plane: str = ""  # what colours the map: "u_matrix", "hits", "units", a column; "" chooses by the data
    across: str = ""  # the horizontal axis of the sheet: a column, "pc1", "pc2"; "" chooses by the data
    up: str = ""
    overlay: bool = True  # labels and names on the map


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data: field → value → name."""
    free = [column for column in data.columns[:40] if column not in RESERVED] if data.kind != "images" else []
    few = {column: column_name(column, words) for column in free}
    own = {} if data.kind == "table" else {"units": words("plane_units")}
    planes = {"": words("automatic")} | own | {"u_matrix": words("plane_u_matrix"), "hits": words("plane_hits")} | few
    axes = {"": words("automatic")} | ({"pc1": words("pc", k=1), "pc2": words("pc", k=2)} if len(data.columns) > 2 else {}) | few
    return {"plane": planes, "across": axes, "up": axes}


def draw(frames: Sequence[SomFrame], i: int, params: Params, data: tuple[Points, ...], options: Options, words: Words) -> Picture:
    """The picture of frame i. A second item in `data` is a sample to be placed on the finished map."""
    frame, cloud = frames[i], data[0]
    placed = _placed(frame, params, cloud, data[1]) if len(data) > 1 else None
    column = _formula_column(frame, cloud, options)
    panels = [
        _sheet(frame, params, cloud, options, words, placed),
        _map(frame, params, cloud, options, words, placed),
        *_courses(params, words),
    ]
    said, alt = _said(frame, params, cloud, words, placed)
    drawn = compose(panels, WIDE, NARROW, height=800)
    return Picture(
        **drawn,
        phase=_phase(frame, params, words),
        said=said,
        alt=alt,
        numbers=numbers(frame),
        formula=_formula(frame, params, _column_name(cloud, column, words)),
        values=_values(frame, cloud, column),
        of="unit",
        at=frame.winner[0] * params.cols + frame.winner[1] if frame.winner[0] >= 0 else 0,
        metrics=_metrics(frame, words),
        mark=frame.part in ("draw", "match") and (frame.part == "draw" or params.mode == "batch"),
        flip=cloud.kind == "images",
    )


def numbers(frame: SomFrame) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    drawn = frame.sample >= 0
    return {
        "step": frame.step,
        "part": frame.part,
        "error": frame.error,
        "topographic": frame.topographic,
        "folded": frame.folded,
        "sigma": frame.sigma,
        "sigma_start": frame.sigma_start,
        "alpha": frame.alpha,
        "sample": frame.sample + 1 if drawn else None,
        "winner": f"({frame.winner[0]}, {frame.winner[1]})" if frame.winner[0] >= 0 else None,
    }


def unit(frame: SomFrame, index: int, cloud: Points, words: Words) -> tuple[str, list[dict[str, Any]], str]:
    """What there is to know of one unit at one step: a heading, the samples it won as rows, and what to say without any."""
    row, col = divmod(index, frame.units.shape[1])
    if row >= frame.units.shape[0]:
        return "", [], ""
    won = frame.measured[frame.bmu == index]
    shown = range(min(8, len(cloud.columns))) if cloud.kind != "images" else range(0)
    heads = [words("sample_word"), words("name_word"), words("label_word")]
    for j in shown:
        head = column_name(cloud.columns[j], words)
        heads.append(head + " " * heads.count(head))  # an own column may be called like one of ours
    rows = [
        {
            heads[0]: int(k) + 1,
            **({heads[1]: cloud.names[k]} if cloud.names else {}),
            **({heads[2]: cloud.label_names[cloud.labels[k]]} if cloud.labels is not None else {}),
            **{head: float(cloud.X[k, j]) for head, j in zip(heads[3:], shown, strict=True)},
        }
        for k in won[:200]
    ]
    return words("unit_at", row=row, col=col, step=frame.step, won=len(won)), rows, words("unit_empty")


# ---- the sheet among the data


def _sheet(frame: SomFrame, params: Params, cloud: Points, options: Options, words: Words, placed: "_Placed | None") -> Panel:
    x, y = _axis(options.across, 0, cloud, words), _axis(options.up, 1, cloud, words)
    ground = _project(cloud.X, cloud, params.scaling, x.key, y.key)
    units = _project(frame.units.reshape(-1, cloud.X.shape[1]), cloud, params.scaling, x.key, y.key)
    low, high = _reach(ground)
    room = 2 * (high - low)
    units = np.clip(units, low - room, high + room)  # a sheet that flies off leaves the picture, not its scale
    traces, notes = _samples(frame, cloud, ground, words)
    traces += [_fold(units, frame.folds)] * (
        frame.folded > 0 and len(cloud.columns) == 2 and frame.step + params.unfold > 0
    )  # a ball is no fold
    traces += [points.mesh(units, _edges(params)), _dotted(units, ground)]
    traces += [
        points.targets(units, "unit", ring=16, template=_unit_template(words), customdata=_rc(params), meta={"click": "unit"})
    ]
    if frame.sample >= 0:
        traces += _pull(frame, params, cloud, units, ground, x.key, y.key)
    if placed is not None:
        at = _project(placed.x[None], cloud, params.scaling, x.key, y.key)
        traces.append({**points.cloud(at, colour="@ink", symbol="star", size=15, opacity=1), "hoverinfo": "skip"})
    return Panel(
        traces,
        words("sheet"),
        notes=notes,
        x={"title": {"text": x.title}, "range": [low[0], high[0]]},
        y={"title": {"text": y.title}, "range": [low[1], high[1]]},
    )


class _Axis:
    """An axis of the sheet: a column, or a principal direction."""

    def __init__(self, key: int | str, title: str) -> None:
        self.key, self.title = key, title


def _axis(wanted: str, place: int, cloud: Points, words: Words) -> _Axis:
    if not wanted and (len(cloud.columns) > 2 or len(cloud.columns) <= place):
        wanted = f"pc{place + 1}"
    if wanted in ("pc1", "pc2"):
        return _Axis(int(wanted[2]) - 1 - 2, words("pc", k=wanted[2]))  # −2 and −1: the principal directions
    column = cloud.columns.index(wanted) if wanted in cloud.columns else place
    return _Axis(column, _called(cloud.columns[column], words))


@lru_cache(maxsize=32)
def _directions(cloud: Points, scaling: som.Scaling) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centre, scale = som.scales(cloud.X, scaling)
    return centre, scale, som.principal_plane((cloud.X - centre) / scale)[1]


def _project(rows: np.ndarray, cloud: Points, scaling: som.Scaling, *axes: Any) -> np.ndarray:
    """Rows [n, d] on two axes [n, 2]: columns as they are, principal directions in scaled columns."""
    centre, scale, plane = _directions(cloud, scaling)
    return np.stack([rows[:, axis] if axis >= 0 else (rows - centre) / scale @ plane[:, axis + 2] for axis in axes], axis=1)


def _samples(frame: SomFrame, cloud: Points, ground: np.ndarray, words: Words) -> tuple[list[Trace], list[dict[str, Any]]]:
    """The samples by class, each knowing its unit; and the classes' names beside them."""
    chosen = frame.measured[np.linspace(0, len(frame.measured) - 1, min(SHOWN, len(frame.measured))).round().astype(int)]
    unit = frame.bmu[np.searchsorted(frame.measured, chosen)]
    if cloud.kind == "colours":
        hexes = ["#" + "".join(f"{value:02x}" for value in row) for row in _bytes(cloud.X[chosen])]
        return [_linked(points.cloud(ground[chosen], colour=hexes, size=7, opacity=0.9), unit, cloud, chosen, words)], []
    if cloud.labels is None or not 1 < len(cloud.label_names) <= 6:
        return [_linked(points.cloud(ground[chosen], colour="@c1", size=5, opacity=0.45), unit, cloud, chosen, words)], []
    traces, notes, centre = [], [], ground.mean(0)
    for k, label in enumerate(cloud.label_names):
        mine = cloud.labels[chosen] == k
        if not mine.any():
            continue
        colour, symbol, _ = points.kind(k)
        traces.append(
            _linked(points.cloud(ground[chosen][mine], colour=colour, symbol=symbol), unit[mine], cloud, chosen[mine], words)
        )
        spot = _outermost(ground[chosen][mine], centre, ground.std(0))
        notes.append(
            note(
                f"{SIGNS[k]} {escaped(label)}",
                x=float(spot[0]),
                y=float(spot[1]),
                bgcolor="@surface",
                borderpad=1,
                opacity=0.92,
                font={"color": colour, "size": 12},
            )
        )
    return traces, notes


SIGNS = "●◆■▲✚★"


def _outermost(mine: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Where a class's name stands: at its edge, away from the others."""
    away = (mine.mean(0) - centre) / np.where(spread > 0, spread, 1)
    along = ((mine - centre) / np.where(spread > 0, spread, 1)) @ away
    return np.asarray(mine[np.argsort(along)[int(0.97 * (len(mine) - 1))]])


def _linked(trace: Trace, unit: np.ndarray, cloud: Points, chosen: np.ndarray, words: Words) -> Trace:
    names = [f"{words('sample_word')} {k + 1}{' · ' + escaped(cloud.names[k]) if cloud.names else ''}" for k in chosen]
    return trace | {"meta": {"link": "unit", "index": unit, "ring": 11}, "text": names, "hovertemplate": "%{text}<extra></extra>"}


def _fold(units: np.ndarray, folds: np.ndarray) -> Trace:
    closed = folds[:, [0, 1, 2, 0]]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "x": points.gapped(units[:, 0], closed),
        "y": points.gapped(units[:, 1], closed),
        "hoverinfo": "skip",
        "fillcolor": "@bad",
        "opacity": 0.45,
        "line": {"color": "@bad", "width": 0},
    }


def _dotted(units: np.ndarray, ground: np.ndarray) -> Trace:
    """The units as small marks of about the same size on both axes."""
    low, high = _reach(ground)
    return points.dots(units, (float(high[0] - low[0]) / 205, float(high[1] - low[1]) / 175))


def _pull(frame: SomFrame, params: Params, cloud: Points, units: np.ndarray, ground: np.ndarray, x: Any, y: Any) -> list[Trace]:
    """The lamp: the drawn sample, its winner, and the way from one to the other."""
    sample = ground[frame.sample]
    lamp = {"type": "scatter", "hoverinfo": "skip", "line": {"color": "@accent", "width": 2}}
    if frame.winner[0] < 0:
        return [
            lamp
            | {"mode": "markers", "x": [sample[0]], "y": [sample[1]], "marker": {"size": 12, "color": "@accent", "symbol": "x"}}
        ]
    at = frame.winner[0] * params.cols + frame.winner[1]
    cross = {
        "size": [10, 13],
        "color": ["@accent", "rgba(0,0,0,0)"],
        "symbol": ["x-thin", "circle"],
        "line": {"color": "@accent", "width": 3},
    }
    traces = [lamp | {"mode": "lines+markers", "x": [sample[0], units[at, 0]], "y": [sample[1], units[at, 1]], "marker": cross}]
    if frame.part == "pull":  # every unit's way in this one step
        was = _project(frame.before.reshape(len(units), -1), cloud, params.scaling, x, y)
        both = np.concatenate([was, units])
        ways = np.stack([np.arange(len(units)), np.arange(len(units)) + len(units)], axis=1)[frame.theta.ravel() > 0.02]
        traces.append(points.mesh(both, ways, colour="@accent", width=1.6, opacity=0.9))
    return traces


def _reach(ground: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = ground.min(0), ground.max(0)
    room = np.where(high > low, 0.06 * (high - low), 1.0)
    return low - room, high + room


# ---- the map


def _map(frame: SomFrame, params: Params, cloud: Points, options: Options, words: Words, placed: "_Placed | None") -> Panel:
    places, corners = som.places(params.rows, params.cols, params.topology), matrices.outline(params.topology == "hexagonal")
    plane = options.plane or ("u_matrix" if cloud.kind == "table" else "units")
    hits = np.bincount(frame.bmu, minlength=len(places))
    traces, notes, heading = _plane(plane, frame, params, cloud, places, corners, hits, words)
    if options.overlay and plane != "units" and cloud.labels is not None and 1 < len(cloud.label_names) <= 6:
        traces += _overlay(frame, cloud, places)
    if options.overlay and 0 < len(cloud.names) <= NAMED:
        traces.append(_names(frame, cloud, places))
    if frame.winner[0] >= 0:
        traces += matrices.ringed(places[[frame.winner[0] * params.cols + frame.winner[1]]], corners, ["@accent"])
    if placed is not None:
        traces += matrices.ringed(places[[placed.unit]], corners, ["@ink"], width=3.5)
        traces.append(
            {**points.cloud(places[[placed.unit]], colour="@ink", symbol="star", size=13, opacity=1), "hoverinfo": "skip"}
        )
    traces.append(_targets(frame, cloud, params, places, hits, words))
    low, high = places.min(0) - 0.62, places.max(0) + 0.62
    return Panel(traces, heading, notes=notes, equal=True, x=blank(range=[low[0], high[0]]), y=blank(range=[high[1], low[1]]))


def _plane(
    plane: str,
    frame: SomFrame,
    params: Params,
    cloud: Points,
    places: np.ndarray,
    corners: np.ndarray,
    hits: np.ndarray,
    words: Words,
) -> tuple[list[Trace], list[dict[str, Any]], str]:
    """What colours the cells: traces, the key, the heading."""
    if plane == "units" and cloud.kind == "images":
        return [_mosaic(frame, params, cloud, places)], [], words("map_images")
    if plane == "units" and cloud.kind == "colours":
        return [_tinted(frame, params, places)], [], words("map_colours")
    if plane in cloud.columns:
        j = cloud.columns.index(plane)
        values, low, high = frame.units[..., j].ravel(), float(cloud.X[:, j].min()), float(cloud.X[:, j].max())
        key = matrices.scale(short(low), short(high), "sequential")
        return (
            matrices.cells(places, values, corners, low, high, "sequential"),
            key,
            words("map_column", column=column_name(plane, words)),
        )
    if plane == "hits":
        return (
            matrices.cells(places, hits, corners, 0, max(int(hits.max()), 1)),
            matrices.scale("0", str(int(hits.max()))),
            words("map_hits"),
        )
    values = frame.u_matrix.ravel()
    high = float(np.quantile(values, 0.97)) or 1.0
    return matrices.cells(places, values, corners, 0, high), matrices.scale(words("near"), words("far")), words("map_u_matrix")


def _mosaic(frame: SomFrame, params: Params, cloud: Points, places: np.ndarray) -> Trace:
    """Every unit's weights as a small picture in its place."""
    height, width = cloud.shape[:2]
    tiles = frame.units.reshape(-1, height, width)
    step = np.array([width + 1, round((height + 1) * (som.ROW if params.topology == "hexagonal" else 1))])
    tops = np.round(places * [step[0], step[1] / (som.ROW if params.topology == "hexagonal" else 1)]).astype(int)
    canvas = np.zeros((tops[:, 1].max() + height, tops[:, 0].max() + width), dtype=np.float32)
    for (left, top), tile in zip(tops, tiles, strict=True):
        canvas[top : top + height, left : left + width] = np.maximum(canvas[top : top + height, left : left + width], tile)
    shape = canvas.shape
    return images.pixels(
        images.ink(canvas, 0.0, max(0.5, 0.92 * float(canvas.max()))),
        (-0.5, -0.5 + shape[1] / step[0]),
        (-0.5, -0.5 + shape[0] / (height + 1)),
    )


def _tinted(frame: SomFrame, params: Params, places: np.ndarray) -> Trace:
    """Every unit's weights as the colour they are."""
    index, (x, y) = _raster(params.rows, params.cols, params.topology)
    return images.tinted(index, _bytes(frame.units.reshape(len(places), -1)), x, y)


@lru_cache(maxsize=8)
def _raster(
    rows: int, cols: int, topology: som.Topology, per: int = 30
) -> tuple[np.ndarray, tuple[tuple[float, float], tuple[float, float]]]:
    """Which cell each pixel of a picture of the grid lies in; the number of cells where it lies in none."""
    places = som.places(rows, cols, topology)
    per = max(8, min(per, 420 // max(rows, cols)))
    low, high = places.min(0) - 0.6, places.max(0) + 0.6
    size = np.ceil((high - low) * per).astype(int)
    y, x = np.mgrid[: size[1], : size[0]]
    spot = np.stack([x, y], -1).reshape(-1, 1, 2) / per + low + 0.5 / per
    index = np.concatenate([((part - places) ** 2).sum(-1).argmin(1) for part in np.array_split(spot, 40)])
    gap = np.abs(spot[:, 0] - places[index])
    if topology == "hexagonal":
        outside = (gap[:, 0] > 0.48) | (gap[:, 0] * 0.5 + gap[:, 1] * som.ROW > 0.48)
    else:
        outside = gap.max(1) > 0.48
    index[outside] = len(places)
    return index.reshape(size[1], size[0]), ((low[0], low[0] + size[0] / per), (low[1], low[1] + size[1] / per))


def _overlay(frame: SomFrame, cloud: Points, places: np.ndarray) -> list[Trace]:
    """On each cell the sign of its commonest label, larger with more samples."""
    assert cloud.labels is not None
    labels = cloud.labels[frame.measured]
    count = np.stack([np.bincount(frame.bmu[labels == k], minlength=len(places)) for k in range(len(cloud.label_names))])
    top, total = count.argmax(0), count.sum(0)
    traces = []
    for k in range(len(cloud.label_names)):
        mine = (top == k) & (total > 0)
        colour, _, outline = points.kind(k)
        radius = np.minimum(0.10 + 0.055 * np.sqrt(total[mine]), 0.36)
        traces.append(points.blobs(places[mine], outline * radius[:, None, None], colour=colour, line="@surface"))
    return traces


def _names(frame: SomFrame, cloud: Points, places: np.ndarray) -> Trace:
    """Names of the samples on the cells that won them, one below the other where a cell won several."""
    by_unit: dict[int, list[str]] = {}
    for sample, unit in zip(frame.measured, frame.bmu, strict=True):
        by_unit.setdefault(int(unit), []).append(escaped(cloud.names[sample]))
    at = places[list(by_unit)]
    left, right = places[:, 0].min() + 1, places[:, 0].max() - 1
    sides = ["middle right" if x < left else "middle left" if x > right else "middle center" for x in at[:, 0]]
    return {
        "type": "scatter",
        "mode": "text",
        "x": at[:, 0],
        "y": at[:, 1],
        "text": ["<br>".join(names[:3]) for names in by_unit.values()],
        "textposition": sides,
        "textfont": {"size": 11, "color": "@ink"},
        "hoverinfo": "skip",
    }


def _targets(frame: SomFrame, cloud: Points, params: Params, places: np.ndarray, hits: np.ndarray, words: Words) -> Trace:
    """What a cell says when it is pointed at: where it is, what it won, its weights."""
    shown = list(range(min(6, len(cloud.columns)))) if cloud.kind != "images" else []
    weights = frame.units.reshape(len(places), -1)[:, shown]
    decimals = [_decimals(cloud, j) for j in shown]
    rounded = [np.round(weights[:, k].astype(float), digits) for k, digits in enumerate(decimals)]
    columns = [*_rc(params).T, hits, np.round(frame.u_matrix.ravel().astype(float), 3), *rounded]
    lines = [_unit_template(words), words("unit_hits") + " %{customdata[2]} · U = %{customdata[3]:.2f}"]
    lines += [f"{_called(cloud.columns[j], words)} %{{customdata[{k + 4}]:.{decimals[k]}f}}" for k, j in enumerate(shown)]
    return points.targets(
        places, "unit", ring=20, template="<br>".join(lines), customdata=np.stack(columns, axis=1), meta={"click": "unit"}
    )


# ---- curves, caption


def _courses(params: Params, words: Words) -> list[Panel]:
    if params.unfold:
        columns = ["folded", "sigma_start", "error"]
    else:
        columns = ["error", "sigma", "alpha"] if params.mode == "online" else ["error", "sigma", "topographic"]
    axis = {"nticks": 3, "showgrid": False, "ticklabelposition": "outside right"}
    return [
        Panel(curves.course(column), words("curve_" + column), x=axis, y={"nticks": 3}, series=[column]) for column in columns
    ]


def _phase(frame: SomFrame, params: Params, words: Words) -> str:
    if params.unfold:
        return words("phase_trial", sigma=number(frame.sigma_start, 2))
    if frame.step == 0 and not frame.part:
        return words("phase_start")
    whole = "phase_step" if params.mode == "online" else "phase_pass"
    return words(f"phase_{frame.part}" if frame.part else whole, step=f"{frame.step}")


def _said(frame: SomFrame, params: Params, cloud: Points, words: Words, placed: "_Placed | None") -> tuple[str, str]:
    facts = {
        "step": frame.step,
        "unit": f"({frame.winner[0]}, {frame.winner[1]})",
        "sample": _name(cloud, frame.sample, words),
        "error": number(frame.error, 3),
        "topographic": number(100 * frame.topographic, 1),
        "folded": frame.folded,
        "sigma": number(frame.sigma_start, 2),
        "rows": params.rows,
        "cols": params.cols,
        "samples": len(frame.measured),
        "radius": number(frame.sigma, 2),
    }
    if params.unfold:
        key = ("trial_pca" if frame.start != params.start else "trial") + ("_folded" if frame.folded else "_flat")
    elif not frame.part and frame.step == 0:
        key = "start_" + params.start
    elif params.mode == "batch":
        key = "batch_match" if frame.part == "match" else "batch"
    else:
        key = {"draw": "draw", "match": "match"}.get(frame.part, "pull")
    said = words(key, **facts)
    if placed is not None:
        where = {"unit": placed.at, "label": placed.label, "votes": placed.votes, "of": placed.of}
        said = sentences(said, words("placed_label" if placed.label else "placed", **where))
    elif frame.folded and not params.unfold and len(cloud.columns) == 2 and frame.step:
        said = sentences(said, words("folded", **facts))
    return said, sentences(said, words("alt" if len(cloud.columns) == 2 else "alt_plane", **facts))


def _name(cloud: Points, sample: int, words: Words) -> str:
    """How a sample is called in a sentence."""
    if sample < 0:
        return ""
    parts = [cloud.names[sample]] if cloud.names else []
    parts += [cloud.label_names[cloud.labels[sample]]] if cloud.labels is not None else []
    return f"{sample + 1}" + (f" ({', '.join(parts)})" if parts else "")


def _formula(frame: SomFrame, params: Params, column: str) -> str:
    if params.unfold or (frame.step == 0 and not frame.part) or frame.part == "draw":
        return ""
    return (ONLINE if params.mode == "online" else BATCH) + f' <span class="th-of">{column}</span>'


def _values(frame: SomFrame, cloud: Points, column: int) -> Mapping[str, tuple[Any, int]]:
    """The numbers of the update in one column, for every unit; the formula shows those of the unit that is pointed at."""
    digits = min(_decimals(cloud, column) + 2, 6)
    before, theta = frame.before[..., column].ravel().astype(float), frame.theta.ravel().astype(float)
    after = frame.units[..., column].ravel().astype(float)
    if frame.sample < 0:
        weight = theta * len(cloud.X)
        return {"sum": _printed(weight * after, digits), "weight": _printed(weight, 3), "after": _printed(after, digits)}
    sample = float(cloud.X[frame.sample, column])
    if frame.part == "match":
        after = before + theta * frame.alpha * (sample - before)
    return {
        "before": _printed(before, digits),
        "theta": _printed(theta, 4),
        "alpha": (round(frame.alpha, 4), 4),
        "sample": (round(sample, digits), digits),
        "after": _printed(after, digits),
    }


def _printed(values: np.ndarray, digits: int) -> tuple[list[float], int]:
    return np.round(values, digits).tolist(), digits


def _formula_column(frame: SomFrame, cloud: Points, options: Options) -> int:
    """The column the formula shows: one that is looked at, else the first; of colours and pictures the one pulled most."""
    looked_at = next((cloud.columns.index(name) for name in (options.plane, options.across) if name in cloud.columns), 0)
    if cloud.kind == "table" or looked_at or frame.sample < 0:
        return looked_at
    row, col = frame.winner
    return int(np.abs(cloud.X[frame.sample] - frame.before[max(row, 0), max(col, 0)]).argmax())


def _metrics(frame: SomFrame, words: Words) -> list[tuple[str, str]]:
    return [
        (words("error"), number(frame.error, 3)),
        (words("topographic"), number(frame.topographic, 3)),
        (words("sigma"), number(frame.sigma, 2)),
    ]


# ---- placing a sample, and small things


class _Placed:
    """A new sample on the trained map: its unit, and the label of its neighbourhood."""

    def __init__(self, x: np.ndarray, unit: int, cols: int, label: str, votes: int, of: int) -> None:
        self.x, self.unit, self.label, self.votes, self.of = x, unit, label, votes, of
        self.at = f"({unit // cols}, {unit % cols})"


def _placed(frame: SomFrame, params: Params, cloud: Points, sample: Points) -> _Placed:
    _, scale, _ = _directions(cloud, params.scaling)
    unit = som.place(frame.units.astype(float), sample.X[0], scale)
    if cloud.labels is None:
        return _Placed(sample.X[0], unit, params.cols, "", 0, 0)
    label, votes, of = som.neighbourhood_label(
        frame.bmu, cloud.labels[frame.measured], unit, _near(params.rows, params.cols, params.topology, params.torus)
    )
    return _Placed(sample.X[0], unit, params.cols, cloud.label_names[label] if label >= 0 else "", votes, of)


@lru_cache(maxsize=8)
def _near(rows: int, cols: int, topology: som.Topology, torus: bool) -> np.ndarray:
    around = som.period(Params(rows=rows, cols=cols, topology=topology)) if torus else None
    return som.neighbours(som.offsets(som.places(rows, cols, topology), around), topology)


@lru_cache(maxsize=8)
def _lattice(rows: int, cols: int, topology: som.Topology) -> np.ndarray:
    near = np.triu(_near(rows, cols, topology, False))
    a, b = np.nonzero(near)
    if topology == "rectangular":  # the lattice itself has no diagonals
        straight = np.abs(a // cols - b // cols) + np.abs(a % cols - b % cols) == 1
        a, b = a[straight], b[straight]
    return np.stack([a, b], axis=1)


def _edges(params: Params) -> np.ndarray:
    return _lattice(params.rows, params.cols, params.topology)


def _called(column: str, words: Words) -> str:
    return escaped(column_name(column, words))


def _column_name(cloud: Points, column: int, words: Words) -> str:
    if cloud.kind == "images":
        return words("pixel", row=column // cloud.shape[1], col=column % cloud.shape[1])
    return _called(cloud.columns[column], words)


def _unit_template(words: Words) -> str:
    return words("unit_word") + " (%{customdata[0]}, %{customdata[1]})"


def _rc(params: Params) -> np.ndarray:
    return np.stack(np.divmod(np.arange(params.rows * params.cols), params.cols), axis=1)


def _bytes(rows: np.ndarray) -> np.ndarray:
    return np.clip(np.round(rows[:, :3]), 0, 255).astype(np.uint8)


def _decimals(cloud: Points, column: int) -> int:
    span = float(np.ptp(cloud.X[:, column])) or 1.0
    return int(np.clip(3 - np.ceil(np.log10(span)), 0, 6))
