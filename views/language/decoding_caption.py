"""Decoding's caption: what a step comes to, as facts for its sentences, as a formula and as a row of numbers."""

from typing import Any

import numpy as np

from charts.formula import formula, scored
from charts.numbers import number
from charts.panels import Safe
from engine.language.decoding import ALIVE, OPEN, SampleFrame, agreement
from views.language.decoding_scene import Scene, p_of
from views.look import Metric

PRODUCT = formula(
    r"P({name}!) = {factors}! = {product}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
SUM = formula(
    r"\log P({name}!) = {factors}! = {logp}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
ASK = formula(r"p(\,\cdot \mid {name}!) = ({row}!)")
FILTER = formula(r"p = ({row}!) \;\to\; q = ({filtered}!!)")
DRAW = formula(r"{low}! \le u = {u}!! < {high}! \;\Rightarrow\; {token}!")
SHARE = formula(r"\frac{{count}!}{{samples}!} = {share}!! \qquad P = {factors}! = {product}!")


def facts(scene: Scene) -> dict[str, Any]:
    """What sentences name: the first of the list, and what a step has made and kept."""
    frame, best, say = scene.frame, scene.best, scene.say
    alive, open_ = np.flatnonzero(frame.state == ALIVE), np.flatnonzero(frame.state == OPEN)
    order = alive[np.argsort(-np.round(frame.logp[alive], 12), kind="stable")]
    top = int(open_[np.argmax(frame.logp[open_])] if len(open_) else order[0] if len(order) else 0)
    won = {"winner": scene.model.words(best.tokens), "winner_p": _p(best.logp)} if best else {"winner": "", "winner_p": ""}
    hidden, masses = scene.look.frame.hidden, list(scene.left.values())
    return won | {
        "P": scene.letter,
        "p": scene.letter.lower(),
        "alpha": number(scene.look.options.alpha, 2),
        "first": say("alt_best", **won) if best else say("alt_none", nodes=len(frame.parent)),
        "chances": say("no_chances") if scene.scores else "",
        "live": len(frame.asked),
        "made": len(open_) + hidden,
        "unsure": number(float(np.exp(scene.look.frame.mean_entropy)), 2),
        "best": scene.name(top),
        "best_p": _p(frame.logp[top]),
        "stay": len(alive),
        "kept": scene.look.say("comma").join(f"{scene.name(node)} ({_p(frame.logp[node])})" for node in order[:4].tolist())
        + " …" * (len(order) > 4),
        "asked": scene.name(frame.asked[-1]) if len(frame.asked) else "",
        "hidden": say("hidden", n=hidden) if hidden else "",
        "left_over": say("left", mass=p_of(masses[-1])) if masses else "",
    }


def _p(logp: float) -> str:
    return p_of(float(np.exp(logp)))


def more(scene: Scene, greedy: float = np.nan) -> str:
    """What is to be said of the winner at the end: that it has no end, what greedy finds, what is the likeliest of all."""
    frame, best, say = scene.frame, scene.best, scene.say
    if best is None:
        return ""
    told = say("cut_off", longest=scene.look.params.longest) if best.cut else ""
    if np.isfinite(greedy) and round(best.logp, 9) != round(greedy, 9):
        told += say("greedy_finds", value=_p(greedy))
    if len(frame.optimum_tokens) and round(best.logp, 9) != round(frame.optimum, 9):
        optimum = scene.model.words(token for token in frame.optimum_tokens.tolist() if token >= 0)
        told += say("optimum_ends" if scene.model.end >= 0 else "optimum_endless", optimum=optimum, value=_p(frame.optimum))
    return Safe(told)


def told(scene: Scene) -> dict[str, Any]:
    """The step's formula, its values, of which entity: as in Picture."""
    frame = scene.frame
    if isinstance(frame, SampleFrame) and frame.part:
        return _draw_formula(scene, frame)
    return _ask_formula(scene) if scene.fresh.any() else _path_formula(scene)


def _path_formula(scene: Scene) -> dict[str, Any]:
    """What a node's probability, or score S, or the logarithm of it, is made of; and what ranks it, or how often it was drawn."""
    frame, alpha, nodes = scene.frame, scene.look.options.alpha, range(len(scene.logs))
    drawn = frame.count if isinstance(frame, SampleFrame) else np.zeros(len(nodes), int)
    if (len(nodes) == 1 and not scene.ranked) or (scene.sampled and not drawn[0]):
        return {}
    values = {
        "name": (_names(scene), 0),
        "factors": (_factors(scene), 0),
        "product": (list(map(p_of, np.exp(scene.logs).tolist())), 0),
        "logp": (np.round(frame.logp, 3).tolist(), 3),
        "length": (frame.depth.tolist(), 0),
        "alpha": (alpha, 2),
        "score": (np.round(frame.logp / np.maximum(frame.depth, 1) ** alpha, 3).tolist(), 3),
        "count": (drawn.tolist(), 0),
        "samples": (int(drawn[0]), 0),
        "share": (np.round(drawn / max(int(drawn[0]), 1), 3).tolist(), 3),
    }
    ranked = scored(SUM if scene.added else PRODUCT, scene.scores)
    about = np.flatnonzero(scene.lit if scene.lit.any() else frame.state == ALIVE)  # the likeliest of it; at the end the winner
    about = about[frame.depth[about] == frame.depth[about].max(initial=0)]
    at = int(about[np.argmax(np.round(scene.logs[about], 12))]) if len(about) else 0
    return {"formula": SHARE if scene.sampled else ranked, "values": values, "of": "node", "at": at}


def _ask_formula(scene: Scene) -> dict[str, Any]:
    """What the model says after the prefixes that were asked, of which the first is shown, in a close-up the last."""
    frame = scene.frame
    rows: list[str | None] = [None] * len(frame.parent)
    for node in frame.asked.tolist():
        below = np.flatnonzero(frame.parent == node)
        rows[node] = _row(scene, frame.token[below], np.exp(scene.steps[below]), whole=not scene.look.frame.hidden)
    values = {"name": (_names(scene), 0), "row": (rows, 0)}
    at = int(frame.asked[-1 if scene.singly else 0])
    return {"formula": scored(ASK, scene.scores), "values": values, "of": "node", "at": at}


def _draw_formula(scene: Scene, frame: SampleFrame) -> dict[str, Any]:
    """What the model says, and what the filters make of it; then where the number falls."""
    if frame.part == "draw":
        low, high = frame.slot.tolist()
        told = {key: (number(value, 4), 0) for key, value in (("low", low), ("u", frame.u), ("high", high))}
        return {"formula": DRAW, "values": told | {"token": (scene.said(frame.drawn[-1:].tolist()), 0)}}
    rows = {"row": frame.chances, "filtered": frame.filtered}
    values = {key: (_row(scene, frame.named, p), 0) for key, p in rows.items()}
    return {"formula": scored(FILTER, scene.scores), "values": values}


def _names(scene: Scene) -> list[str]:
    """The prefixes, of long ones the beginning and the end."""
    return [scene.said(way) if len(way) < 6 else f"{scene.said(way[:2])} … {scene.said(way[-2:])}" for way in scene.ways]


def _factors(scene: Scene) -> list[str]:
    """Of every node 0.5 · 0.4 · 0.6, or the sum of the logarithms; of a long one the beginning and the end."""
    ways: list[list[str]] = [[]]
    for above, step in zip(scene.frame.parent[1:].tolist(), scene.steps[1:].tolist(), strict=True):
        ways.append([*ways[above], scene.factor(step)])
    some = [way if len(way) <= 6 else [*way[:2], "…", way[-1]] for way in ways]
    return [(" ".join(way) or "0") if scene.added else (" · ".join(way) or "1") for way in some]


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


def derived(scene: Scene) -> dict[str, float | int | str | None]:
    """What the table has beside the frame's own numbers. How likely the best is, or what it scores: never both."""
    best, optimum = scene.best, scene.frame.optimum
    found = best.logp if best else np.nan
    row = {
        "probability": np.exp(found),
        "logp": found,
        "optimum": np.exp(optimum),
        "score": best.score(scene.look.options.alpha) if best else np.nan,
        "entropy": scene.look.frame.mean_entropy,
        "choices": np.exp(scene.look.frame.mean_entropy),
        "held": next(reversed(scene.left.values()), np.nan),
        "agreement": _agreement(scene),
    }
    known: dict[str, Any] = {key: float(value) if np.isfinite(value) else None for key, value in row.items()}
    for one, other in (("probability", "s"), ("logp", "log_s"), ("optimum", "optimum_s")):
        known |= {one: None, other: known[one]} if scene.scores else {other: None}
    sentence = {"sentence": scene.model.words(best.tokens) if best else None, "length": len(best.tokens) if best else None}
    drawn = {"samples": int(scene.frame.count[0])} if isinstance(scene.frame, SampleFrame) else {}
    return known | sentence | drawn | {"finished": len(scene.frame.finished)}


def metrics(scene: Scene, last: str = "held") -> list[Metric]:
    """The best sentence so far; the likeliest there is, which is known at the end; and what is left of all probability."""
    row = derived(scene)
    names = ("s", "optimum_s", "calls") if scene.scores else ("probability", "optimum", last)
    return [name if name == "calls" else (name, None if (p := row[name]) is None else p_of(float(p))) for name in names]


def _agreement(scene: Scene) -> float:
    wanted, best = scene.look.options.reference.split(), scene.best
    if not wanted or best is None:
        return float("nan")
    return agreement([scene.model.vocabulary[token] for token in best.tokens if token != scene.model.end], wanted)
