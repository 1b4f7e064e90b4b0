"""Decoding: the search as a river or as blocks, the finished sentences ranked, and how the ranking depends on α.

All five kinds of run share one picture (tree, list, and what stands below it): its lines are many, and are there once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from charts import curves, ranking
from charts.layout import columns, rows
from charts.numbers import number
from charts.panels import Panel, Picture, Safe, note
from charts.words import cut, wrapped
from engine.language import decoding
from engine.language.decoding import ALGORITHMS, ALIVE, SampleFrame, SearchFrame, Sentence, Source, Widths
from engine.params import Value
from engine.texts import Text
from views.language import decoding_caption as caption
from views.language.decoding_scene import HIGHEST, Options, Scene, fewer, p_of, sample_scene, search_scene, searched
from views.language.decoding_tree import blocks, river, ticks
from views.look import Look, Metric, Words, scenes

__all__ = ["Options", "choices", "clicked", "draw"]

ACROSS = {"tickvals": [1, 3, 10, 30, 100], "type": "log", "range": [-0.04, 2.04]}
READ = 8.0  # beats that a step of a search stays
ROWS, FEW = 8, 4  # sentences listed, of short ones and of long ones
LETTERS = 24  # of a line
BARS = 6
GRID = np.linspace(0, HIGHEST, 41)


def beam(look: Look[SearchFrame]) -> Picture:
    """Prefix after prefix: asked, scored, kept or pruned."""
    return _search(search_scene(look), look.frame.greedy)


def greedy(look: Look[SearchFrame]) -> Picture:
    """A beam of width 1, told in its words."""
    return _search(search_scene(replace(look, scene="beam"), dotted=False), np.nan)


def _search(scene: Scene, greedy: float) -> Picture:
    facts = {"more": caption.more(scene, greedy), "stop_alpha": number(getattr(scene.look.params, "stop_alpha", 0), 2)}
    return _picture(scene, [_scored(scene), _ahead(scene)], key=_key(scene), facts=facts, metrics=caption.metrics(scene))


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
        [_scored(scene), _ahead(scene)],
        key="nothing" if frame.part == "end" and not scene.ranked else "",
        facts=facts | {"more": caption.more(scene)},
        metrics=caption.metrics(scene, "calls"),
    )


def sampling(look: Look[SampleFrame]) -> Picture:
    """What can be drawn, as a river bed; what was, as its water."""
    scene, frame = sample_scene(look), look.frame
    below = _bars(scene, frame) if frame.part else look.history("distance", x={"nticks": 3})
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
        [_drawn(scene, frame), below],
        key="step" if look.part == "from" else "",
        facts=facts,
        metrics=["samples", "finished", ("distance", number(frame.distance, 3))],
        hold=READ if look.params.close_up >= 0 else 1.0,
    )


def widths(look: Look[SearchFrame]) -> Picture:
    """What wider and wider beams find: its probability, and its length or its agreement with a reference."""
    frame = fewer(look.frame, look.options)
    scene = searched(look, frame, len(frame.parent))
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
    return {"forced": decoding.tokens_of(data, frame, params).words(decoding.sentence_of(shown, index))}


def _picture(
    scene: Scene, beside: list[Panel], *, key: str, facts: Mapping[str, Any], metrics: list[Metric], hold: float = READ
) -> Picture:
    """A picture of the tree, and two panels beside it."""
    blocky = scene.look.options.shape == "blocks"
    picture = scene.look.picture(
        columns((blocks if blocky else river)(scene), rows(*beside, shares=(3, 2))),
        key=key,
        facts=caption.facts(scene) | dict(facts),
        metrics=metrics,
        derived=caption.derived(scene),
        hold=hold,
        **caption.told(scene),
    )
    picture.narrow["xaxis"] |= ticks(scene, phone=True, shift=-0.5 * blocky)
    return picture


def _scored(scene: Scene) -> Panel:
    """Sentences, best first, with probability and score."""
    say, alpha = scene.say, scene.look.options.alpha
    heads = scene.letter, scene.look.words.columns["score"]
    title = say("list_kept" if scene.look.options.pool == "kept" else "list", alpha=number(alpha, 2))
    return _listed(scene, title, heads, lambda item: (p_of(float(np.exp(item.logp))), number(item.score(alpha), 3)))


def _drawn(scene: Scene, frame: SampleFrame) -> Panel:
    """Sentences, the commonest first, with their share and their exact probability; the one just drawn is lit."""
    say, times = scene.say, max(int(frame.count[0]), 1)
    heads = say("share"), say("exact")
    return _listed(scene, say("tally"), heads, lambda item: (number(item.count / times, 3), p_of(float(np.exp(item.logq)))))


def _listed(scene: Scene, title: str, heads: tuple[str, str], numbers: Callable[[Sentence], tuple[str, str]]) -> Panel:
    say, long = scene.say, scene.look.params.longest > 5
    rows = FEW if long else ROWS
    items = scene.ranked[:rows]
    words = [scene.model.words(item.tokens) + " …" * item.cut for item in items]
    said = [Safe(wrapped(text, LETTERS, 2)) if long else cut(text, LETTERS) for text in words]
    cells = list(zip(*map(numbers, items), strict=True)) or [("",), ("",)]
    more = len(scene.ranked) - len(items)
    return ranking.table(
        title,
        [(0, say("sentence"), said or [say("none_yet")]), (0.78, heads[0], cells[0]), (1, heads[1], cells[1])],
        lit=0 if scene.over and items else -1,
        faint=[not items] * max(len(items), 1),
        foot=[(0, say("more_sentences", n=more))] if more else [],
        rows=rows + (not long),
        size=11 if long else 12,
        link="node",
        click="node",
        index=[item.node for item in items] or [-1],
    )


def _bars(scene: Scene, frame: SampleFrame) -> Panel:
    """The likeliest next tokens as the model says, then as the filters leave them."""
    token = int(frame.drawn[-1]) if frame.part == "draw" else -1
    order = np.argsort(-np.round(frame.chances, 12), kind="stable")[: min(BARS, np.count_nonzero(frame.chances))]
    if token >= 0 and token not in frame.named[order]:
        order[-1] = int(np.flatnonzero(frame.named == token)[0])
    names = [scene.model.vocabulary[int(frame.named[at])] for at in order.tolist()]
    values = frame.filtered[order]
    lit = frame.named[order].tolist().index(token) if token >= 0 else -1
    title = scene.say("bars_asked" if frame.part == "ask" else "bars")
    hollow = (values == 0).tolist()
    return ranking.ranked(title, names, values, lit=lit, hollow=hollow, said=list(map(p_of, values)), rows=4, top=1, letters=9)


def _ahead(scene: Scene) -> Panel:
    """How far the first of the list is ahead of the best other, for every α: where that is 0 another takes its place."""
    say, here = scene.say, scene.look.options.alpha
    compared = decoding.rivals(scene.frame, scene.ranked, here)
    gap = np.zeros(len(GRID))
    told, title = say("lead_none"), say("lead_title")
    if len(compared) > 1:
        first, *others = compared
        gap, taken = decoding.lead(first, others, GRID), decoding.overtaken(first, others, GRID, here)
        names = [cut(scene.model.words(other.tokens), 16) for _, other in taken]
        keys = ["taken_below" if alpha < here else "taken_above" for alpha, _ in taken]
        lines = [say(key, alpha=number(alpha, 3), other=name) for key, (alpha, _), name in zip(keys, taken, names, strict=True)]
        told = Safe("<br>".join(lines)) if lines else say("lead_always")
        title = say("lead", first=cut(scene.model.words(first.tokens), 16))
    low, high = min(float(gap.min()), 0), max(float(gap.max()), 0)
    room = high - low or 1.0
    hover = "α = %{x:.2f}: %{y:.3f}<extra></extra>"
    traces = [
        curves.line(GRID, np.maximum(gap, 0), colour="@c1", width=0, fill="tozeroy", fillcolor="@sequential3"),
        curves.line(GRID, np.round(gap, 4), colour="@ink", hovertemplate=hover),
        curves.now(here, float(np.interp(here, GRID, gap))),
    ]
    zero = {"type": "line", "x0": 0, "x1": HIGHEST, "y0": 0, "y1": 0, "line": {"color": "@edge", "width": 1}}
    place = {"xref": "x domain", "yref": "y domain", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    words = note(told, font={"size": 11, "color": "@ink2", "shadow": "@halo"}, borderpad=0, align="right", **place)
    y = {"nticks": 3, "range": [low - 0.45 * room, high + 0.12 * room]} | ({} if len(compared) > 1 else {"tickvals": [0]})
    x = {"showgrid": False, "range": [0, HIGHEST], "tickvals": [0, 1, 2]}
    return Panel(traces, title, notes=[words], shapes=[zero], x=x, y=y, small=True)
