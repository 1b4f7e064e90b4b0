"""Decoding: the search as a tree, the finished sentences ranked, and how the ranking depends on the length exponent."""

from collections.abc import Sequence

import numpy as np

from charts.panels import Box, Picture, compose
from engine.language import decoding
from engine.language.decoding import DecodingFrame, Params
from views import Words
from views.language.decoding_caption import alt, formula_of, metrics, phase, said
from views.language.decoding_list import below_panel, list_panel, room, sweep_panels
from views.language.decoding_scene import Options, Scene, Sentence, Source, drawn_part, make_scene, tokens_of
from views.language.decoding_tree import ticks, tree_panel

__all__ = ["Options", "draw", "forced", "numbers"]

WIDE: list[Box] = [(0, 0.70, 0.03, 1), (0.735, 1, 0.44, 1), (0.775, 0.99, 0.05, 0.32)]
LINE, TREE, BELOW, GAP, FOOT = 20, 380, 105, 48, 22  # of the narrow picture, in px
WIDE_WIDTHS: list[Box] = [(0, 0.66, 0.03, 1), (0.70, 1, 0.56, 1), *((0.75, 0.99, y, y + 0.09) for y in (0.37, 0.19, 0.01))]
NARROW_WIDTHS: list[Box] = [(0, 1, 0.56, 1), (0, 1, 0.30, 0.50), *((x, x + 0.24, 0.03, 0.20) for x in (0.05, 0.40, 0.75))]


def forced(frame: DecodingFrame, node: int, source: Source, params: Params, options: Options) -> str:
    """The beginning that a click on a node forces."""
    model = tokens_of(source, frame, params.normalise)
    frame = drawn_part(frame, params, options)
    return " ".join(model.vocabulary[token] for token in decoding.sentence_of(frame, node)) if node < len(frame.parent) else ""


def draw(
    frames: Sequence[DecodingFrame], i: int, params: Params, data: tuple[Source, ...], options: Options, words: Words
) -> Picture:
    """The picture of frame i."""
    scene = make_scene(frames, i, params, data[0], options, words)
    frame, sweep = scene.frame, params.strategy == "widths"
    panels = [tree_panel(scene), list_panel(scene)]
    panels += sweep_panels(params, options, scene.words) if sweep else [below_panel(scene)]
    if sweep:
        drawn = compose(panels, WIDE_WIDTHS, NARROW_WIDTHS, height=860)
        for axis in ("xaxis3", "xaxis4"):  # one above the other, they share the numbers of the lowest
            drawn["wide"][axis] |= {"showticklabels": False}
    else:
        lines = room(scene)
        drawn = compose(panels, WIDE, *_narrow(lines))
        drawn["narrow"]["yaxis2"] |= {"range": [lines + 0.8, -1.1]}
    ticks(drawn, frames[: i + 1], scene)
    sentence = said(scene)
    mathml, values, at = formula_of(scene)
    return Picture(
        **drawn,
        phase=phase(scene),
        said=sentence,
        alt=alt(scene, sentence),
        numbers=numbers(scene),
        formula=mathml,
        values=values,
        of="node",
        at=at,
        metrics=metrics(scene),
        mark=frame.part == "expand",
        hold=8.0 if params.strategy in ("beam", "greedy", "exhaustive", "widths") or params.close_up >= 0 else 1.0,
    )


def _narrow(lines: int) -> tuple[list[Box], int]:
    """The parts of the narrow picture one below the other, the list as long as it may get; and its height."""
    parts = [FOOT, BELOW, GAP, LINE * (lines + 1.9), GAP, TREE]
    edges = np.cumsum(parts) / sum(parts)
    boxes: list[Box] = [(0, 1, edges[4], 1), (0, 1, edges[2], edges[3]), (0.1, 0.97, edges[0], edges[1])]
    return boxes, round(sum(parts)) + 60


def numbers(scene: Scene) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    frame, best = scene.frame, scene.ranked[0] if scene.ranked else None
    return {
        "step": frame.step,
        "part": frame.part,
        "width": frame.width,
        "sentence": " ".join(scene.model.vocabulary[token] for token in best.tokens) if best else None,
        "probability": float(np.exp(best.logp)) if best and not scene.scores else None,
        "s": float(np.exp(best.logp)) if best and scene.scores else None,
        "logp": best.logp if best else None,
        "score": best.score(scene.options.alpha) if best else None,
        "length": len(best.tokens) if best else None,
        "agreement": _agreement(scene, best),
        "finished": len(frame.finished),
        "calls": frame.calls,
        "entropy": frame.mean_entropy if np.isfinite(frame.mean_entropy) else None,
        "choices": float(np.exp(frame.mean_entropy)) if np.isfinite(frame.mean_entropy) else None,
        "distance": frame.distance if np.isfinite(frame.distance) else None,
    }


def _agreement(scene: Scene, best: Sentence | None) -> float | None:
    wanted = scene.options.reference.split()
    if not wanted or best is None:
        return None
    return decoding.agreement([scene.model.vocabulary[token] for token in best.tokens if token != scene.model.end], wanted)
