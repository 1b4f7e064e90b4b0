"""The search tree as blocks: as high as P(prefix), or as the part of what its step has; children stand beside their parent."""

import numpy as np

from charts import labels, trees
from charts.bars import labels as words_at
from charts.bars import rectangles
from charts.panels import Panel, Trace, blank, escaped
from views.language.decoding_marks import ROW, TALL, drop, nodes, ticks
from views.language.decoding_scene import Scene, p_of

TOKENS, STEPS = 5, 4  # of a table whose probabilities are drawn as they are
ACROSS = 545  # px of the panel that are reckoned with
WHOLE, FANNED = 0.97, 0.8  # of a column: how broad a block is


def blocks(scene: Scene) -> Panel:
    """The tree."""
    frame, dry, lit = scene.frame, scene.dry, scene.lit
    true = scene.sampled or (len(scene.model.vocabulary) <= TOKENS and scene.look.params.longest <= STEPS)
    span = (trees.stacked if true else trees.fanned)(frame.parent, frame.depth, np.exp(scene.logs))
    left = frame.depth - 1.0
    right = np.where(frame.depth > 0, left + (WHOLE if true else FANNED), 0)
    bed = dry | lit | ~lit if scene.sampled else ~dry & ~lit

    def boxes(members: np.ndarray, to: np.ndarray = right) -> Trace:
        some = members & (frame.depth > 0)
        return rectangles(left[some], to[some], span[some, 0], span[some, 1], colour="@ink")

    paper = {"color": "@surface", "width": 1}
    traces = [
        trees.filled(trees.families(frame.parent, span, left, right), "@tile", "bands"),
        trees.filled(boxes(dry & ~bed), "@neutral1", "dry") | {"line": paper},
        trees.filled(boxes(bed), "@sequential1" if scene.sampled else "@sequential3", "bed") | {"line": paper},
        trees.filled(boxes(drop(scene) > 0, left + (right - left) * np.minimum(drop(scene), 1 / WHOLE)), "@sequential4", "water"),
        trees.filled(boxes(lit & ~bed), "@accent", "lit") | {"opacity": 0.4},
        trees.drawn(boxes(scene.greedy), "@ink", "greedy", dash="dot"),
        trees.drawn(boxes(lit), "@accent", "shore", 2),
        nodes(scene, (left + right) / 2, span.mean(1), seen=False),
        _names(scene, span, left, ACROSS / scene.look.params.longest * (WHOLE if true else FANNED) - 8),
    ]
    x = {"showgrid": False, "range": [0, scene.look.params.longest]} | ticks(scene, shift=-0.5)
    title = scene.say("blocks_filled" if scene.sampled else "blocks" if true else "blocks_fanned")
    return Panel(traces, title, x=x, y=blank(range=[1, 0]), tall=TALL)


def _names(scene: Scene, span: np.ndarray, left: np.ndarray, space: float) -> Trace:
    """In every block that is high enough its token, with its probability where there is room."""
    shown = np.flatnonzero((span[:, 1] - span[:, 0] >= ROW) & (scene.frame.depth > 0)).tolist()
    text = []
    for node in shown:
        name = escaped(labels.fitted(scene.model.vocabulary[scene.frame.token[node]], space))
        value = " " + p_of(float(np.exp(scene.logs[node])))
        if scene.fresh[node] or labels.width(name, 12, bold=True) + labels.width(value, 12) > space:
            value = ""
        text.append(f"\u2002{name}" if scene.dry[node] else f"\u2002<b>{name}</b>{value}")
    inks = ["@ink3" if scene.dry[node] and not scene.sampled else "@ink" for node in shown]
    meta = {"link": "node", "click": "node", "index": shown, "silent": True}
    return words_at(left[shown], span[shown].mean(1), text, colour=inks, place="middle right", meta=meta)
