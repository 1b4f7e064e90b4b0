"""Decoding's caption: what a step comes to, as facts for its sentences, as a formula and as a row of numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.formula import formula
from charts.numbers import number
from engine.language.decoding import (
    ALIVE,
    CUT,
    EXPANDED,
    FINISHED,
    OPEN,
    PRUNED,
    DecodingFrame,
    SampleFrame,
    agreement,
    sentence_of,
)
from engine.language.decoding import score as score_of
from views.language.decoding_scene import Scene, Sentence, p_of
from views.look import Metric

PATH = formula(
    r"P({name}!) = {factors}! = {product}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
PATH_SCORE = formula(
    r"S({name}!) = {factors}! = {product}!! \qquad \frac{\log S}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
ASK = formula(r"p(\,\cdot \mid {name}!) = ({row}!)")
ASK_SCORE = formula(r"S(\,\cdot \mid {name}!) = ({row}!)")
FILTER = formula(r"p = ({row}!) \;\to\; q = ({filtered}!!)")
FILTER_SCORE = formula(r"S = ({row}!) \;\to\; q = ({filtered}!!)")
DRAW = formula(r"{low}! \le u = {u}!! < {high}! \;\Rightarrow\; {token}!")
SUM = formula(
    r"\log P({name}!) = {factors}! = {logp}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
SUM_SCORE = formula(
    r"\log S({name}!) = {factors}! = {logp}!! \qquad \frac{\log S}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
SHARE = formula(r"\frac{{count}!}{{samples}!} = {share}!! \qquad P = {factors}! = {product}!")

Formula = dict[str, Any]  # formula, values, of, at: as in Picture


def _shape(scene: Scene, mathml: str, values: Mapping[str, tuple[Any, int]], at: int) -> Formula:
    """A formula about nodes; none where there is only the root."""
    if len(scene.frame.parent) == 1 and not scene.ranked:
        return {}
    return {"formula": mathml, "values": values, "of": "node", "at": at}


# ---- facts


def winner(scene: Scene) -> dict[str, str]:
    """What stands first in the list, for a sentence; and the same told to whoever does not see it."""
    best, say = scene.best, scene.look.say
    facts = {
        "winner": scene.model.words(best.tokens) if best else "",
        "winner_p": p_of(float(np.exp(best.logp))) if best else "",
        "alpha": number(scene.look.options.alpha, 2),
    }
    first = say("alt_best", **facts) if best else say("alt_none", nodes=len(scene.frame.parent))
    return facts | {"first": first}


def candidates(scene: Scene) -> dict[str, Any]:
    """What a search step has made, and what it has kept."""
    frame = scene.frame
    alive, open_ = np.flatnonzero(frame.state == ALIVE), np.flatnonzero(frame.state == OPEN)
    top = open_[np.argmax(frame.logp[open_])] if len(open_) else (alive[0] if len(alive) else 0)
    order = alive[np.argsort(-np.round(frame.logp[alive], 12), kind="stable")]
    some = [f"{scene.name(node)} ({p_of(float(np.exp(frame.logp[node])))})" for node in order[:4].tolist()]
    kept = scene.look.say("comma").join(some)
    return {
        "live": len(frame.asked),
        "made": len(open_) + scene.look.frame.hidden,
        "best": scene.name(top),
        "best_p": p_of(float(np.exp(frame.logp[top]))),
        "stay": len(alive),
        "kept": kept + (" …" if len(order) > 4 else ""),
        "asked": scene.name(frame.asked[-1]) if len(frame.asked) else "",
        "hidden": _hidden(scene),
    }


def _hidden(scene: Scene) -> str:
    hidden = scene.look.frame.hidden
    return scene.look.say("hidden", n=hidden) if hidden else ""


def cut_off(scene: Scene) -> str:
    """That the winner has no end."""
    best = scene.best
    return scene.look.say("cut_off", longest=scene.look.params.longest) if best and best.cut else ""


def beaten(scene: Scene, greedy: float) -> str:
    """What greedy search finds, where it is something else."""
    best = scene.best
    if best is None or not np.isfinite(greedy) or round(best.logp, 9) == round(greedy, 9):
        return ""
    return scene.look.say("greedy_finds", p=p_of(float(np.exp(greedy))))


def likelier(scene: Scene) -> str:
    """The likeliest of all, where it is something else."""
    frame, best = scene.frame, scene.best
    if best is None or not len(frame.optimum_tokens) or round(best.logp, 9) == round(frame.optimum, 9):
        return ""
    tokens = scene.model.words(token for token in frame.optimum_tokens if token >= 0)
    key = "optimum_ends" if scene.model.end >= 0 else "optimum_endless"
    return scene.look.say(key, optimum=tokens, p=p_of(float(np.exp(frame.optimum))))


# ---- formulas


def path_formula(scene: Scene) -> Formula:
    """What a node's probability, or score S, or the logarithm of it, is made of; and what ranks it."""
    frame, alpha = scene.frame, scene.look.options.alpha
    n = len(frame.parent)
    lengths = np.maximum(frame.depth, 1).tolist()
    scores = [score_of(logp, size, alpha) for logp, size in zip(frame.logp.tolist(), lengths, strict=True)]
    values = {
        "name": (_names(scene), 0),
        "factors": ([_factors(scene, node) for node in range(n)], 0),
        "product": ([p_of(float(p)) for p in np.exp(frame.logp)], 0),
        "logp": (np.round(frame.logp, 3).tolist(), 3),
        "length": (frame.depth.tolist(), 0),
        "alpha": (alpha, 2),
        "score": (np.round(scores, 3).tolist(), 3),
    }
    plain, logarithmic = (PATH_SCORE, SUM_SCORE) if scene.scores else (PATH, SUM)
    return _shape(scene, logarithmic if scene.added else plain, values, _looked_at(scene))


def ask_formula(scene: Scene, *, singly: bool) -> Formula:
    """What the model says after the prefixes that were asked, of which the first is shown, or `singly` the last."""
    frame, hidden = scene.frame, scene.look.frame.hidden
    rows: list[str | None] = [None] * len(frame.parent)
    for node in frame.asked.tolist():
        below = np.flatnonzero(frame.parent == node)
        rows[node] = _row(scene, frame.token[below], np.exp(frame.logp[below] - frame.logp[node]), whole=not hidden)
    values = {"name": (_names(scene), 0), "row": (rows, 0)}
    return _shape(scene, ASK_SCORE if scene.scores else ASK, values, int(frame.asked[-1] if singly else frame.asked[0]))


def share_formula(scene: Scene, frame: SampleFrame) -> Formula:
    """How often samples came by a node, beside its exact probability."""
    n, times = len(frame.parent), max(int(frame.count[0]), 1)
    values = {
        "name": (_names(scene), 0),
        "factors": ([_factors(scene, node) for node in range(n)], 0),
        "product": ([p_of(float(p)) for p in np.exp(frame.logq)], 0),
        "count": (frame.count.tolist(), 0),
        "samples": (times, 0),
        "share": (np.round(frame.count / times, 3).tolist(), 3),
    }
    return _shape(scene, SHARE, values, max(scene.best.node if scene.best else 0, 0))


def filter_formula(scene: Scene, frame: SampleFrame) -> Formula:
    """What the model says, and what the filters make of it."""
    rows = {"row": frame.chances, "filtered": frame.filtered}
    values = {key: (_row(scene, frame.named, chances), 0) for key, chances in rows.items()}
    return _shape(scene, FILTER_SCORE if scene.scores else FILTER, values, 0)


def draw_formula(scene: Scene, frame: SampleFrame) -> Formula:
    """Where the number falls."""
    low, high = frame.slot.tolist()
    told = {"low": number(low, 4), "u": number(frame.u, 4), "high": number(high, 4)}
    told |= {"token": scene.said(frame.drawn[-1:].tolist())}
    return _shape(scene, DRAW, {key: (value, 0) for key, value in told.items()}, 0)


def _names(scene: Scene) -> list[str]:
    return [scene.said(sentence_of(scene.frame, node)) for node in range(len(scene.frame.parent))]


def _looked_at(scene: Scene) -> int:
    """The winner at the end; else the likeliest of the newest."""
    frame, best = scene.frame, scene.best
    if scene.over and best and best.node >= 0:
        return best.node
    for state in (OPEN, ALIVE, FINISHED, CUT, EXPANDED, PRUNED):
        nodes = np.flatnonzero(frame.state == state)
        nodes = nodes[frame.depth[nodes] == frame.depth[nodes].max()] if len(nodes) else nodes
        if len(nodes):
            return int(nodes[np.argmax(np.round(frame.logp[nodes], 12))])
    return 0


def _factors(scene: Scene, node: int) -> str:
    """0.5 · 0.4 · 0.6, or the sum of the logarithms; of a long one the beginning and the end."""
    steps: list[str] = []
    while node > 0:
        above = int(scene.frame.parent[node])
        steps.append(scene.factor(float(scene.logs[node] - scene.logs[above])))
        node = above
    steps.reverse()
    steps = steps if len(steps) <= 6 else [*steps[:2], "…", steps[-1]]
    return (" ".join(steps) or "0") if scene.added else (" · ".join(steps) or "1")


def _row(scene: Scene, tokens: np.ndarray, chances: np.ndarray, whole: bool = True) -> str:
    """A distribution: of few tokens all in their order, of many the likeliest with their names."""
    size = len(scene.model.vocabulary)
    if size <= 6 and whole:
        p = np.zeros(size)
        p[tokens] = chances
        return ", ".join(p_of(value) for value in p.tolist())
    best = [i for i in np.argsort(-np.round(chances, 12), kind="stable")[:5].tolist() if chances[i] > 0]
    shown = [f"{scene.said([int(tokens[i])])} {p_of(float(chances[i]))}" for i in best]
    return ", ".join([*shown, "…"] if int(np.count_nonzero(chances)) > len(shown) or not whole else shown)


# ---- numbers


def derived(scene: Scene) -> dict[str, float | int | str | None]:
    """What the table has beside the frame's own numbers."""
    frame, best = scene.look.frame, scene.best
    return {
        "sentence": scene.model.words(best.tokens) if best else None,
        "score": best.score(scene.look.options.alpha) if best else None,
        "length": len(best.tokens) if best else None,
        "agreement": _agreement(scene, best),
        "finished": len(frame.finished),
        "entropy": _known(frame.mean_entropy),
        "choices": _choices(frame),
        **_measures(scene),
    }


def _measures(scene: Scene) -> dict[str, float | None]:
    """How likely the best is, or what it scores: never both."""
    best, optimum = scene.best, scene.frame.optimum
    known = (
        float(np.exp(best.logp)) if best else None,
        best.logp if best else None,
        float(np.exp(optimum)) if np.isfinite(optimum) else None,
    )
    names = [("probability", "logp", "optimum"), ("s", "log_s", "optimum_s")]
    told, silent = reversed(names) if scene.scores else names
    return dict(zip(told, known, strict=True)) | dict.fromkeys(silent)


def metrics(scene: Scene) -> list[Metric]:
    """The best sentence so far; the likeliest there is, which is known at the end; and what it has cost."""
    best, optimum = scene.best, scene.frame.optimum
    first, highest = ("s", "optimum_s") if scene.scores else ("probability", "optimum")
    return [
        (first, p_of(float(np.exp(best.logp))) if best else None),
        (highest, p_of(float(np.exp(optimum))) if np.isfinite(optimum) else None),
        "calls",
    ]


def _agreement(scene: Scene, best: Sentence | None) -> float | None:
    wanted = scene.look.options.reference.split()
    if not wanted or best is None:
        return None
    return agreement([scene.model.vocabulary[token] for token in best.tokens if token != scene.model.end], wanted)


def _choices(frame: DecodingFrame) -> float | None:
    return float(np.exp(frame.mean_entropy)) if np.isfinite(frame.mean_entropy) else None


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
