"""Beside the map of word2vec: neighbours now and over the training, an analogy's answers, cosines, W beside W′, and the theory."""

from collections.abc import Collection

import numpy as np

from charts import bars, curves, points
from charts.numbers import number
from charts.panels import Panel, Trace, blank, escaped, note, upward
from charts.words import cut, ticks
from engine.language.word2vec import vectors
from views.language.word2vec_scene import ROWS, Scene, numbers

HEAT, COURSE, SHOWN = 9, 5, 12  # words of the cosine table, of the course of neighbours, and of the matrices
NAMES = 0.72  # what the names take left of the bars, of the length of a bar of 1


def beside(scene: Scene) -> Panel:
    """What the options ask for, or what this step of an analogy has found."""
    return SIDES[scene.side](scene)


# ---- lists


def _near(scene: Scene) -> Panel:
    return _bars(scene, scene.near, scene.cosines, scene.look.say("near", word=scene.words[scene.focus]))


def _answers(scene: Scene) -> Panel:
    if scene.question is None:
        told = note(scene.look.say("three_words"), x=0.5, y=0.5)
        return Panel([], scene.look.say("analogy"), notes=[told], x=blank(range=[0, 1]), y=blank(range=[0, 1]))
    a, b, c = (scene.words[word] for word in scene.question)
    asked, E = np.array(scene.question), scene.vectors
    end = vectors.unit(vectors.analogy_point(E, *scene.question)[None])[0]
    ids, cosines = np.append(scene.answers, asked), np.append(scene.likeness, vectors.unit(E[asked]) @ end)
    best = np.argsort(-cosines, kind="stable")[:ROWS]
    return _bars(scene, ids[best], cosines[best], scene.look.say("answers", a=a, b=b, c=c), left_out=set(scene.question))


def _bars(scene: Scene, ids: np.ndarray, cosines: np.ndarray, title: str, left_out: Collection[int] = ()) -> Panel:
    """Words by their cosine, the nearest on top; each can be clicked. Those `left_out` are no answers: hollow, and never the best."""
    out = np.array([int(word) in left_out for word in ids], bool)
    best = np.arange(len(ids)) == np.flatnonzero(~out)[:1]
    values, rank = cosines.astype(float).clip(0), np.arange(len(ids))

    def bar(which: np.ndarray, colour: str, line: str | None = None) -> Trace:
        return bars.rectangles(0, values[which], rank[which] - 0.31, rank[which] + 0.31, colour=colour, line=line)

    said = [number(float(value), 3) for value in cosines]
    said = [f"{scene.look.say('left_out')} {one}" if hollow else one for one, hollow in zip(said, out, strict=True)]
    inks = "@accent" if scene.look.part == "nearest" else "@c1"
    meta = {"link": "word", "index": scene.rows(ids), "click": "word", "ring": 12}
    told = [scene.said(int(word)) for word in ids]
    names = [escaped(cut(scene.words[word], 13)) for word in ids]
    hover = {"customdata": told, "hovertemplate": "%{customdata}<extra></extra>", "meta": meta}
    traces = [
        bar(~out & ~best, "@c1"),
        bar(best, inks),
        bar(out, "@surface", "@ink3"),
        bars.labels(np.full(len(ids), -0.03), rank, names, colour="@ink", place="middle left", **hover),
        bars.labels(np.round(values + 0.03, 3), rank, said, size=11, place="middle right", meta={"index": scene.rows(ids)}),
    ]
    return Panel(traces, title, x=blank(range=[-NAMES, 1.3]), y=blank(range=[ROWS - 0.4, -0.6]))


# ---- pictures


def _course(scene: Scene) -> Panel:
    """How near those that are nearest now have been, picture by picture."""
    frames = scene.look.frames
    course = np.array([vectors.cosines(one.vectors, one.vectors[scene.focus])[scene.near[:COURSE]] for one in frames])
    at = np.arange(len(frames))
    ends, high = course[-1], np.full(COURSE, np.nan)
    for k, word in enumerate(np.argsort(-ends)):  # names keep a line's distance
        high[word] = min(ends[word], high[np.argsort(-ends)[k - 1]] - 0.1 if k else 1.0)
    lines = [curves.line(at, course[:, k].round(3), colour="@c1", width=2.2 - 0.3 * k) for k in range(course.shape[1])]
    lamp = points.cloud(np.stack([np.full(len(ends), at[-1]), ends], 1), colour="@c1", size=6, opacity=1, hoverinfo="skip")
    names = [scene.said(int(word)) for word in scene.near[:COURSE]]
    last = scene.look.frame.total - 1
    told = bars.labels(np.full(len(ends), at[-1] + 0.03 * last), high[: len(ends)], names, colour="@ink", place="middle right")
    title = scene.look.say("course", word=scene.words[scene.focus])
    y = {"range": [min(-0.2, float(course.min())), 1.08], "tickvals": [0, 0.5, 1]}
    return Panel(
        [*lines, lamp, told], title, x={"range": [0, 1.7 * last], "tickvals": [0, last // 2, last], "showgrid": False}, y=y
    )


def _heat(scene: Scene) -> Panel:
    """Cosines between all of a few words; the numbers come when a square is pointed at."""
    number_of = numbers(scene.words)
    typed = [number_of[word] for word in scene.look.options.listed.lower().split() if word in number_of]
    ids = list(dict.fromkeys(typed))[:HEAT] if len(typed) > 1 else [scene.focus, *(int(word) for word in scene.near[: HEAT - 1])]
    U = vectors.unit(scene.vectors[ids])
    told = [[f"{scene.said(a)} · {scene.said(b)}" for b in ids] for a in ids]
    below = ticks([scene.words[word] for word in ids], 30)
    axis = {"tickvals": list(range(len(ids))), "range": [-0.5, len(ids) - 0.5], "ticktext": below}
    return _squares(scene, ids, (U @ U.T).round(3), told, scene.look.say("cosine_table"), axis, ("@sequential", 0))


def _weights(scene: Scene) -> Panel:
    """The rows of W, input vectors, and beside them those of W′, output vectors, of the word asked for and its neighbours."""
    frame = scene.look.frame
    ids = [word for word in (scene.focus, *scene.near.tolist()) if word < len(frame.outputs)][:SHOWN]
    gap = np.full((len(ids), 1), np.nan)
    table, d = np.concatenate([frame.vectors[ids], gap, frame.outputs[ids]], 1), frame.outputs.shape[1]
    sides = [f"W {k + 1}" for k in range(d)] + [""] + [f"W′ {k + 1}" for k in range(d)]
    told = [[f"{scene.said(word)} · {side}" for side in sides] for word in ids]
    axis = {"tickvals": [d / 2 - 0.5, 1.5 * d + 0.5], "ticktext": ["W", "W′"], "range": [-0.5, 2 * d + 0.5]}
    reach = float(np.nanmax(np.abs(table), initial=0)) or 1.0
    return _squares(scene, ids, table.round(3), told, scene.look.say("weights"), axis, ("@diverging", -reach, reach))


def _squares(
    scene: Scene, ids: list[int], table: np.ndarray, told: list[list[str]], title: str, x: dict[str, object],
    scale: tuple[str, float] | tuple[str, float, float],
) -> Panel:  # fmt: skip
    """A row for each word; where a column stands for a word as well, both have its name."""
    heat: Trace = {
        "type": "heatmap",
        "z": np.where(np.isnan(table), None, table).tolist(),
        "zmin": scale[1],
        "zmax": (*scale, 1)[2],
        "colorscale": scale[0],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "customdata": told,
        "hovertemplate": "%{customdata}: %{z:.3f}<extra></extra>",
    }
    names = {"tickfont": {"size": 11, "color": "@ink"}, "showgrid": False}
    rows = {"tickvals": list(range(len(ids))), "ticktext": [escaped(cut(scene.words[word], 9)) for word in ids]}
    return Panel([heat], title, x={**names, **x}, y={**names, **rows, "range": [len(ids) - 0.5, -0.5]})


def _difference(scene: Scene) -> Panel:
    """u − v, dimension by dimension."""
    v = numbers(scene.words).get(scene.look.options.versus.strip().lower(), int(scene.near[0]))
    apart = (scene.vectors[scene.focus] - scene.vectors[v]).astype(float)
    up = np.arange(1, len(apart) + 1)
    traces = [
        bars.rectangles(0, apart[some], up[some] - 0.4, up[some] + 0.4, colour=colour)
        for some, colour in ((apart >= 0, "@c1"), (apart < 0, "@c3"))
    ]
    told = [f"{k}: {number(float(value), 3)}" for k, value in enumerate(apart, 1)]
    bare = np.stack([apart / 2, up], 1)
    traces.append(points.targets(bare, "dimension", ring=8, template="%{customdata}", customdata=told))
    side = 1.08 * float(np.abs(apart).max()) or 1.0
    length = number(float(np.linalg.norm(apart)), 2)
    title = scene.look.say("difference", u=scene.words[scene.focus], v=scene.words[v], length=length)
    return Panel(traces, title, x={"range": [-side, side], "nticks": 5},
                 y={"range": [len(apart) + 0.6, 0.4], "showgrid": False, "nticks": 6})  # fmt: skip


def _theory(scene: Scene) -> Panel:
    """What the commonest pairs' dot products are, over what they should come to; those of the word asked for are lit."""
    frame = scene.look.frame
    xy, mine = np.stack([frame.aims, frame.products], 1).astype(float), (frame.pairs == scene.focus).any(1)
    low, high = float(frame.aims.min()) - 0.5, float(frame.aims.max()) + 0.5
    ends = np.array([low, high])
    told = [f"{scene.said(int(a))} · {scene.said(int(b))}" for a, b in frame.pairs[mine]]
    hover = "%{customdata}: %{y:.2f} (%{x:.2f})<extra></extra>"
    traces = [
        curves.line(ends, ends, colour="@ink3", width=1, dash="dot"),
        points.dots(xy[~mine].round(2), ((high - low) / 90, (high - low) / 90), colour="@c1"),
        points.cloud(xy[mine].round(2), colour="@accent", size=7, opacity=1, customdata=told, hovertemplate=hover),
    ]
    axis = {"range": [low, high], "nticks": 5}
    return Panel(
        traces, scene.look.say("theory"), notes=[upward("v · u")], x=axis, y={"range": [min(low, -2.0), high], "nticks": 5}
    )


SIDES = {
    "neighbours": _near,
    "analogy": _answers,
    "cosine": _heat,
    "difference": _difference,
    "course": _course,
    "weights": _weights,
    "theory": _theory,
}
