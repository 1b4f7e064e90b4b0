"""Beside the map of word2vec: neighbours, an analogy's answers, a table of cosines, a difference of two words."""

import numpy as np

from charts.numbers import number
from charts.panels import Panel, Trace, blank, escaped, note
from charts.words import cut, ticks
from engine.language.word2vec import vectors
from views.language.word2vec_scene import ROWS, Scene, numbers

HEAT = 9  # words of the cosine table


def beside(scene: Scene) -> Panel:
    """What the options ask for, or what this step of an analogy has found."""
    return SIDES[scene.side](scene)


def _near(scene: Scene) -> Panel:
    return _bars(scene, scene.near, scene.cosines, scene.look.say("near", word=scene.words[scene.focus]))


def _answers(scene: Scene) -> Panel:
    if scene.question is None:
        told = note(scene.look.say("three_words"), x=0.5, y=0.5)
        return Panel([], scene.look.say("analogy"), notes=[told], x=blank(range=[0, 1]), y=blank(range=[0, 1]))
    a, b, c = (scene.words[word] for word in scene.question)
    asked = np.array(scene.question)
    E = scene.vectors
    end = vectors.unit(vectors.analogy_point(E, *scene.question)[None])[0]
    ids, cosines = np.append(scene.answers, asked), np.append(scene.likeness, vectors.unit(E[asked]) @ end)
    best = np.argsort(-cosines, kind="stable")[:ROWS]
    return _bars(scene, ids[best], cosines[best], scene.look.say("answers", a=a, b=b, c=c), left_out=set(scene.question))


def _bars(
    scene: Scene, ids: np.ndarray, cosines: np.ndarray, title: str, left_out: frozenset[int] | set[int] = frozenset()
) -> Panel:
    """Words by their cosine, the nearest on top; each can be clicked. Those `left_out` are no answers: hollow."""
    rank = np.arange(len(ids))
    out = [int(word) in left_out for word in ids]
    first = out.index(False) if scene.look.part == "nearest" and False in out else -1
    rows = [scene.row(int(word)) for word in ids]
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(cosines.astype(float), 3),
        "y": rank,
        "width": 0.62,
        "text": [
            f"{scene.look.say('left_out')} {number(float(value), 3)}" if hollow else number(float(value), 3)
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
        "ticktext": [escaped(cut(scene.words[word], 14)) for word in ids],
        "tickfont": {"size": 12, "color": "@ink"},
    }
    low = min(0.0, float(cosines.min(initial=0)) - 0.05)
    return Panel([bars], title, x={"range": [low, 1.12], "tickvals": [0, 0.5, 1], "showgrid": False},
                 y={"range": [ROWS - 0.4, -0.6], "showgrid": False, **ticks})  # fmt: skip


def _heat(scene: Scene) -> Panel:
    """Cosines between all of a few words."""
    number_of = numbers(scene.words)
    typed = [number_of[word] for word in scene.look.options.listed.lower().split() if word in number_of]
    ids = list(dict.fromkeys(typed))[:HEAT] if len(typed) > 1 else [scene.focus, *(int(word) for word in scene.near[: HEAT - 1])]
    U = vectors.unit(scene.vectors[ids])
    table, n = U @ U.T, len(ids)
    names = [escaped(cut(scene.words[word], 9)) for word in ids]
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
    below = ticks([scene.words[word] for word in ids], 30)
    return Panel([heat], scene.look.say("cosine_table"), x={**axis, "range": [-0.5, n - 0.5], "ticktext": below},
                 y={**axis, "range": [n - 0.5, -0.5]})  # fmt: skip


def _difference(scene: Scene) -> Panel:
    """u − v, dimension by dimension."""
    v = numbers(scene.words).get(scene.look.options.versus.strip().lower(), int(scene.near[0]))
    apart = (scene.vectors[scene.focus] - scene.vectors[v]).astype(float)
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": np.round(apart, 4),
        "y": np.arange(1, len(apart) + 1),
        "marker": {"color": ["@c1" if value >= 0 else "@c3" for value in apart]},
        "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
    }
    side = 1.08 * float(np.abs(apart).max()) or 1.0
    title = scene.look.say(
        "difference", u=scene.words[scene.focus], v=scene.words[v], length=number(float(np.linalg.norm(apart)), 2)
    )
    return Panel([bars], title, x={"range": [-side, side], "nticks": 5},
                 y={"range": [len(apart) + 0.6, 0.4], "showgrid": False, "nticks": 6})  # fmt: skip


SIDES = {"neighbours": _near, "analogy": _answers, "cosine": _heat, "difference": _difference}
