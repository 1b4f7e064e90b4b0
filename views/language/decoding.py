"""Decoding: the search as a river or as blocks, the finished sentences ranked, and how the ranking depends on α.

All five kinds of run share one picture (tree, list, and what stands below it): its lines are many, and are there once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from charts.layout import columns, rows
from charts.numbers import number
from charts.panels import Panel, Picture
from engine.language.decoding import ALGORITHMS, ALIVE, SampleFrame, SearchFrame, Source, Widths, sentence_of, tokens_of
from engine.params import Value
from engine.texts import Text
from views.language import decoding_caption as caption
from views.language.decoding_list import ahead, bars, drawn, scored
from views.language.decoding_scene import Options, Scene, fewer, sample_scene, search_scene, width_scene
from views.language.decoding_tree import blocks, river, ticks
from views.look import Look, Metric, Words, scenes

__all__ = ["Options", "choices", "clicked", "draw"]

ACROSS = {"tickvals": [1, 3, 10, 30, 100], "type": "log"}
READ = 8.0  # beats that a step of a search stays


def beam(look: Look[SearchFrame]) -> Picture:
    """Prefix after prefix: asked, scored, kept or pruned."""
    return _search(search_scene(look), look.frame.greedy)


def greedy(look: Look[SearchFrame]) -> Picture:
    """A beam of width 1, told in its words."""
    return _search(search_scene(replace(look, scene="beam"), dotted=False), np.nan)


def _search(scene: Scene, greedy: float) -> Picture:
    facts = {"more": caption.more(scene, greedy), "stop_alpha": number(getattr(scene.look.params, "stop_alpha", 0), 2)}
    return _picture(scene, [scored(scene), ahead(scene)], key=_key(scene), facts=facts, metrics=caption.metrics(scene))


def _key(scene: Scene) -> str:
    """Which sentence tells the step, where its part alone does not say."""
    frame = scene.look.frame
    if frame.part == "expand" and scene.singly:
        return "expand_one"
    if frame.part == "prune" and not (frame.state == ALIVE).any():
        return "pruned_all"
    return "" if frame.part != "end" else "nothing" if not scene.ranked else "settled" if frame.settled else ""


def exhaustive(look: Look[SearchFrame]) -> Picture:
    """Level after level of everything there is."""
    scene, frame = search_scene(look), look.frame
    facts = {"finished": number(frame.mass_finished, 3), "cut": number(frame.mass_cut, 3), "longest": look.params.longest}
    return _picture(
        scene,
        [scored(scene), ahead(scene)],
        key="nothing" if frame.part == "end" and not scene.ranked else "",
        facts=facts | {"more": caption.more(scene)},
        metrics=caption.metrics(scene, "calls"),
    )


def sampling(look: Look[SampleFrame]) -> Picture:
    """What can be drawn, as a river bed; what was, as its water."""
    scene, frame = sample_scene(look), look.frame
    below = bars(scene, frame) if frame.part else look.history("distance", x={"nticks": 3})
    before = frame.drawn[:-1] if frame.part == "draw" else frame.drawn
    facts = {
        "temperature": number(look.params.temperature, 2),
        "sentence": scene.model.words(frame.drawn),
        "asked": scene.model.words(before) or "∅",
        "token": scene.model.vocabulary[frame.drawn[-1]] if len(frame.drawn) else "",
        "left": frame.left,
        "of": len(scene.model.vocabulary),
        "drawn": int(frame.count[0]),
    }
    return _picture(
        scene,
        [drawn(scene, frame), below],
        key="step" if look.part == "from" else "",
        facts=facts,
        metrics=["samples", "finished", ("distance", number(frame.distance, 3))],
        hold=READ if look.params.close_up >= 0 else 1.0,
    )


def widths(look: Look[SearchFrame]) -> Picture:
    """What wider and wider beams find: its probability, and its length or its agreement with a reference."""
    scene = width_scene(look)
    top = "log_s" if scene.scores else "logp"
    last = "agreement" if look.options.reference.strip() else "length"
    return _picture(
        scene,
        [scene.look.history(column, across="width", x=ACROSS, y={"nticks": 3}, zero=column != top) for column in (top, last)],
        key="found" if scene.ranked else "nothing",
        facts={},
        metrics=caption.metrics(scene, "calls"),
    )


draw = scenes(ALGORITHMS, {"beam": beam, "greedy": greedy, "exhaustive": exhaustive, "sampling": sampling, "widths": widths})


def choices(data: Source, words: Words) -> Mapping[str, Mapping[str, str]]:
    """A table's rows can be made to sum to 1 and any of its tokens end; an n-gram model of a text has order and estimator."""
    return {"normalise": {}, "end": {}} if isinstance(data, Text) else {"order": {}, "estimator": {}}


def clicked(name: str, index: int, frame: Any, params: Any, data: Source, options: Options) -> dict[str, Value]:
    """A click on a node lets the output begin with it."""
    shown = fewer(frame, options) if isinstance(params, Widths) else frame
    if not 0 <= index < len(shown.parent):
        return {}
    return {"forced": tokens_of(data, frame, params).words(sentence_of(shown, index))}


def _picture(
    scene: Scene, beside: list[Panel], *, key: str, facts: Mapping[str, Any], metrics: list[Metric], hold: float = READ
) -> Picture:
    """A picture of the tree, and two panels beside it."""
    blocky = scene.look.options.shape == "blocks"
    panel = (blocks if blocky else river)(scene)
    picture = scene.look.picture(
        columns(panel, rows(*beside, shares=(3, 2))),
        key=key,
        facts=caption.facts(scene) | dict(facts),
        metrics=metrics,
        derived=caption.derived(scene),
        hold=hold,
        **caption.told(scene),
    )
    begins, ends = panel.x["range"]
    picture.narrow["xaxis"] |= ticks(scene, phone=True, shift=-0.5 * blocky)
    picture.narrow["xaxis"] |= {"range": [begins, ends * (1 if blocky else 1.18)]}  # room for the names after the last step
    return picture
