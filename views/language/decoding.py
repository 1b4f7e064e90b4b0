"""Decoding: the search as a tree, the finished sentences ranked, and how the ranking depends on the length exponent.

All five kinds of run share one picture (tree, list, and what stands below it): its lines are many, and are there once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from charts.layout import Placed
from charts.numbers import number
from charts.panels import Box, Panel, Picture, Safe
from engine.language.decoding import ALGORITHMS, ALIVE, SampleFrame, SearchFrame, Source, Widths, sentence_of
from engine.params import Value
from engine.texts import Text
from views.language import decoding_caption as caption
from views.language.decoding_list import alphas, bars, drawn, room, scored
from views.language.decoding_scene import (
    Options,
    Scene,
    fewer,
    p_of,
    sample_scene,
    search_scene,
    tokens_of,
    width_scene,
)
from views.language.decoding_tree import shares, ticked, tree_panel
from views.look import Look, Metric, Words, scenes

__all__ = ["Options", "choices", "clicked", "draw"]

STATES = ("candidate", "alive", "pruned", "finished", "cut", "expanded")  # OPEN … EXPANDED, as the words call them
WIDE: list[Box] = [(0, 0.70, 0.03, 1), (0.735, 1, 0.44, 1), (0.775, 0.99, 0.05, 0.32)]
LINE, TREE, BELOW, GAP, FOOT = 20, 380, 105, 48, 22  # of the narrow picture, in px
WIDTHS = ([(0, 0.66, 0.03, 1), (0.70, 1, 0.56, 1), *((0.75, 0.99, y, y + 0.09) for y in (0.37, 0.19, 0.01))],
          [(0, 1, 0.56, 1), (0, 1, 0.30, 0.50), *((x, x + 0.21, 0.03, 0.20) for x in (0.11, 0.45, 0.79))], 860)  # fmt: skip
ACROSS = {"tickvals": [1, 3, 10, 30, 100], "type": "log", "ticklabelposition": "outside right"}
READ = 8.0  # beats that a step of a search stays


def beam(look: Look[SearchFrame]) -> Picture:
    """Prefix after prefix: asked, scored, kept or pruned."""
    scene = search_scene(look, fan=_fan(look) if look.params.close_up >= 0 else None)
    stopped = {"stop_alpha": number(look.params.stop_alpha, 2)}
    return _search(scene, caption.beaten(scene, look.frame.greedy), stopped)


def greedy(look: Look[SearchFrame]) -> Picture:
    """A beam of width 1, told in its words."""
    return _search(search_scene(replace(look, scene="beam"), dotted=False), "", {})


def _search(scene: Scene, beaten: str, stopped: Mapping[str, str]) -> Picture:
    look = scene.look
    close, part = look.params.close_up >= 0, look.frame.part
    more = Safe(caption.cut_off(scene) + beaten + caption.likelier(scene))
    return _stepped(
        scene,
        _searched(scene),
        key=_key(scene, close),
        facts=caption.candidates(scene) | {"more": more} | dict(stopped),
        told=caption.ask_formula(scene, singly=close) if part == "expand" else caption.path_formula(scene),
        metrics=caption.metrics(scene),
    )


def _key(scene: Scene, close: bool) -> str:
    """Which sentence tells the step, where its part alone does not say."""
    frame = scene.look.frame
    if frame.part == "expand" and close:
        return "expand_one"
    if frame.part == "prune" and not (frame.state == ALIVE).any():
        return "pruned_all"
    if frame.part == "end":
        return "nothing" if not scene.ranked else "settled" if frame.settled else ""
    return ""


def exhaustive(look: Look[SearchFrame]) -> Picture:
    """Level after level of everything there is."""
    scene, frame = search_scene(look), look.frame
    mass = scene.look.say("mass", finished=number(frame.mass_finished, 3), cut=number(frame.mass_cut, 3))
    more = Safe(caption.cut_off(scene) + mass + caption.likelier(scene))
    return _stepped(
        scene,
        _searched(scene),
        key="nothing" if frame.part == "end" and not scene.ranked else "",
        facts=caption.candidates(scene) | {"more": more, "longest": look.params.longest},
        told=caption.path_formula(scene),
        metrics=caption.metrics(scene),
    )


def sampling(look: Look[SampleFrame]) -> Picture:
    """What can be drawn, as rings; what was, as discs in them."""
    scene, frame = sample_scene(look), look.frame
    size, count = len(scene.model.vocabulary), frame.count
    drawing = frame.part in ("ask", "filter", "draw")
    axis = {"nticks": 3}

    def told(node: int) -> str:
        return look.say("hover_sampled", count=int(count[node]), exact=p_of(float(np.exp(frame.logq[node]))))

    tree = tree_panel(scene, look.say("rings"), told, filled=False, over=[shares(scene, frame)])
    below = bars(scene, frame) if drawing else look.history("distance", x=axis, y=axis)
    before = frame.drawn[:-1] if frame.part == "draw" else frame.drawn
    facts = {
        "temperature": number(look.params.temperature, 2),
        "sentence": scene.model.words(frame.drawn),
        "asked": scene.model.words(before) or "∅",
        "token": scene.model.vocabulary[frame.drawn[-1]] if len(frame.drawn) else "",
        "left": frame.left,
        "of": size,
        "drawn": int(count[0]),
    }
    return _stepped(
        scene,
        [tree, drawn(scene, frame), below],
        key="step" if look.part == "from" else "",
        facts=facts,
        told=_sampled_formula(scene, frame),
        metrics=["samples", "finished", ("distance", number(frame.distance, 3))],
        level=lambda one: len(one.drawn) + (one.part != "draw"),
        derived={"samples": int(count[0])},
        hold=READ if look.params.close_up >= 0 else 1.0,
    )


def _sampled_formula(scene: Scene, frame: SampleFrame) -> caption.Formula:
    if frame.part == "draw":
        return caption.draw_formula(scene, frame)
    if frame.part in ("ask", "filter"):
        return caption.filter_formula(scene, frame)
    return caption.share_formula(scene, frame)


def widths(look: Look[SearchFrame]) -> Picture:
    """What wider and wider beams find: its probability, its length, its agreement with a reference."""
    scene = width_scene(look)
    look = scene.look
    last = "agreement" if look.options.reference.strip() else "calls"
    panels = _searched(scene)[:2]
    top = "log_s" if scene.scores else "logp"
    for column in (top, "length", last):
        panels.append(look.history(column, across="width", x=ACROSS, y={"nticks": 3}, zero=column != top))
    picture = look.picture(
        Placed(panels, *WIDTHS),
        key="found" if scene.ranked else "nothing",
        facts=caption.winner(scene),
        metrics=caption.metrics(scene),
        derived=caption.derived(scene),
        hold=READ,
        **caption.path_formula(scene),
    )
    for name in ("xaxis3", "xaxis4"):  # one above the other, they share the numbers of the lowest
        picture.wide[name] |= {"showticklabels": False}
    return ticked(picture, look, lambda frame: int(frame.step))


draw = scenes(ALGORITHMS, {"beam": beam, "greedy": greedy, "exhaustive": exhaustive, "sampling": sampling, "widths": widths})


def choices(data: Source, words: Words) -> Mapping[str, Mapping[str, str]]:
    """A table's rows can be made to sum to 1; an n-gram model of a text has an order and an estimator."""
    return {"normalise": {}} if isinstance(data, Text) else {"order": {}, "estimator": {}}


def clicked(name: str, index: int, frame: Any, params: Any, data: Source, options: Options) -> dict[str, Value]:
    """A click on a node lets the output begin with it."""
    shown = fewer(frame, options) if isinstance(params, Widths) else frame
    if not 0 <= index < len(shown.parent):
        return {}
    return {"forced": tokens_of(data, frame, params.normalise).words(sentence_of(shown, index))}


# ---- what all of them share


def _fan(look: Look[Any]) -> int:
    """Children that each prefix of a beam has room for, when they come one by one."""
    size = len(tokens_of(look.data[0], look.frame, look.params.normalise).vocabulary)
    return max(2, min(size, 24 // int(look.params.width)))


def _searched(scene: Scene) -> list[Panel]:
    """The tree, the list, and how the list depends on α."""
    say, state = scene.look.say, scene.frame.state
    return [tree_panel(scene, say("tree"), lambda node: say(STATES[state[node]])), scored(scene), alphas(scene)]


def _stepped(
    scene: Scene,
    panels: list[Panel],
    *,
    key: str,
    facts: Mapping[str, Any],
    told: caption.Formula,
    metrics: list[Metric],
    level: Any = lambda frame: frame.step,
    derived: Mapping[str, Any] | None = None,
    hold: float = READ,
) -> Picture:
    """A picture of tree, list and what stands below it."""
    look, lines = scene.look, room(scene)
    picture = look.picture(
        Placed(panels, WIDE, *_narrow(lines)),
        key=key,
        facts=caption.winner(scene) | dict(facts),
        metrics=metrics,
        derived=caption.derived(scene) | dict(derived or {}),
        hold=hold,
        **told,
    )
    picture.narrow["yaxis2"] |= {"range": [lines + 0.8, -1.1]}
    return ticked(picture, look, level)


def _narrow(lines: int) -> tuple[list[Box], int]:
    """The parts of the narrow picture one below the other, the list as long as it may get; and its height."""
    parts = [FOOT, BELOW, GAP, LINE * (lines + 1.9), GAP, TREE]
    edges = np.cumsum(parts) / sum(parts)
    boxes: list[Box] = [(0, 1, edges[4], 1), (0, 1, edges[2], edges[3]), (0.1, 0.97, edges[0], edges[1])]
    return boxes, round(sum(parts)) + 60
