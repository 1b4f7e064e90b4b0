"""Decoding's caption: what happens in a step, in words, in a formula and in a few numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from charts.formula import formula
from charts.numbers import number
from engine.language import decoding
from engine.language.decoding import ALIVE, CUT, EXPANDED, FINISHED, OPEN, PRUNED, DecodingFrame
from views.language.decoding_scene import Scene, factor, logarithms, p_of
from views.language.decoding_tree import logs

PATH = formula(
    r"P({name}!) = {factors}! = {product}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
ASK = formula(r"p(\,\cdot \mid {name}!) = ({row}!)")
ASK_SCORE = formula(r"S(\,\cdot \mid {name}!) = ({row}!)")
PATH_SCORE = formula(
    r"S({name}!) = {factors}! = {product}!! \qquad \frac{\log S}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
SUM_SCORE = formula(
    r"\log S({name}!) = {factors}! = {logp}!! \qquad \frac{\log S}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
FILTER_SCORE = formula(r"S = ({row}!) \;\to\; q = ({filtered}!!)")
FILTER = formula(r"p = ({row}!) \;\to\; q = ({filtered}!!)")
DRAW = formula(r"{low}! \le u = {u}!! < {high}! \;\Rightarrow\; {token}!")
SUM = formula(
    r"\log P({name}!) = {factors}! = {logp}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
SHARE = formula(r"\frac{{count}!}{{samples}!} = {share}!! \qquad P = {factors}! = {product}!")


def phase(scene: Scene) -> str:
    frame, words = scene.frame, scene.words
    if scene.params.strategy == "widths":
        return words("phase_width", k=frame.width)
    if not frame.part and scene.params.strategy != "sampling":
        return words("phase_from", step=frame.step) if frame.step else words("phase_start")
    if not frame.step:
        return words("phase_start")
    if scene.params.strategy == "sampling":
        return words(f"phase_{frame.part}" if frame.part else "phase_sample", step=frame.step)
    return words(f"phase_{frame.part}", step=frame.step)


def facts_of(scene: Scene) -> dict[str, Any]:
    frame, vocabulary = scene.frame, scene.model.vocabulary
    best = scene.ranked[0] if scene.ranked else None
    alive = np.flatnonzero(frame.state == ALIVE)
    open_ = np.flatnonzero(frame.state == OPEN)
    top = open_[np.argmax(frame.logp[open_])] if len(open_) else (alive[0] if len(alive) else 0)

    def name(node: int) -> str:
        return " ".join(vocabulary[token] for token in decoding.sentence_of(frame, int(node))) or "∅"

    order = alive[np.argsort(-np.round(frame.logp[alive], 12), kind="stable")]
    return {
        "step": frame.step,
        "k": frame.width,
        "live": len(frame.asked),
        "made": len(open_) + frame.hidden,
        "best": name(top),
        "best_p": p_of(float(np.exp(frame.logp[top]))),
        "stay": len(alive),
        "kept": ", ".join(f"{name(node)} ({p_of(float(np.exp(frame.logp[node])))})" for node in order[:4])
        + (" …" if len(order) > 4 else ""),
        "winner": " ".join(vocabulary[token] for token in best.tokens) if best else "",
        "winner_p": p_of(float(np.exp(best.logp))) if best else "",
        "alpha": number(scene.options.alpha, 2),
        "stop_alpha": number(scene.params.stop_alpha, 2),
        "longest": scene.params.longest,
        "asked": name(frame.asked[-1]) if len(frame.asked) else "",
        "hidden": frame.hidden,
        "calls": frame.calls,
    }


def said(scene: Scene) -> str:
    frame, params, words, facts = scene.frame, scene.params, scene.words, facts_of(scene)
    if params.strategy == "widths":
        return words("said_width" if scene.ranked else "said_nothing", **facts)
    if params.strategy == "sampling":
        return _said_sampling(scene)
    if not frame.part and frame.step:
        return words("said_from", **facts)
    if not frame.part:
        return words("said_start_exhaustive" if params.strategy == "exhaustive" else "said_start", **facts)
    if frame.part == "force":
        return words("said_force", **facts)
    if frame.part == "end":
        return _said_end(scene, facts)
    told = words(f"said_{frame.part}" if params.strategy != "exhaustive" else "said_level", **facts)
    if frame.part == "expand" and params.close_up >= 0 and params.strategy != "exhaustive":
        told = words("said_expand_one", **facts)
    if frame.part == "prune" and not (frame.state == ALIVE).any():
        told = words("said_pruned_all", **facts)
    return told + (" " + words("said_hidden", **facts) if frame.hidden and frame.part in ("expand", "score") else "")


def _said_end(scene: Scene, facts: Mapping[str, Any]) -> str:
    """What was found, and how it compares with greedy and with the best there is."""
    frame, words, vocabulary = scene.frame, scene.words, scene.model.vocabulary
    if not scene.ranked:
        return words("said_nothing", **facts)
    best, parts = scene.ranked[0], []
    parts.append(words("said_settled" if frame.settled else "said_end", **facts))
    if best.cut:
        parts.append(words("said_cut", **facts))
    if scene.params.strategy == "exhaustive":
        parts.append(words("said_mass", finished=number(frame.mass_finished, 3), cut=number(frame.mass_cut, 3)))
    elif np.isfinite(frame.greedy) and scene.params.strategy != "greedy" and round(best.logp, 9) != round(frame.greedy, 9):
        parts.append(words("said_greedy", p=p_of(float(np.exp(frame.greedy)))))
    if len(frame.optimum_tokens) and round(best.logp, 9) != round(frame.optimum, 9):
        tokens = " ".join(vocabulary[token] for token in frame.optimum_tokens if token >= 0)
        parts.append(
            words(
                "said_optimum" if scene.model.end >= 0 else "said_optimum_endless",
                optimum=tokens,
                p=p_of(float(np.exp(frame.optimum))),
            )
        )
    return " ".join(parts)


def _said_sampling(scene: Scene) -> str:
    frame, words = scene.frame, scene.words
    drawn = int(frame.count[0])
    if frame.part in ("ask", "filter", "draw"):
        before = frame.drawn[:-1] if frame.part == "draw" else frame.drawn
        asked = " ".join(scene.model.vocabulary[token] for token in before) or "∅"
        token = scene.model.vocabulary[frame.drawn[-1]] if len(frame.drawn) else ""
        return words(f"said_{frame.part}", left=frame.left, of=len(scene.model.vocabulary), token=token, asked=asked)
    if not drawn:
        return words("said_start_sampling", temperature=number(scene.params.temperature, 2))
    sentence = " ".join(scene.model.vocabulary[token] for token in frame.drawn)
    return words("said_sample", sentence=sentence, drawn=drawn, distance=number(frame.distance, 3))


def alt(scene: Scene, told: str) -> str:
    best = scene.ranked[0] if scene.ranked else None
    more = scene.words("alt_best", **facts_of(scene)) if best else scene.words("alt_none", nodes=len(scene.frame.parent))
    return f"{told} {more}"


def formula_of(scene: Scene) -> tuple[str, Mapping[str, tuple[Any, int]], int]:
    """The formula, its values for every node, and whose are shown while nothing is pointed at."""
    frame, params = scene.frame, scene.params
    n = len(frame.parent)
    if n == 1 and not len(scene.ranked):
        return "", {}, -1
    name = [scene.said(decoding.sentence_of(frame, node)) for node in range(n)]
    if params.strategy == "sampling" and frame.part in ("ask", "filter", "draw"):
        rows_of = {"row": frame.chances, "filtered": frame.filtered}
        texts = {key: _row(scene, frame.named, chances) for key, chances in rows_of.items()}
        if frame.part == "draw":
            low, high = frame.slot.tolist()
            texts = {"token": scene.said(frame.drawn[-1:].tolist())}
            texts |= {"u": number(frame.u, 4), "low": number(low, 4), "high": number(high, 4)}
        mathml = DRAW if frame.part == "draw" else FILTER_SCORE if scene.scores else FILTER
        return mathml, {key: (value, 0) for key, value in texts.items()}, 0
    if frame.part == "expand" and params.strategy != "exhaustive":
        rows: list[str | None] = [None] * n
        for node in frame.asked.tolist():
            below = np.flatnonzero(frame.parent == node)
            rows[node] = _row(scene, frame.token[below], np.exp(frame.logp[below] - frame.logp[node]), whole=not frame.hidden)
        asked = int(frame.asked[-1] if params.close_up >= 0 else frame.asked[0])
        return ASK_SCORE if scene.scores else ASK, {"name": (name, 0), "row": (rows, 0)}, asked
    factors = [_factors(frame, node, scene) for node in range(n)]
    products = [p_of(float(p)) for p in np.exp(frame.logp)]
    values: dict[str, tuple[Any, int]] = {"name": (name, 0), "factors": (factors, 0), "product": (products, 0)}
    if params.strategy == "sampling":
        total = max(int(frame.count[0]), 1)
        values |= {
            "count": (frame.count.tolist(), 0),
            "samples": (total, 0),
            "share": (np.round(frame.count / total, 3).tolist(), 3),
        }
        last = scene.ranked[0].node if scene.ranked else 0
        return SHARE, values | {"product": ([p_of(float(p)) for p in np.exp(frame.logq)], 0)}, max(last, 0)
    length = np.maximum(frame.depth, 1)
    score = [decoding.score(float(logp), int(size), scene.options.alpha) for logp, size in zip(frame.logp, length, strict=True)]
    values |= {
        "logp": (np.round(frame.logp, 3).tolist(), 3),
        "length": (frame.depth.tolist(), 0),
        "alpha": (scene.options.alpha, 2),
        "score": (np.round(score, 3).tolist(), 3),
    }
    plain, logarithmic = (PATH_SCORE, SUM_SCORE) if scene.scores else (PATH, SUM)
    return logarithmic if logarithms(scene) else plain, values, _looked_at(scene)


def _looked_at(scene: Scene) -> int:
    frame = scene.frame
    if (frame.part == "end" or scene.params.strategy == "widths") and scene.ranked and scene.ranked[0].node >= 0:
        return scene.ranked[0].node
    for state in (OPEN, ALIVE, FINISHED, CUT, EXPANDED, PRUNED):
        nodes = np.flatnonzero(frame.state == state)
        nodes = nodes[frame.depth[nodes] == frame.depth[nodes].max()] if len(nodes) else nodes
        if len(nodes):
            return int(nodes[np.argmax(np.round(frame.logp[nodes], 12))])
    return 0


def _factors(frame: DecodingFrame, node: int, scene: Scene) -> str:
    """0.5 · 0.4 · 0.6, or the sum of the logarithms; of a long one the beginning and the end."""
    along, steps = logs(scene), []
    while node > 0:
        above = int(frame.parent[node])
        steps.append(factor(scene, float(along[node] - along[above])))
        node = above
    steps.reverse()
    steps = steps if len(steps) <= 8 else [*steps[:3], "…", *steps[-3:]]
    return (" ".join(steps) or "0") if logarithms(scene) else (" · ".join(steps) or "1")


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


def metrics(scene: Scene) -> list[tuple[str, str]]:
    frame, words = scene.frame, scene.words
    if scene.params.strategy == "sampling":
        drawn = int(frame.count[0])
        return [
            (words("samples"), f"{drawn}"),
            (words("different"), f"{len(frame.finished)}"),
            (words("distance"), number(frame.distance, 3) if drawn else "–"),
        ]
    if scene.ranked and (frame.part == "end" or scene.params.strategy == "widths"):
        shown = [(words("best_p"), p_of(float(np.exp(scene.ranked[0].logp))))]
        if np.isfinite(frame.optimum):
            shown.append((words("optimum"), p_of(float(np.exp(frame.optimum)))))
        return [*shown, (words("calls"), f"{frame.calls}")]
    shown = [(words("calls"), f"{frame.calls}")]
    if np.isfinite(frame.mean_entropy):
        shown.append((words("choices"), number(float(np.exp(frame.mean_entropy)), 2)))
    return shown
