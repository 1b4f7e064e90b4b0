"""word2vec: the words on a map that drift together, who is near whom, and the machinery that makes it cheap."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, number
from charts.panels import Picture
from engine.language.word2vec import ALGORITHMS, GloveFrame, MapFrame, vectors
from engine.params import Params, Value
from engine.texts import Text
from views.language.word2vec_cuts import cuts
from views.language.word2vec_map import Options, Scene, map_ids, of_glove, of_map, plane
from views.language.word2vec_noise import noise
from views.language.word2vec_pair import pair
from views.language.word2vec_side import SIDES
from views.language.word2vec_tree import tree
from views.look import Fact, Look, scenes

__all__ = ["Options", "clicked", "draw"]

COSINE = formula(
    r"\cos({name}!,\ {near}!) = \frac{v_1 \cdot v_2}{|v_1|\,|v_2|} = \frac{{dot}!}{{long}! \cdot {length}!} = {cos}!!"
)
ANALOGY = formula(r"{b}! - {a}! + {c}! \approx {best}!! \qquad \cos = {cos}!")


def mapped(look: Look[MapFrame]) -> Picture:
    """The words of a text where this epoch has brought them."""
    scene, frame = of_map(look), look.frame
    across = "step" if look.params.close_up < 0 else "learned"  # within an epoch there is more than one picture a step
    course = "agreement" if len(frame.aims) else "loss"
    history = look.history(course, across=across, zero=False)
    told = "step" if len(frame.aims) else "plain"
    return look.picture(
        columns(plane(scene), rows(SIDES[scene.side](scene), history, shares=(7, 3)), shares=(13, 7)),
        facts=_facts(scene) | {"agreement": number(frame.agreement, 3)},
        key="analogy" if scene.stage else told if frame.step else "start",
        of="word",
        at=scene.rows(scene.near[:1])[0],
        metrics=["loss", "agreement", ("spread", look.percent(frame.spread))],
        derived=_derived(scene),
        hold=3.0 if frame.step < 5 else 2.0,
        **(_analogy(scene) if scene.stage else _cosine(scene)),
    )


def glove(look: Look[GloveFrame]) -> Picture:
    """Words that others trained, around those asked for; an analogy in steps."""
    scene, dimensions = of_glove(look), look.frame.vectors.shape[1]
    return look.picture(
        columns(plane(scene), SIDES[scene.side](scene), shares=(13, 7)),
        facts=_facts(scene),
        key="" if scene.question else "words_only",
        of="word",
        at=scene.rows(scene.near[:1])[0],
        metrics=[("vocabulary", count(len(scene.words))), "dimensions"],
        derived=_derived(scene) | {"dimensions": dimensions},
        hold=5.0,
        **({} if 0 < scene.stage < 4 else _analogy(scene) if scene.stage else _cosine(scene)),
    )


draw = scenes(ALGORITHMS, {"map": mapped, "tree": tree, "pair": pair, "noise": noise, "cuts": cuts, "glove": glove})


def clicked(name: str, index: int, frame: Any, params: Params, data: Text, options: Options) -> Mapping[str, Value]:
    """A click on a word asks for its neighbours; on a leaf, the way to it; on a word of a sentence, its pairs."""
    if name == "word":
        ids = map_ids(frame, options)
        return {"near": frame.words[ids[index]]} if index < len(ids) else {}
    if name == "leaf":
        return {"other": frame.words[index]} if index < len(frame.words) else {}
    if name == "token":
        return {"word": frame.words[frame.sentence[index]], "other": ""} if index < len(frame.sentence) else {}
    assert name == "listed"
    cut, rank = divmod(index, 100)
    return {"word": frame.near[cut][rank]} if cut < len(frame.near) and rank < len(frame.near[cut]) else {}


def _facts(scene: Scene) -> dict[str, Any]:
    say, words = scene.look.say, scene.words
    facts: dict[str, Any] = {
        "odd": say("not_here", asked=scene.trouble, word=words[scene.focus]) if scene.trouble else "",
        "near": say("comma").join(words[word] for word in scene.near[:3]),
        "five": say("comma").join(words[word] for word in scene.near[:5]),
        "types": len(words),
    }
    if not scene.question:
        return facts
    a, b, c = (words[word] for word in scene.question)
    return facts | {"a": a, "b": b, "c": c, "best": words[scene.answers[0]], "cos": number(float(scene.likeness[0]), 3)}


def _derived(scene: Scene) -> dict[str, Fact]:
    """The word asked for and the one nearest to it."""
    word, nearest = (scene.words[k] for k in (scene.focus, scene.near[0]))
    return {"word": word, "nearest": nearest, "cosine": round(float(scene.cosines[0]), 6), "vocabulary": len(scene.words)}


def _analogy(scene: Scene) -> dict[str, Any]:
    """The sum of three vectors and the word nearest to it."""
    assert scene.question is not None
    a, b, c = (scene.said(word) for word in scene.question)
    best = scene.said(int(scene.answers[0]))
    values = {"a": (a, 0), "b": (b, 0), "c": (c, 0), "best": (best, 0), "cos": (float(scene.likeness[0]), 3)}
    return {"formula": ANALOGY, "values": values}


def _cosine(scene: Scene) -> dict[str, Any]:
    """The cosine of the word asked for with every word of the map."""
    u = scene.vectors[scene.focus].astype(float)
    dot, length, cos = vectors.compared(scene.vectors[scene.ids].astype(float), u)
    long = float(np.linalg.norm(u))
    digits = 3 if long * float(np.median(length)) > 0.3 else 5  # before training vectors are short
    near = [scene.said(int(word)) for word in scene.ids]
    sizes = {"dot": (dot.round(digits), digits), "long": (long, digits), "length": (length.round(digits), digits)}
    values = {"name": (scene.said(scene.focus), 0), "near": (near, 0), "cos": (cos.round(3), 3), **sizes}
    return {"formula": COSINE, "values": values}
