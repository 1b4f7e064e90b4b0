"""word2vec: the words on a map that drift together, who is near whom, and the machinery that makes it cheap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic import Field

import engine.params
from charts import curves, points
from charts.formula import formula
from charts.numbers import count, number
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from charts.words import ticks
from engine.data import Text
from engine.language import vectors, vocabularies
from engine.language.mechanisms import NoiseFrame, PairFrame, TreeFrame, Word2vecFrame
from engine.language.word2vec import SHOWN, CutsFrame, GloveFrame, MapFrame, Params
from views import Words
from views.language import mechanisms

COSINE = formula(
    r"\cos({name}!,\ {near}!) = \frac{v_1 \cdot v_2}{|v_1|\,|v_2|} = \frac{{dot}!}{{long}! \cdot {length}!} = {cos}!!"
)
ANALOGY = formula(r"{b}! - {a}! + {c}! \approx {best}!! \qquad \cos = {cos}!")

ROWS = 10  # neighbours listed
TAILS = 3  # epochs that a word's trace goes back
AROUND = 22  # neighbours of every word of an analogy that the map of GloVe holds
SIDES = {"right": "middle right", "left": "middle left", "over": "middle center", "under": "middle center"}  # of a name's dot
BESIDE = ("right", "left")
LIFT = 14  # pixels from a dot up to the middle of its name
WIDE_PIXELS, NARROW_PIXELS = (600, 415), (330, 400)  # of the map
LINE_PIXELS = 16  # of a line of a sentence, 12 px type
HEAT = 9  # words of the cosine table
ANALOGIES = ("man king woman", "男人 国王 女人")

WIDE: list[Box] = [(0, 0.66, 0, 1), (0.775, 1, 0.44, 1), (0.735, 1, 0.03, 0.24)]
NARROW: list[Box] = [(0, 1, 0.50, 1), (0.24, 1, 0.18, 0.44), (0.06, 1, 0, 0.09)]
WIDE_GLOVE: list[Box] = [(0, 0.66, 0, 1), (0.775, 1, 0.05, 1)]
NARROW_GLOVE: list[Box] = [(0, 1, 0.44, 1), (0.24, 1, 0, 0.37)]


class Options(engine.params.Options):
    near: str = ""  # the word whose neighbours are shown; "" one that the page chooses
    side: Literal["neighbours", "analogy", "cosine", "difference"] = "neighbours"
    analogy: str = Field("", json_schema_extra={"when": {"side": ["analogy"]}})  # a b c: what is to c as b is to a?
    listed: str = Field("", json_schema_extra={"when": {"side": ["cosine"]}})  # words of the cosine table
    versus: str = Field("", json_schema_extra={"when": {"side": ["difference"]}})  # v in u − v
    names: int = Field(70, ge=0, le=150, multiple_of=10)
    tails: bool = True


@dataclass(frozen=True)
class _Scene:
    """What the parts of one picture of a map look at. Things on it are numbered by their row in `ids`."""

    frame: MapFrame | GloveFrame
    options: Options
    words: Words
    ids: np.ndarray  # int [m] the words drawn
    places: np.ndarray  # [m, 2]
    earlier: list[np.ndarray]  # their places in epochs before
    reach: np.ndarray  # [2]
    focus: int  # the word asked for, a row of the vectors
    near: np.ndarray  # int [k] its neighbours, nearest first
    cosines: np.ndarray  # [k]
    question: tuple[int, int, int] | None  # the analogy's words
    answers: np.ndarray  # int [k]
    likeness: np.ndarray  # [k]
    trouble: str  # what was typed and is not there

    def said(self, word: int) -> str:
        return escaped(self.frame.words[word])

    def row(self, word: int) -> int:
        """The row of a word on the map, or −1."""
        found = np.flatnonzero(self.ids == word)
        return int(found[0]) if len(found) else -1


def clicked(frame: Word2vecFrame, index: int, name: str, options: Options) -> dict[str, str]:
    """The settings that a click means."""
    if name == "word" and isinstance(frame, (MapFrame, GloveFrame)):
        ids = _ids(frame, options, *_asked(frame, options))
        return {"near": frame.words[ids[index]]} if index < len(ids) else {}
    if name == "leaf" and isinstance(frame, TreeFrame) and index < len(frame.words):
        return {"other": frame.words[index]}
    if name == "token" and isinstance(frame, PairFrame) and index < len(frame.sentence):
        return {"word": frame.words[frame.sentence[index]], "other": ""}
    if name == "noise" and isinstance(frame, NoiseFrame):
        return {}
    if name == "listed" and isinstance(frame, CutsFrame):
        row, rank = divmod(index, 100)
        return {"word": frame.near[row][rank]} if row < len(frame.near) and rank < len(frame.near[row]) else {}
    return {}


def draw(
    frames: Sequence[Word2vecFrame], i: int, params: Params, data: tuple[Text, ...], options: Options, words: Words
) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if isinstance(frame, TreeFrame):
        return mechanisms.tree(frame, words)
    if isinstance(frame, PairFrame):
        return mechanisms.pair(frame, params.direction, words)
    if isinstance(frame, NoiseFrame):
        return mechanisms.noise(frame, params.exponent, words)
    if isinstance(frame, CutsFrame):
        return _cuts(frame, words)
    assert isinstance(frame, (MapFrame, GloveFrame))
    before = [one for one in frames[max(0, i - TAILS) : i] if isinstance(one, MapFrame)]
    return _map(_scene(frame, before, options, words), params)


# ---- what a map is made from


def _asked(frame: MapFrame | GloveFrame, options: Options) -> tuple[int, tuple[int, int, int] | None, str]:
    """The word asked for, the words of the analogy, and what was typed that is not there."""
    number, trouble = _numbers(frame.words), ""
    focus = number.get(options.near.strip().lower(), -1)
    if focus < 0:
        trouble = options.near.strip()
        like = vectors.closest(trouble, frame.words[:5000]) if trouble else ""
        focus = number[like or vocabularies.opening(frame.words)]
    typed = options.analogy.split()
    for asked in [typed] if typed else [words.split() for words in ANALOGIES]:
        found = [number.get(word.lower(), -1) for word in asked]
        if len(found) == 3 and -1 not in found and len(set(found)) == 3:
            return focus, (found[0], found[1], found[2]), trouble
    if typed and options.side == "analogy":
        trouble = next((word for word in typed if word.lower() not in number), options.analogy)
    return focus, None, trouble


@lru_cache(maxsize=8)
def _numbers(words: tuple[str, ...]) -> dict[str, int]:
    return {word: i for i, word in enumerate(words)}


def _ids(
    frame: MapFrame | GloveFrame, options: Options, focus: int, question: tuple[int, int, int] | None, _: str = ""
) -> np.ndarray:
    """The words drawn: of a text's the most frequent; of GloVe's those around the words asked for."""
    E, asked = frame.vectors, [focus, *(question or ())]
    if isinstance(frame, MapFrame):
        few = np.arange(min(len(frame.words), SHOWN))
        extra = [*asked, *vectors.neighbours(E, focus, ROWS)[0]]
        if question and options.side == "analogy":
            extra += list(vectors.analogy(E, *question, ROWS)[0])
        return np.array([*few, *dict.fromkeys(word for word in extra if word >= len(few))], int)
    around = [word for one in asked for word in (one, *vectors.neighbours(E, one, AROUND)[0])]
    if question:
        around += list(vectors.analogy(E, *question, ROWS)[0])
    return np.array(list(dict.fromkeys(around)), int)


def _scene(frame: MapFrame | GloveFrame, before: Sequence[MapFrame], options: Options, words: Words) -> _Scene:
    focus, question, trouble = _asked(frame, options)
    ids, E = _ids(frame, options, focus, question), frame.vectors
    near, cosines = vectors.neighbours(E, focus, ROWS)
    answers, likeness = vectors.analogy(E, *question, ROWS) if question else (np.zeros(0, int), np.zeros(0))
    if isinstance(frame, MapFrame):
        places, reach = frame.places[ids].astype(float), frame.reach
    else:
        U = vectors.unit(E[ids])
        places = (U - U.mean(0)) @ vectors.basis(E[ids])
        reach = np.abs(places).max(0)
    earlier = [one.places[ids].astype(float) for one in before]
    return _Scene(frame, options, words, ids, places, earlier, reach, focus, near, cosines, question, answers, likeness, trouble)


def _map(scene: _Scene, params: Params) -> Picture:
    frame, words = scene.frame, scene.words
    learned = isinstance(frame, MapFrame)
    across = "step" if params.close_up < 0 else "learned"  # within an epoch there is more than one picture a step
    panels = [_plane(scene), _side(scene)]
    if learned:
        course, axis = curves.course("loss", across=across), {"nticks": 4, "showgrid": False}
        panels.append(Panel(course, words("curve_loss"), x=axis, y={"nticks": 3}, series=["loss"], zero=False))
    said = _said(scene)
    mathml, values = _formula(scene)
    best = scene.near[0]
    return Picture(
        **compose(panels, WIDE if learned else WIDE_GLOVE, NARROW if learned else NARROW_GLOVE, height=900 if learned else 760),
        phase=_phase(scene),
        said=said,
        alt=f"{said} {words('alt_map', word=scene.frame.words[scene.focus], near=_list(scene, scene.near[:5]))}",
        numbers=numbers(scene),
        formula=mathml,
        values=values,
        of="word",
        at=scene.row(int(best)),
        metrics=_metrics(scene),
        hold=5.0 if not learned else 3.0 if frame.step < 5 else 2.0,
    )


def numbers(scene: _Scene) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    frame = scene.frame
    row: dict[str, float | int | str | None] = {
        "step": frame.step,
        "part": frame.part,
        "word": frame.words[scene.focus],
        "nearest": frame.words[scene.near[0]],
        "cosine": round(float(scene.cosines[0]), 6),
    }
    if isinstance(frame, MapFrame):
        row |= {"loss": frame.loss if np.isfinite(frame.loss) else None, "learned": frame.learned, "spread": frame.spread}
    return row


# ---- the map


def _asks(scene: _Scene) -> bool:
    """Whether the picture is about an analogy."""
    frame = scene.frame
    return scene.question is not None and (
        frame.part not in ("", "words", "batch") or (scene.options.side == "analogy" and isinstance(frame, MapFrame))
    )


def _plane(scene: _Scene) -> Panel:
    """Every word a dot; the word asked for in the lamp's colour, its neighbours joined to it."""
    frame, rows = scene.frame, range(len(scene.ids))
    place = scene.places
    focus, near = scene.row(scene.focus), [scene.row(int(word)) for word in scene.near]
    lit = {focus, *near}
    asks = _asks(scene)
    colours = ["@accent" if k == focus else "@c1" if k in lit and not asks else "@ink3" for k in rows]
    sizes = [10 if k == focus else 7 if k in lit and not asks else 4.5 for k in rows]
    traces: list[Trace] = []
    if scene.options.tails:
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
    title = scene.words("map" if isinstance(frame, MapFrame) else "map_glove")
    return Panel(traces, title, notes=notes, x=blank(range=[-x, 1.16 * x]), y=blank(range=[-y, y]))


def _told(scene: _Scene, word: int) -> str:
    count = f" · {scene.frame.counts[word]}×" if len(scene.frame.counts) else ""
    return f"<b>{scene.said(word)}</b>{count}<br>{scene.words('hover_word')}"


def _tails(scene: _Scene, rows: list[int]) -> Trace:
    """Where the named words were in the epochs before."""
    if not scene.earlier:
        return points.mesh(scene.places, np.zeros((0, 2), int))
    track = np.stack([*scene.earlier, scene.places])  # [t, m, 2]
    m = track.shape[1]
    paths = np.array([[t * m + k for t in range(len(track))] for k in range(m)])
    return points.mesh(np.round(track.reshape(-1, 2), 3), paths, colour="@ghost", width=0.9, opacity=0.8)


def _names(scene: _Scene, focus: int, near: list[int], asks: bool) -> tuple[Trace, list[dict[str, Any]]]:
    """Names where there is room, of what is asked about first; and those that only a wide picture has room for."""
    first = [focus, *near]
    if asks and scene.question:
        first = [scene.row(word) for word in scene.question] + [scene.row(int(word)) for word in scene.answers[:3]]
    order, most = list(dict.fromkeys([*first, *_telling(scene)])), len(first) + scene.options.names
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


def _name(scene: _Scene, k: int, side: str, lit: set[int]) -> str:
    word = scene.said(int(scene.ids[k]))
    word = f"<b>{word}</b>" if k in lit else word
    return {"right": "\u2002" + word, "left": word + "\u2002"}.get(side, word)


def _name_place(scene: _Scene, k: int, side: str) -> np.ndarray:
    """Where a name is anchored: at its dot, or over or under it."""
    lift = {"over": 1, "under": -1}.get(side, 0) * LIFT * float(scene.reach[1]) * 2.2 / NARROW_PIXELS[1]
    return np.asarray(scene.places[k] + np.array([0, lift]))


def _extra(scene: _Scene, k: int, side: str, lit: set[int]) -> dict[str, Any]:
    """A name for which a phone has no room."""
    x, y = (round(float(value), 3) for value in scene.places[k])
    look = {"size": 13 if k in lit else 11, "color": "@ink" if k in lit else "@ink2"}
    anchor = "left" if side == "right" else "right"
    return note(_name(scene, k, side, lit), name="wide", x=x, y=y, xanchor=anchor, yanchor="middle", borderpad=0, font=look)


def _telling(scene: _Scene) -> list[int]:
    """Rows of the map: frequent words first, but those that stand everywhere ("the") last."""
    frame = scene.frame
    if not len(frame.counts):
        return list(range(len(scene.ids)))
    share = frame.counts / frame.counts.sum()
    everywhere = share > max(8 / len(share), 0.004)
    return sorted(range(len(scene.ids)), key=lambda k: (bool(everywhere[scene.ids[k]]), int(scene.ids[k])))


def _room(
    scene: _Scene,
    there: Mapping[int, str],
    must: set[int],
    lit: set[int],
    order: list[int],
    most: int,
    pixels: tuple[int, int],
    lines: Sequence[tuple[np.ndarray, np.ndarray]],
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


def _box(scene: _Scene, k: int, side: str, unit: np.ndarray) -> tuple[float, float, float, float]:
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


def _width(scene: _Scene, k: int) -> float:
    """Of a name with its dot, in pixels."""
    return 10 + sum(12 if ord(sign) > 0x2E80 else 6.6 for sign in scene.frame.words[scene.ids[k]])


def _segments(scene: _Scene) -> list[tuple[np.ndarray, np.ndarray]]:
    """The arrows of an analogy: from a to b, and the same step from c."""
    assert scene.question is not None
    a, b, c = (scene.places[scene.row(word)] for word in scene.question)
    return [(a, b), (c, c + b - a)]


def _arrows(scene: _Scene) -> list[Trace]:
    """From a to b, and the same step from c: as far as the run has come."""
    order = ("from", "difference", "added", "nearest")
    stage = order.index(scene.frame.part) if scene.frame.part in order else 3
    segments = _segments(scene)
    (a, b), (c, _) = segments
    traces = [points.cloud(np.array([a, c] if stage < 2 else [a, b, c]), colour="@c1", size=9, opacity=1, hoverinfo="skip")]
    for step, (tail, head), colour in zip((1, 2), segments, ("@c1", "@accent"), strict=True):
        if stage >= step:
            ends = np.array([tail, head])
            arrow = {"size": 10, "symbol": ["circle", "arrow"], "angleref": "previous", "color": colour}
            traces.append(curves.line(ends[:, 0], ends[:, 1], colour=colour, width=2.2, mode="lines+markers", marker=arrow))
    if stage == 3:
        best = scene.places[scene.row(int(scene.answers[0]))]
        traces.append(points.cloud(best[None], colour="@accent", symbol="circle-open", size=16, opacity=1, hoverinfo="skip"))
    return traces


# ---- beside the map


def _side(scene: _Scene) -> Panel:
    side, part = scene.options.side, scene.frame.part
    if part == "nearest" or (side == "analogy" and isinstance(scene.frame, MapFrame)):
        return _answers(scene)
    if side == "cosine" and part in ("", "words", "batch"):
        return _heat(scene)
    if side == "difference" and part in ("", "words", "batch"):
        return _difference(scene)
    return _bars(scene, scene.near, scene.cosines, scene.words("near", word=scene.frame.words[scene.focus]))


def _answers(scene: _Scene) -> Panel:
    if scene.question is None:
        told = note(scene.words("three_words"), x=0.5, y=0.5)
        return Panel([], scene.words("analogy"), notes=[told], x=blank(range=[0, 1]), y=blank(range=[0, 1]))
    a, b, c = (scene.frame.words[word] for word in scene.question)
    asked = np.array(scene.question)
    E = scene.frame.vectors
    end = vectors.unit(vectors.analogy_point(E, *scene.question)[None])[0]
    ids, cosines = np.append(scene.answers, asked), np.append(scene.likeness, vectors.unit(E[asked]) @ end)
    best = np.argsort(-cosines, kind="stable")[:ROWS]
    return _bars(scene, ids[best], cosines[best], scene.words("answers", a=a, b=b, c=c), left_out=set(scene.question))


def _bars(
    scene: _Scene, ids: np.ndarray, cosines: np.ndarray, title: str, left_out: frozenset[int] | set[int] = frozenset()
) -> Panel:
    """Words by their cosine, the nearest on top; each can be clicked. Those `left_out` are no answers: hollow."""
    rank = np.arange(len(ids))
    out = [int(word) in left_out for word in ids]
    first = out.index(False) if scene.frame.part == "nearest" and False in out else -1
    rows = [scene.row(int(word)) for word in ids]
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(cosines.astype(float), 3),
        "y": rank,
        "width": 0.62,
        "text": [
            f"{scene.words('left_out')} {number(float(value), 3)}" if hollow else number(float(value), 3)
            for value, hollow in zip(cosines, out, strict=True)
        ],
        "textposition": ["inside" if hollow else "outside" for hollow in out],
        "insidetextanchor": "end",
        "constraintext": "none",
        "textfont": {"size": 11, "color": "@ink2"},
        "marker": {
            "color": ["@surface" if hollow else "@accent" if k == first else "@c1" for k, hollow in enumerate(out)],
            "line": {"color": ["@ink3" if hollow else "rgba(0,0,0,0)" for hollow in out], "width": 1.2},
        },
        "customdata": [scene.said(int(word)) for word in ids],
        "hovertemplate": "%{customdata}: %{x:.3f}<extra></extra>",
        "meta": {"link": "word", "index": rows, "click": "word", "ring": 12},
        "cliponaxis": False,
    }
    ticks = {
        "tickvals": rank,
        "ticktext": [_cut(scene.said(int(word)), 14) for word in ids],
        "tickfont": {"size": 12, "color": "@ink"},
    }
    low = min(0.0, float(cosines.min(initial=0)) - 0.05)
    return Panel([bars], title, x={"range": [low, 1.12], "tickvals": [0, 0.5, 1]},
                 y={"range": [ROWS - 0.4, -0.6], "showgrid": False, **ticks})  # fmt: skip


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most or "&" in text else text[: most - 1] + "…"


def _heat(scene: _Scene) -> Panel:
    """Cosines between all of a few words."""
    number_of = _numbers(scene.frame.words)
    typed = [number_of[word] for word in scene.options.listed.lower().split() if word in number_of]
    ids = list(dict.fromkeys(typed))[:HEAT] if len(typed) > 1 else [scene.focus, *(int(word) for word in scene.near[: HEAT - 1])]
    U = vectors.unit(scene.frame.vectors[ids])
    table, n = U @ U.T, len(ids)
    names = [_cut(scene.said(word), 9) for word in ids]
    heat: Trace = {
        "type": "heatmap",
        "x": list(range(n)),
        "y": list(range(n)),
        "z": np.round(table.astype(float), 3),
        "zmin": -1,
        "zmax": 1,
        "colorscale": "@diverging",
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "text": [[number(float(value), 2) for value in row] for row in table],
        "texttemplate": "%{text}",
        "textfont": {"size": 10},
        "customdata": [[f"{scene.said(a)} · {scene.said(b)}" for b in ids] for a in ids],
        "hovertemplate": "%{customdata}: %{z:.3f}<extra></extra>",
    }
    axis = {"tickvals": list(range(n)), "showgrid": False, "ticktext": names, "tickfont": {"size": 11, "color": "@ink"}}
    below = ticks([scene.frame.words[word] for word in ids], 30)
    return Panel([heat], scene.words("cosine_table"), x={**axis, "range": [-0.5, n - 0.5], "ticktext": below},
                 y={**axis, "range": [n - 0.5, -0.5]})  # fmt: skip


def _difference(scene: _Scene) -> Panel:
    """u − v, dimension by dimension."""
    v = _numbers(scene.frame.words).get(scene.options.versus.strip().lower(), int(scene.near[0]))
    apart = (scene.frame.vectors[scene.focus] - scene.frame.vectors[v]).astype(float)
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(apart, 4),
        "y": np.arange(1, len(apart) + 1),
        "marker": {"color": ["@c1" if value >= 0 else "@c3" for value in apart]},
        "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
    }
    side = 1.08 * float(np.abs(apart).max()) or 1.0
    title = scene.words(
        "difference", u=scene.frame.words[scene.focus], v=scene.frame.words[v], length=number(float(np.linalg.norm(apart)), 2)
    )
    return Panel([bars], title, x={"range": [-side, side], "nticks": 5},
                 y={"range": [len(apart) + 0.6, 0.4], "showgrid": False, "nticks": 6})  # fmt: skip


# ---- the caption


def _list(scene: _Scene, ids: np.ndarray) -> str:
    return scene.words("comma").join(scene.frame.words[word] for word in ids)


def _phase(scene: _Scene) -> str:
    frame, words = scene.frame, scene.words
    if isinstance(frame, GloveFrame):
        return words("phase_" + frame.part)
    if frame.part == "batch":
        return words("phase_batch", step=frame.step)
    return words("phase_epoch", step=frame.step) if frame.step else words("phase_start")


def _said(scene: _Scene) -> str:
    frame, words = scene.frame, scene.words
    facts: dict[str, Any] = {
        "word": frame.words[scene.focus],
        "near": _list(scene, scene.near[:3]),
        "step": frame.step,
        "types": len(frame.words),
    }
    odd = ""
    if scene.trouble:
        odd = words("not_here", asked=scene.trouble, word=frame.words[scene.focus]) + " "
    if _asks(scene) and scene.question:
        a, b, c = (frame.words[word] for word in scene.question)
        facts |= {"a": a, "b": b, "c": c, "best": frame.words[scene.answers[0]], "cos": number(float(scene.likeness[0]), 3)}
        return odd + words("said_" + (frame.part if isinstance(frame, GloveFrame) else "nearest"), **facts)
    if isinstance(frame, GloveFrame):
        return odd + words("said_words" if scene.question else "said_words_only", **facts)
    return odd + words("said_epoch" if frame.step else "said_start", **facts)


def _formula(scene: _Scene) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    """The cosine of the word asked for with every word of the map."""
    if _asks(scene) and scene.question:
        a, b, c = (scene.said(word) for word in scene.question)
        if isinstance(scene.frame, GloveFrame) and scene.frame.part != "nearest":
            return "", {}
        best = scene.said(int(scene.answers[0]))
        return ANALOGY, {"a": (a, 0), "b": (b, 0), "c": (c, 0), "best": (best, 0), "cos": (float(scene.likeness[0]), 3)}
    E = scene.frame.vectors[scene.ids].astype(float)
    u = scene.frame.vectors[scene.focus].astype(float)
    dot, length = E @ u, np.linalg.norm(E, axis=1)
    long = float(np.linalg.norm(u))
    cos = dot / np.where(length * long > 0, length * long, 1)
    digits = 3 if long * float(np.median(length)) > 0.3 else 5  # before training vectors are short
    return COSINE, {
        "name": (scene.said(scene.focus), 0),
        "near": ([scene.said(int(word)) for word in scene.ids], 0),
        "dot": (np.round(dot, digits), digits),
        "long": (long, digits),
        "length": (np.round(length, digits), digits),
        "cos": (np.round(cos, 3), 3),
    }


def _metrics(scene: _Scene) -> list[tuple[str, str]]:
    frame, words = scene.frame, scene.words
    if isinstance(frame, GloveFrame):
        return [(words("vocabulary"), count(len(frame.words))), (words("dimensions"), f"{frame.vectors.shape[1]}")]
    shown = [(words("loss"), number(frame.loss, 3))] if np.isfinite(frame.loss) else []
    return [*shown, (words("vocabulary"), count(len(frame.words))), (words("shown"), f"{100 * frame.spread:.0f} %")]


# ---- the same text cut in several ways


def _cuts(frame: CutsFrame, words: Words) -> Picture:
    """A column for each cut: the same sentence, and the neighbours of the same word."""
    m = len(frame.modes)
    panels = [_cut_panel(frame, k, words) for k in range(m)]
    wide: list[Box] = [((k + 0.32) / m, (k + 0.97) / m, 0.02, 0.76) for k in range(m)]
    side, height = 2, (m + 1) // 2
    narrow: list[Box] = [
        (
            (k % side + 0.34) / side,
            (k % side + 0.97) / side,
            (height - 1 - k // side + 0.04) / height,
            (height - 1 - k // side + 0.74) / height,
        )
        for k in range(m)
    ]
    lists = "; ".join(
        f"{words('cut_' + mode)}: {', '.join(near[:3]) or '–'}" for mode, near in zip(frame.modes, frame.near, strict=True)
    )
    key = "said_cuts" if frame.step else "said_cuts_start"
    said = words(key, word=frame.asked[0] or next(word for word in frame.asked if word), step=frame.step, m=m)
    return Picture(
        **compose(panels, wide, narrow, height=470 * height),
        phase=words("phase_epoch", step=frame.step) if frame.step else words("phase_start"),
        said=said,
        alt=f"{said} {escaped(lists)}.",
        numbers={
            "step": frame.step,
            "part": frame.part,
            "word": frame.asked[0],
            "nearest": "; ".join(near[0] if near else "–" for near in frame.near),
            "loss": float(frame.losses[0]) if frame.step else None,
        },
        metrics=[(words("cut_" + mode), count(int(types))) for mode, types in zip(frame.modes, frame.types, strict=True)],
        hold=3.0,
    )


def _cut_panel(frame: CutsFrame, k: int, words: Words) -> Panel:
    near, cosines = frame.near[k], frame.cosines[k, : len(frame.near[k])]
    rank = np.arange(len(near))
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(cosines.astype(float), 3),
        "y": rank,
        "width": 0.62,
        "marker": {"color": points.kind(k)[0]},
        "customdata": [escaped(word) for word in near],
        "hovertemplate": "%{customdata}: %{x:.3f}<extra></extra>",
        "meta": {"link": f"cut{k}", "index": [100 * k + int(r) for r in rank], "click": "listed", "ring": 12},
    }
    ticks = {"tickvals": rank, "ticktext": [_cut(escaped(word), 8) for word in near], "tickfont": {"size": 12, "color": "@ink"}}
    asked = words("cut_asked", word=frame.asked[k]) if frame.asked[k] else words("cut_none")
    place = {"xref": "x domain", "yref": "y domain", "x": -0.48, "y": 1, "xanchor": "left", "yanchor": "bottom", "align": "left"}
    sentences = [_lines(tokens, word) for tokens, word in zip(frame.sentences, frame.asked, strict=True)]
    sentence, top = sentences[k], 22 + LINE_PIXELS * max(map(len, sentences))
    notes = [  # one upon the other in pixels, so that a long sentence pushes the names up instead of running into them
        note(asked, yshift=2, font={"size": 12, "color": "@ink"}, **place),
        note("<br>".join(sentence), yshift=top, font={"size": 12, "color": "@ink2"}, **place | {"yanchor": "top"}),
        note(
            f"<b>{words('cut_' + frame.modes[k])}</b>",
            yshift=top,
            font={"size": 13, "color": points.kind(k)[0]},
            **place,
        ),
    ]
    low = min(0.0, float(cosines.min(initial=0)) - 0.05)
    return Panel([bars], notes=notes, x={"range": [low, 1.02], "tickvals": [0, 0.5, 1]},
                 y={"range": [ROWS - 0.4, -0.6], "showgrid": False, **ticks})  # fmt: skip


def _lines(tokens: tuple[str, ...], asked: str, width: float = 24.0, most: int = 4) -> list[str]:
    """Tokens with gaps, in lines; the word asked for is lit."""
    lines, used = [""], 0.0
    for token in tokens:
        if not token.strip():
            continue
        size = sum(1.9 if ord(sign) > 0x2E80 else 1.0 for sign in token) + 1.6
        if used + size > width:
            if len(lines) == most:
                lines[-1] += " …"
                break
            lines.append("")
            used = 0.0
        used += size
        said = escaped(token)
        lines[-1] += ("" if not lines[-1] else " · ") + (f"<b>{said}</b>" if token == asked else said)
    return lines
