"""Beside the map of word2vec: neighbours now and in the course of training, an analogy, cosines, W beside W′, and the theory."""

from collections.abc import Collection
from typing import Any

import numpy as np

from charts import bars, curves, labels, points
from charts.matrices import squares
from charts.numbers import number
from charts.panels import Panel, bare, escaped, note, upward
from charts.ranking import listed
from charts.words import cut, ticks
from engine.language.word2vec import vectors
from engine.language.word2vec.asking import NEAR, numbers
from engine.texts import spelled
from views.language.word2vec_map import Scene

HEAT, COURSE = 9, 5  # words of the cosine table, and of the course of neighbours
LINE = 0.09  # of a cosine: what a name needs of the height of the course


def _answers(scene: Scene) -> Panel:
    """The words of the question are no answers: hollow, whatever their cosine."""
    if scene.question is None:
        return bare([], scene.look.say("analogy"), [0, 1], [0, 1], notes=[note(scene.look.say("three_words"), x=0.5, y=0.5)])
    a, b, c = (scene.words[word] for word in scene.question)
    asked, E = np.array(scene.question), scene.vectors
    end = vectors.unit(vectors.analogy_point(E, *scene.question)[None])[0]
    ids, cosines = np.append(scene.answers, asked), np.append(scene.likeness, vectors.unit(E[asked]) @ end)
    best = np.argsort(-cosines, kind="stable")[:NEAR]
    return _bars(scene, ids[best], cosines[best], scene.look.say("answers", a=a, b=b, c=c), left_out=scene.question)


def _bars(scene: Scene, ids: np.ndarray, cosines: np.ndarray, title: str, left_out: Collection[int] = ()) -> Panel:
    """Words by their cosine, the nearest on top; each can be clicked."""
    out = [int(word) in left_out for word in ids]
    word = f"{scene.look.say('left_out')} "
    said = [word * hollow + number(float(value), 3) for value, hollow in zip(cosines, out, strict=True)]
    lit = out.index(False) if scene.look.part == "nearest" and False in out else -1
    meta: dict[str, Any] = {"link": "word", "index": scene.rows(ids), "click": "word"}
    return listed(title, [scene.words[word] for word in ids], cosines, lit=lit, hollow=out, said=said, rows=NEAR, **meta)


def _course(scene: Scene) -> Panel:
    """How near those that are nearest now have been, picture by picture."""
    frames, few = scene.look.frames, scene.near[:COURSE]
    course = np.array([vectors.cosines(one.vectors, one.vectors[scene.focus])[few] for one in frames])
    now, last = len(frames) - 1, scene.look.frame.total - 1
    lines = [curves.line(np.arange(now + 1), course[:, k].round(3), colour="@c1", width=2.2 - 0.3 * k) for k in range(len(few))]
    ends = np.stack([np.full(len(few), now), course[-1]], 1)
    high = np.minimum.accumulate(course[-1] + LINE * np.arange(len(few))) - LINE * np.arange(len(few))  # a line's height apart
    dots = points.cloud(ends, colour="@c1", size=6, opacity=1, hoverinfo="skip")
    names = [scene.said(int(word)) for word in few]
    told = labels.beside(np.stack([ends[:, 0], high], 1), names, [0] * len(few))
    title = scene.look.say("course", word=scene.words[scene.focus])
    x = {"range": [0, 1.6 * last], "tickvals": [0, last // 2, last], "showgrid": False}
    return Panel([*lines, dots, told], title, x=x, y={"range": [-0.6, 1.08], "tickvals": [-0.5, 0, 0.5, 1]})


def _heat(scene: Scene) -> Panel:
    """Cosines between all of a few words."""
    number_of = numbers(scene.words)
    words = (spelled(word, number_of) for word in scene.look.options.listed.split())
    typed = [number_of[word] for word in words if word in number_of]
    ids = list(dict.fromkeys(typed))[:HEAT] if len(typed) > 1 else [scene.focus, *scene.near[: HEAT - 1].tolist()]
    U, names = vectors.unit(scene.vectors[ids]), [scene.words[word] for word in ids]
    told = [[f"{scene.said(a)} · {scene.said(b)}" for b in ids] for a in ids]
    rows, axis = [escaped(cut(name, 9)) for name in names], {"tickvals": list(range(len(ids))), "ticktext": ticks(names, 30)}
    return squares(scene.look.say("cosine_table"), U @ U.T, rows, told, low=0, high=1, scale="@sequential", x=axis)


def _weights(scene: Scene) -> Panel:
    """The rows of W, input vectors, and beside them those of W′, output vectors, of the word asked for and its neighbours."""
    frame = scene.look.frame
    ids, d = [word for word in (scene.focus, *scene.near.tolist()) if word < len(frame.outputs)], frame.outputs.shape[1]
    table = np.concatenate([frame.vectors[ids], np.full((len(ids), 1), np.nan), frame.outputs[ids]], 1)
    told = [[f"{scene.said(word)} · W{'′' * (k > d)} {k % (d + 1) + 1}" for k in range(2 * d + 1)] for word in ids]
    axis = {"tickvals": [d / 2 - 0.5, 1.5 * d + 0.5], "ticktext": ["W", "W′"]}
    reach = float(np.nanmax(np.abs(table), initial=1e-9))
    rows = [escaped(cut(scene.words[word], 9)) for word in ids]
    return squares(scene.look.say("weights"), table, rows, told, low=-reach, high=reach, scale="@diverging", x=axis)


def _difference(scene: Scene) -> Panel:
    """u − v, dimension by dimension."""
    v = numbers(scene.words).get(spelled(scene.look.options.versus, numbers(scene.words)), int(scene.near[0]))
    apart = (scene.vectors[scene.focus] - scene.vectors[v]).astype(float)
    up, side = np.arange(1, len(apart) + 1), 1.08 * float(np.abs(apart).max()) or 1.0
    told = [f"{k}: {number(float(value), 3)}" for k, value in enumerate(apart, 1)]
    traces = [
        bars.rectangles(0, apart.clip(0), up - 0.4, up + 0.4, colour="@c1"),
        bars.rectangles(0, apart.clip(max=0), up - 0.4, up + 0.4, colour="@c3"),
        points.targets(np.stack([apart / 2, up], 1), "dimension", ring=8, template="%{customdata}", customdata=told),
    ]
    names = {"u": scene.words[scene.focus], "v": scene.words[v], "length": number(float(np.linalg.norm(apart)), 2)}
    y = {"range": [len(apart) + 0.6, 0.4], "showgrid": False, "nticks": 6}
    return Panel(traces, scene.look.say("difference", **names), x={"range": [-side, side], "nticks": 5}, y=y)


def _theory(scene: Scene) -> Panel:
    """What the commonest pairs' dot products are, over what they should come to: on the dotted line."""
    aims, products = (values.astype(float) for values in (scene.look.frame.aims, scene.look.frame.products))
    low, high = float(aims.min()) - 0.5, float(aims.max()) + 0.5
    size = ((high - low) / 90, (high - min(low, -2.0)) / 70)
    line = curves.line(np.array([low, high]), np.array([low, high]), colour="@ink3", width=1, dash="dot")
    dots = points.dots(np.stack([aims, products], 1).round(2), size, colour="@c1")
    y = {"range": [min(low, -2.0), high], "nticks": 5}
    return Panel([line, dots], scene.look.say("theory"), notes=[upward("u · v")], x={"range": [low, high], "nticks": 5}, y=y)


SIDES = {  # what an option asks for, or what a step of an analogy has found
    "neighbours": lambda scene: _bars(scene, scene.near, scene.cosines, scene.look.say("near", word=scene.words[scene.focus])),
    "analogy": _answers,
    "cosine": _heat,
    "difference": _difference,
    "course": _course,
    "weights": _weights,
    "theory": _theory,
}
