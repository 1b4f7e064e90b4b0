"""word2vec: words on a map that drift together, who is near whom, what makes it cheap; here: a text cut in several ways."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from charts import bars
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import count, number
from charts.panels import Panel, Picture, bare, escaped, told
from charts.stars import Star, stars
from charts.words import cut, lines
from engine.language.word2vec import ALGORITHMS, CutsFrame, GloveFrame, MapFrame, vectors
from engine.params import Params, Value
from engine.texts import Text
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
LETTERS, LINES = 34, 3  # of a sentence, at most
GAP = " · "  # between its words


def mapped(look: Look[MapFrame]) -> Picture:
    """The words of a text where this epoch has brought them."""
    scene, frame = of_map(look), look.frame
    across = "step" if look.params.close_up < 0 else "learned"  # within an epoch there is more than one picture a step
    history = look.history("agreement" if len(frame.aims) else "loss", across=across, zero=False)
    said = "step" if len(frame.aims) else "plain"
    return look.picture(
        columns(plane(scene), rows(SIDES[scene.side](scene), history, shares=(7, 3)), shares=(13, 7)),
        facts=_facts(scene) | {"agreement": number(frame.agreement, 3), "way": look.say("way") * look.options.tails},
        key="analogy" if scene.stage else said if frame.step else "start",
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


def cuts(look: Look[CutsFrame]) -> Picture:
    """What is near the same word in every cut."""
    frame, modes = look.frame, _modes(look)
    near = [f"{mode}: {look.say('comma').join(some[:3]) or '–'}" for mode, some in zip(modes, frame.near, strict=True)]
    first = "; ".join(some[0] if some else "–" for some in frame.near)
    picture = look.picture(
        columns(_stars(look), _sentences(look), shares=(5, 3)),
        facts={"word": next(word for word in frame.asked if word), "m": len(modes), "lists": "; ".join(near)},
        derived={"word": frame.asked[0], "nearest": first, "loss": float(frame.losses[0]) if frame.step else None},
        hold=3.0,
    )
    sizes = [(mode, count(int(types))) for mode, types in zip(modes, frame.types, strict=True)]
    return replace(picture, metrics=[*sizes[:2], *sizes[2:][-1:]])  # no columns; of four the third has no room: nearly the second


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
    column, rank = divmod(index, 100)
    return {"word": frame.near[column][rank]} if column < len(frame.near) and rank < len(frame.near[column]) else {}


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


def _modes(look: Look[CutsFrame]) -> list[str]:
    return [look.words.choices["cut"][mode] for mode in look.frame.modes]


def _stars(look: Look[CutsFrame]) -> Panel:
    """A map of what is near the word for each cut. Blue: another cut has it there too; lit: it has just come in."""
    frame, every, maps = look.frame, [word for near in look.frame.near for word in near], list[Star]()
    before = look.frames[-2].near if len(look.frames) > 1 else frame.near
    for k, (mode, asked, near) in enumerate(zip(_modes(look), frame.asked, frame.near, strict=True)):
        inks = ["@accent" if word not in before[k] else "@c1" if every.count(word) > 1 else "@ink" for word in near]
        middle, words = escaped(cut(asked, 10)) or look.say("cut_none"), [escaped(cut(word, 12)) for word in near]
        maps.append(Star(escaped(cut(mode, 18)), middle, words, frame.cosines[k][: len(near)], inks))
    index = [100 * k + rank for k, near in enumerate(frame.near) for rank in range(len(near))]
    said = [f"{escaped(word)}: {frame.cosines[divmod(at, 100)]:.3f}" for word, at in zip(every, index, strict=True)]
    return stars(look.say("near_title"), maps, **told(said, link="cut", index=index, click="listed", ring=16))


def _sentences(look: Look[CutsFrame]) -> Panel:
    """One sentence as every cut has it, what is asked about bold."""
    texts, at, deep = list[str](), list[float](), 4 * (LINES + 1.6)
    for k, (mode, tokens, word) in enumerate(zip(_modes(look), look.frame.sentences, look.frame.asked, strict=True)):
        found = lines([token for token in tokens if token.strip()], LETTERS, LINES, GAP)
        cut_ = [GAP.join(f"<b>{escaped(token)}</b>" if token == word else escaped(token) for token in line) for line in found]
        texts += [f"<b>{escaped(mode)}</b>", *cut_]
        at += [k * deep / len(look.frame.modes) + r for r in range(len(cut_) + 1)]
    said = bars.labels([0] * len(texts), at, texts, place="middle right")
    return bare([said], look.say("sentence"), [0, 1], [deep, -0.7])
