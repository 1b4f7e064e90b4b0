"""The map of word2vec: every word a dot, names where there is room, and the arrows of an analogy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charts import curves, points
from charts.panels import Panel, Trace, blank, note
from views.language.word2vec_scene import Scene

SIDES = {"right": "middle right", "left": "middle left", "over": "middle center", "under": "middle center"}  # of a name's dot
BESIDE = ("right", "left")
LIFT = 14  # pixels from a dot up to the middle of its name
WIDE_PIXELS, NARROW_PIXELS = (600, 415), (330, 400)  # of the map

Way = tuple[np.ndarray, np.ndarray]  # a line: its tail and its head, [2] each


def plane(scene: Scene) -> Panel:
    """Every word a dot; the word asked for in the lamp's colour, its neighbours joined to it."""
    rows, place = range(len(scene.ids)), scene.places
    focus, near = scene.row(scene.focus), [scene.row(int(word)) for word in scene.near]
    lit = {focus, *near}
    asks = scene.stage > 0
    colours = ["@accent" if k == focus else "@c1" if k in lit and not asks else "@ink3" for k in rows]
    sizes = [10 if k == focus else 7 if k in lit and not asks else 4.5 for k in rows]
    traces: list[Trace] = []
    if scene.look.options.tails:
        traces.append(_tails(scene, sorted(lit)))
    if not asks:
        links = np.array([[focus, k] for k in near])
        traces.append(points.mesh(place, links, colour="@c1", width=1.1, opacity=0.6))
    dots = points.cloud(np.round(place, 3), colour=colours, opacity=0.85)
    dots["marker"] |= {"size": sizes, "line": {"width": 0}}
    traces.append(
        dots
        | {
            "customdata": [_told(scene, int(word)) for word in scene.ids],
            "hovertemplate": "%{customdata}<extra></extra>",
            "meta": {"link": "word", "click": "word", "ring": 14},
        }
    )
    names, notes = _names(scene, focus, near, asks)
    traces.append(names)
    if asks:
        traces += _arrows(scene)
    x, y = 1.06 * np.maximum(scene.reach.astype(float), 1e-6)
    return Panel(traces, scene.look.say("plane"), notes=notes, x=blank(range=[-x, 1.16 * x]), y=blank(range=[-y, y]))


def _told(scene: Scene, word: int) -> str:
    counts = scene.look.frame.counts
    count = f" · {counts[word]}×" if len(counts) else ""
    return f"<b>{scene.said(word)}</b>{count}<br>{scene.look.say('hover_word')}"


def _tails(scene: Scene, rows: list[int]) -> Trace:
    """Where the named words were in the epochs before."""
    if not scene.earlier:
        return points.mesh(scene.places, np.zeros((0, 2), int))
    track = np.stack([*scene.earlier, scene.places])  # [t, m, 2]
    m = track.shape[1]
    paths = np.array([[t * m + k for t in range(len(track))] for k in range(m)])
    return points.mesh(np.round(track.reshape(-1, 2), 3), paths, colour="@ghost", width=0.9, opacity=0.8)


def _names(scene: Scene, focus: int, near: list[int], asks: bool) -> tuple[Trace, list[dict[str, Any]]]:
    """Names where there is room, of what is asked about first; and those that only a wide picture has room for."""
    first = [focus, *near]
    if asks and scene.question:
        first = [scene.row(word) for word in scene.question] + [scene.row(int(word)) for word in scene.answers[:3]]
    order, most = list(dict.fromkeys([*first, *_telling(scene)])), len(first) + scene.look.options.names
    must = set(order[: len(first) if asks else 1])
    lines = _segments(scene) if asks else [(scene.places[focus], scene.places[k]) for k in near]
    lit = set(first)
    shown = _room(scene, {}, must, lit, order, most, NARROW_PIXELS, lines)
    rows = list(shown)
    at = np.array([_name_place(scene, k, side) for k, side in shown.items()]).reshape(-1, 2)
    names: Trace = {
        "type": "scatter",
        "mode": "text",
        "x": np.round(at[:, 0], 3),
        "y": np.round(at[:, 1], 3),
        "text": [_name(scene, k, side, lit) for k, side in shown.items()],
        "textposition": [SIDES[side] for side in shown.values()],
        "textfont": {
            "size": [13 if k in lit else 11 for k in rows],
            "color": ["@accent" if k == focus and not asks else "@ink" if k in lit else "@ink2" for k in rows],
        },
        "hoverinfo": "none",
        "meta": {"link": "word", "index": rows, "click": "word", "ring": 14, "silent": True},
        "cliponaxis": False,
    }
    wide = _room(scene, shown, set(), set(), order, most, WIDE_PIXELS, lines)
    return names, [_extra(scene, k, side, lit) for k, side in wide.items() if k not in shown]


def _name(scene: Scene, k: int, side: str, lit: set[int]) -> str:
    word = scene.said(int(scene.ids[k]))
    word = f"<b>{word}</b>" if k in lit else word
    return {"right": "\u2002" + word, "left": word + "\u2002"}.get(side, word)


def _name_place(scene: Scene, k: int, side: str) -> np.ndarray:
    """Where a name is anchored: at its dot, or over or under it."""
    lift = {"over": 1, "under": -1}.get(side, 0) * LIFT * float(scene.reach[1]) * 2.2 / NARROW_PIXELS[1]
    return np.asarray(scene.places[k] + np.array([0, lift]))


def _extra(scene: Scene, k: int, side: str, lit: set[int]) -> dict[str, Any]:
    """A name for which a phone has no room."""
    x, y = (round(float(value), 3) for value in scene.places[k])
    look = {"size": 13 if k in lit else 11, "color": "@ink" if k in lit else "@ink2"}
    anchor = "left" if side == "right" else "right"
    return note(_name(scene, k, side, lit), name="wide", x=x, y=y, xanchor=anchor, yanchor="middle", borderpad=0, font=look)


def _telling(scene: Scene) -> list[int]:
    """Rows of the map: frequent words first, but those that stand everywhere ("the") last."""
    counts = scene.look.frame.counts
    if not len(counts):
        return list(range(len(scene.ids)))
    share = counts / counts.sum()
    everywhere = share > max(8 / len(share), 0.004)
    return sorted(range(len(scene.ids)), key=lambda k: (bool(everywhere[scene.ids[k]]), int(scene.ids[k])))


def _room(
    scene: Scene,
    there: Mapping[int, str],
    must: set[int],
    lit: set[int],
    order: list[int],
    most: int,
    pixels: tuple[int, int],
    lines: Sequence[Way],
) -> dict[int, str]:
    """The rows whose names fit into a map of so many pixels, on no other name and on no line, and on which side of their dot.

    Those that are there anyway come first, then the others in order; what is lit may stand over or under its dot, too.
    """
    unit = scene.reach * 2.2 / np.array(pixels)  # of a pixel
    along = np.concatenate([tail + (head - tail) * np.linspace(0, 1, 80)[:, None] for tail, head in lines] or [np.zeros((0, 2))])
    taken: list[tuple[float, float, float, float]] = []
    shown: dict[int, str] = {}
    for k in [*there, *order]:
        if len(shown) >= most:
            break
        if k in shown:
            continue
        boxes = {side: _box(scene, k, side, unit) for side in ([there[k]] if k in there else SIDES if k in lit else BESIDE)}
        fits = [side for side, box in boxes.items() if not any(_meet(box, other) for other in taken) and not _crossed(box, along)]
        if not fits and k in must:
            fits = [side for side, box in boxes.items() if not _crossed(box, along)] or ["right"]
        side = there.get(k) or (fits[0] if fits else "")
        if side:
            taken.append(boxes[side])
            shown[k] = side
    return shown


def _box(scene: Scene, k: int, side: str, unit: np.ndarray) -> tuple[float, float, float, float]:
    """Left, right, low and high end of a name on one side of its dot."""
    x, y = (float(value) for value in _name_place(scene, k, side))
    width, half = _width(scene, k) * float(unit[0]), 6.5 * float(unit[1])
    left = {"right": x, "left": x - width}.get(side, x - width / 2)
    return left, left + width, y - half, y + half


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def _crossed(box: tuple[float, float, float, float], along: np.ndarray) -> bool:
    """Whether a line, given as many of its points, runs through a name. Where it begins at the name's own dot it may."""
    left, right, low, high = box
    inside = (along[:, 0] > left) & (along[:, 0] < right) & (along[:, 1] > low) & (along[:, 1] < high)
    return bool(inside.any())


def _width(scene: Scene, k: int) -> float:
    """Of a name with its dot, in pixels."""
    return 10 + sum(12 if ord(sign) > 0x2E80 else 6.6 for sign in scene.words[scene.ids[k]])


def _segments(scene: Scene) -> list[Way]:
    """The arrows of an analogy: from a to b, and the same step from c."""
    assert scene.question is not None
    a, b, c = (scene.places[scene.row(word)] for word in scene.question)
    return [(a, b), (c, c + b - a)]


def _arrows(scene: Scene) -> list[Trace]:
    """From a to b, and the same step from c: as far as the run has come."""
    segments = _segments(scene)
    (a, b), (c, _) = segments
    traces = [points.cloud(np.array([a, c] if scene.stage < 3 else [a, b, c]), colour="@c1", size=9, opacity=1, hoverinfo="skip")]
    for step, (tail, head), colour in zip((2, 3), segments, ("@c1", "@accent"), strict=True):
        if scene.stage >= step:
            ends = np.array([tail, head])
            arrow = {"size": 10, "symbol": ["circle", "arrow"], "angleref": "previous", "color": colour}
            traces.append(curves.line(ends[:, 0], ends[:, 1], colour=colour, width=2.2, mode="lines+markers", marker=arrow))
    if scene.stage == 4:
        best = scene.places[scene.row(int(scene.answers[0]))]
        traces.append(points.cloud(best[None], colour="@accent", symbol="circle-open", size=16, opacity=1, hoverinfo="skip"))
    return traces
