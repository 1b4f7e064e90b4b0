"""Decoding: the search as a tree, the finished sentences ranked, and how the ranking depends on the length exponent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic import Field

import engine.params
from charts import curves, points, trees
from charts.formula import formula, number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose, escaped, note
from engine.data import Table
from engine.language import decoding, lm
from engine.language.decoding import ALIVE, CUT, EXPANDED, FINISHED, OPEN, PRUNED, DecodingFrame, Params
from views import Words

PATH = formula(
    r"P({name}!) = {factors}! = {product}!! \qquad \frac{\log P}{L^{\alpha}} = \frac{{logp}!}{{length}!^{{alpha}!}} = {score}!"
)
ASK = formula(r"p(\,\cdot \mid {name}!) = ({row}!)")
DRAW = formula(r"{row}! \;\to\; {filtered}!! \qquad u = {u}!")
SHARE = formula(r"\frac{{count}!}{{samples}!} = {share}!! \qquad P = {factors}! = {product}!")
LIVING = (OPEN, ALIVE, FINISHED, CUT)
ROWS, LINES = 8, 5  # sentences listed, lines drawn, at most
HIGHEST = 2.0  # the length exponent's range
FEW = 36  # edges whose probabilities are written, at most

WIDE: list[Box] = [(0, 0.70, 0.03, 1), (0.735, 1, 0.44, 1), (0.775, 0.99, 0.05, 0.32)]
NARROW: list[Box] = [(0, 1, 0.52, 1), (0, 1, 0.23, 0.46), (0.1, 0.97, 0.03, 0.16)]
WIDE_WIDTHS: list[Box] = [(0, 0.66, 0.03, 1), (0.70, 1, 0.56, 1), *((0.75, 0.99, y, y + 0.09) for y in (0.37, 0.19, 0.01))]
NARROW_WIDTHS: list[Box] = [(0, 1, 0.56, 1), (0, 1, 0.30, 0.50), *((x, x + 0.24, 0.03, 0.20) for x in (0.05, 0.40, 0.75))]


class Options(engine.params.Options):
    alpha: float = Field(0.75, ge=0, le=HIGHEST, json_schema_extra={"step": 0.05})  # the list is ranked by log P / L^alpha
    pool: Literal["finished", "kept"] = "finished"  # what is ranked: finished sentences, or every prefix that was ever kept
    reference: str = ""  # what the outputs are compared with, when every width is tried


@dataclass(frozen=True)
class Sentence:
    """One line of the list."""

    tokens: tuple[int, ...]
    logp: float
    node: int  # in the tree, or −1
    cut: bool
    count: int
    logq: float

    def score(self, alpha: float) -> float:
        return decoding.score(self.logp, max(len(self.tokens), 1), alpha)


@dataclass(frozen=True)
class _Scene:
    """What the parts of one picture look at."""

    frame: DecodingFrame
    params: Params
    options: Options
    model: lm.TableModel
    words: Words
    ranked: list[Sentence]
    y: np.ndarray  # [n] heights of the nodes
    lit: set[int]  # the nodes of the best sentence's path, at the end
    greedy: set[int]  # those of greedy's path, at the end
    grey: np.ndarray  # bool [n] nothing alive hangs on it

    def said(self, tokens: Sequence[int]) -> str:
        return escaped(" ".join(self.model.vocabulary[token] for token in tokens)) or "∅"


def forced(frame: DecodingFrame, node: int, table: Table, params: Params, options: Options) -> str:
    """The beginning that a click on a node forces."""
    model = _model(table, params.normalise)
    frame = _drawn(frame, params, options)
    return " ".join(model.vocabulary[token] for token in decoding.sentence_of(frame, node)) if node < len(frame.parent) else ""


def draw(
    frames: Sequence[DecodingFrame], i: int, params: Params, data: tuple[Table, ...], options: Options, words: Words
) -> Picture:
    """The picture of frame i."""
    scene = _scene(frames, i, params, data[0], options, words)
    frame, sweep = scene.frame, params.strategy == "widths"
    panels = [_tree(scene), _list(scene)]
    panels += _sweep(params, options, words) if sweep else [_below(scene)]
    drawn = compose(panels, WIDE_WIDTHS if sweep else WIDE, NARROW_WIDTHS if sweep else NARROW, height=860)
    _ticks(drawn, frames[: i + 1], scene)
    said = _said(scene)
    mathml, values, at = _formula(scene)
    return Picture(
        **drawn,
        phase=_phase(scene),
        said=said,
        alt=_alt(scene, said),
        numbers=numbers(scene),
        formula=mathml,
        values=values,
        of="node",
        at=at,
        metrics=_metrics(scene),
        mark=frame.part == "expand",
        hold=8.0 if params.strategy in ("beam", "greedy", "exhaustive", "widths") or params.close_up >= 0 else 1.0,
    )


def numbers(scene: _Scene) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    frame, best = scene.frame, scene.ranked[0] if scene.ranked else None
    return {
        "step": frame.step,
        "part": frame.part,
        "width": frame.width,
        "sentence": " ".join(scene.model.vocabulary[token] for token in best.tokens) if best else None,
        "probability": float(np.exp(best.logp)) if best else None,
        "logp": best.logp if best else None,
        "score": best.score(scene.options.alpha) if best else None,
        "length": len(best.tokens) if best else None,
        "agreement": _agreement(scene, best),
        "finished": len(frame.finished),
        "calls": frame.calls,
        "choices": float(np.exp(frame.entropy.mean())) if len(frame.entropy) else None,
        "distance": frame.distance if scene.params.strategy == "sampling" else None,
    }


def _agreement(scene: _Scene, best: Sentence | None) -> float | None:
    wanted = scene.options.reference.split()
    if not wanted or best is None:
        return None
    return decoding.agreement([scene.model.vocabulary[token] for token in best.tokens if token != scene.model.end], wanted)


# ---- what a picture is made from


def _scene(frames: Sequence[DecodingFrame], i: int, params: Params, table: Table, options: Options, words: Words) -> _Scene:
    frame, model = _drawn(frames[i], params, options), _model(table, params.normalise)
    ranked = _ranked(frame, options, params)
    over = frame.part == "end" or params.strategy == "widths"
    lit = _path(frame, ranked[0].node) if over and ranked and ranked[0].node >= 0 else set()
    greedy = _greedy(frame, model, params) if over and params.strategy != "greedy" else set()
    y = _heights(frame, len(frames[i - 1].parent) if frame.part == "end" else len(frame.parent), model, params)
    return _Scene(frame, params, options, model, words, ranked, y, lit, greedy if greedy != lit else set(), _grey(frame))


def _heights(frame: DecodingFrame, known: int, model: lm.TableModel, params: Params) -> np.ndarray:
    """Heights of the nodes. Those after the `known` first ones, the path of an optimum nobody drew, go along the foot."""
    y = np.full(len(frame.parent), 1.04)
    opens = np.isin(frame.state[:known], (ALIVE, EXPANDED))
    y[:known] = trees.places(frame.parent[:known], frame.depth[:known], opens, _fan(frame, model, params))
    return y


def _drawn(frame: DecodingFrame, params: Params, options: Options) -> DecodingFrame:
    """The frame with as much of its tree as is drawn: of a whole search at some width only the paths of what is listed."""
    if params.strategy != "widths":
        return frame
    sentences = _ranked(frame, options, params)[:ROWS]
    paths = set().union({0}, *(_path(frame, item.node) for item in sentences if item.node >= 0))
    nodes = np.array(sorted(paths))
    number = np.full(len(frame.parent) + 1, -1)  # the last stands for "none"
    number[nodes] = np.arange(len(nodes))
    few = {name: getattr(frame, name)[nodes] for name in ("token", "depth", "logp", "state")}
    asked = np.isin(frame.asked, nodes)
    return replace(
        frame,
        parent=number[frame.parent[nodes]],
        finished_node=number[frame.finished_node],
        asked=number[frame.asked[asked]],
        entropy=frame.entropy[asked],
        **few,
    )


@lru_cache(maxsize=16)
def _model(table: Table, normalise: bool) -> lm.TableModel:
    return lm.table_model(table, normalise=normalise)


def _fan(frame: DecodingFrame, model: lm.TableModel, params: Params) -> int:
    """For how many children there is room: where a tree grows, for as many as may come."""
    if params.strategy == "widths":
        return int(np.bincount(frame.parent[1:], minlength=1).max(initial=1))
    return max(2, min(len(model.vocabulary), 24 // max(params.width, 1) if params.strategy == "beam" else 6))


def _path(frame: DecodingFrame, node: int) -> set[int]:
    path = set()
    while node >= 0:
        path.add(node)
        node = int(frame.parent[node])
    return path


def _greedy(frame: DecodingFrame, model: lm.TableModel, params: Params) -> set[int]:
    """The nodes of greedy's sentence, as far as the tree has it."""
    begin = tuple(model.vocabulary.index(token) for token in params.forced.split())
    path, node = {0}, 0
    for token in decoding.greedy_sentence(model, params.longest, begin)[0]:
        below = np.flatnonzero((frame.parent == node) & (frame.token == token))
        if not len(below):
            break
        node = int(below[0])
        path.add(node)
    return path


def _grey(frame: DecodingFrame) -> np.ndarray:
    """Which nodes nothing alive or finished hangs on."""
    grey = ~np.isin(frame.state, LIVING)
    for node in range(len(grey) - 1, 0, -1):
        if not grey[node]:
            grey[frame.parent[node]] = False
    grey[0] = False
    return grey


def _ranked(frame: DecodingFrame, options: Options, params: Params) -> list[Sentence]:
    """The candidates, best first: by score, in sampling by how often they came."""
    if options.pool == "kept" and params.strategy != "sampling":
        kept = np.flatnonzero(np.isin(frame.state, (ALIVE, EXPANDED, FINISHED, CUT)) & (frame.depth > 0))
        found = [
            Sentence(tuple(decoding.sentence_of(frame, int(node))), float(frame.logp[node]), int(node), False, 0, 0.0)
            for node in kept
        ]
    else:
        counts = frame.finished_count if len(frame.finished_count) else np.zeros(len(frame.finished), dtype=int)
        found = [
            Sentence(tuple(int(token) for token in row if token >= 0), float(logp), int(node), bool(cut), int(count), float(logq))
            for row, logp, node, cut, count, logq in zip(
                frame.finished,
                frame.finished_logp,
                frame.finished_node,
                frame.finished_cut,
                counts,
                frame.finished_logq,
                strict=True,
            )
        ]
    if params.strategy == "sampling":
        return sorted(found, key=lambda item: (-item.count, -round(item.logq, 12)))
    return sorted(found, key=lambda item: -round(item.score(options.alpha), 12))


# ---- the tree


def _tree(scene: _Scene) -> Panel:
    frame, x, y = scene.frame, scene.frame.depth.astype(float), scene.y
    nodes = np.arange(1, len(frame.parent))
    sampling = scene.params.strategy == "sampling"
    fresh = (frame.state == OPEN) & (frame.part == "expand")
    groups: dict[str, list[int]] = {"dead": [], "fresh": [], "live": [], "greedy": [], "lit": []}
    for node in nodes:
        groups[_kind(int(node), scene, fresh, sampling)].append(int(node))
    looks = {
        "dead": ("@ghost", 1.0, "solid"),
        "fresh": ("@ink3", 1.0, "solid"),
        "live": ("@ink2", 1.6, "solid"),
        "greedy": ("@ink2", 2.0, "dot"),
        "lit": ("@accent", 3.5, "solid"),
    }
    traces = [
        trees.branches(x, y, frame.parent, members, colour=looks[kind][0], width=looks[kind][1], dash=looks[kind][2])
        for kind, members in groups.items()
    ]
    traces.append(_nodes(scene, fresh))
    if sampling:
        traces.append(_shares(scene))
    title = scene.words("tree_sampling" if sampling else "tree")
    low, high = (min(-0.03, float(y.min()) - 0.03), max(1.03, float(y.max()) + 0.03)) if len(y) > 1 else (-0.03, 1.03)
    return Panel(
        traces,
        title,
        notes=_chances(scene, groups["dead"]),
        x={"showgrid": False, "range": [-0.15, scene.params.longest + 0.62]},
        y=blank(range=[max(high, 1.03), min(low, -0.03)]),
    )


def _kind(node: int, scene: _Scene, fresh: np.ndarray, sampling: bool) -> str:
    frame = scene.frame
    if node in scene.lit:
        return "lit"
    if node in scene.greedy:
        return "greedy"
    if fresh[node]:
        return "fresh"
    if sampling:
        return "live" if frame.count[node] else "dead"
    return "dead" if scene.grey[node] else "live"


def _nodes(scene: _Scene, fresh: np.ndarray) -> Trace:
    """All nodes in one trace: area by probability, squares for ends, hollow where pruned."""
    frame, words = scene.frame, scene.words
    sampling = scene.params.strategy == "sampling"
    chance = np.exp(frame.logq if sampling else frame.logp)
    size = np.where(fresh, 7.0, 5 + 25 * np.sqrt(chance))
    inner = np.isin(np.arange(len(chance)), frame.parent)
    fill, edge, label, place, font, colour, told = [], [], [], [], [], [], []
    named = _named(scene, chance, inner)
    for node in range(len(chance)):
        quiet = bool(scene.grey[node]) or (sampling and not frame.count[node])
        lit, hollow = node in scene.lit, quiet and node not in scene.lit and node not in scene.greedy
        fill.append("@accent" if lit else "@surface" if hollow or fresh[node] or sampling else "@c1")
        edge.append("@accent" if lit else "@ghost" if hollow else "@ink3" if fresh[node] else "@c1")
        token = escaped(scene.model.vocabulary[frame.token[node]]) if node else words("root")
        value = "" if fresh[node] or not node else f" {_p(chance[node])}"
        label.append(token if hollow or not node else f"<b>{token}</b>{value}")
        if node not in named:
            label[-1] = ""
        place.append("bottom center" if not node else "top center" if inner[node] else "middle right")
        font.append(10 if hollow else 12)
        colour.append("@accent" if lit else "@ink3" if hollow or not node else "@ink")
        told.append(_hover(scene, node))
    symbol = ["square" if ends else "circle" for ends in frame.token == scene.model.end] if scene.model.end >= 0 else "circle"
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": frame.depth.astype(float),
        "y": np.round(scene.y, 4),
        "text": label,
        "textposition": place,
        "textfont": {"size": font, "color": colour},
        "customdata": told,
        "hovertemplate": "%{customdata}<extra></extra>",
        "meta": {"link": "node", "click": "node"},
        "cliponaxis": False,
        "marker": {
            "size": np.round(size, 1),
            "color": fill,
            "symbol": symbol,
            "opacity": 1,
            "line": {"color": edge, "width": 1.5},
        },
    }


def _named(scene: _Scene, chance: np.ndarray, inner: np.ndarray) -> set[int]:
    """The nodes whose names find room: the best sentence's first, then the likelier ones, level by level."""
    frame, named = scene.frame, {0}
    taken: list[tuple[int, float]] = []
    at = scene.y - np.where(inner, 0.045, 0)  # a node with children is named above itself
    for node in sorted(range(1, len(chance)), key=lambda node: (node not in scene.lit, node not in scene.greedy, -chance[node])):
        level, height = int(frame.depth[node]), float(at[node])
        if all(level != other or abs(height - above) > 0.036 for other, above in taken):
            taken.append((level, height))
            named.add(node)
    return named


def _shares(scene: _Scene) -> Trace:
    """On every node, how often samples came by, on the same scale as the area of its probability."""
    frame = scene.frame
    share = frame.count / max(int(frame.count[0]), 1)
    seen = frame.count > 0
    return {
        "type": "scatter",
        "mode": "markers",
        "x": frame.depth[seen].astype(float),
        "y": np.round(scene.y[seen], 4),
        "hoverinfo": "skip",
        "meta": {"link": "node", "index": np.flatnonzero(seen), "silent": True},
        "marker": {"size": np.round(25 * np.sqrt(share[seen]), 1), "color": "@c1", "opacity": 0.55},
    }


def _hover(scene: _Scene, node: int) -> str:
    frame, words = scene.frame, scene.words
    if not node:
        return words("hover_root")
    said, p = scene.said(decoding.sentence_of(frame, node)), _p(float(np.exp(frame.logp[node])))
    chance = _p(float(np.exp(frame.logp[node] - frame.logp[frame.parent[node]])))
    lines = [f"<b>{said}</b>", f"p = {chance}, P = {p}", f"log P = {number(float(frame.logp[node]), 3)}"]
    if scene.params.strategy == "sampling":
        lines.append(words("hover_sampled", count=int(frame.count[node]), exact=_p(float(np.exp(frame.logq[node])))))
    else:
        lines.append(words(f"state_{frame.state[node]}"))
    return "<br>".join([*lines, words("hover_click")])


def _chances(scene: _Scene, dead: list[int]) -> list[dict[str, Any]]:
    """On every edge that counts, the probability of its token."""
    frame, y, quiet = scene.frame, scene.y, set(dead)
    shown = [node for node in range(1, len(frame.parent)) if node not in quiet]
    if len(shown) > FEW or scene.params.longest > 6:
        shown = sorted(scene.lit - {0})
    notes = []
    for node in shown:
        above = int(frame.parent[node])
        at = trees.on_branch(float(frame.depth[above]), float(y[above]), float(frame.depth[node]), float(y[node]))
        chance = float(np.exp(_logs(scene)[node] - _logs(scene)[above]))
        colour = "@accent" if node in scene.lit else "@ink2"
        notes.append(
            note(_p(chance), name="wide", x=at[0], y=at[1], bgcolor="@surface", borderpad=1, font={"size": 11, "color": colour})
        )
    return notes


def _logs(scene: _Scene) -> np.ndarray:
    return scene.frame.logq if scene.params.strategy == "sampling" else scene.frame.logp


def _ticks(drawn: dict[str, Any], frames: Sequence[DecodingFrame], scene: _Scene) -> None:
    """Below every level, how many choices the model really had there: exp of the mean entropy."""
    found: dict[int, float] = {}
    for frame in frames:
        if len(frame.entropy):
            level = int(frame.depth[frame.asked].max()) + 1 if len(frame.asked) else frame.step
            found[level] = float(np.exp(frame.entropy.mean()))
    levels = list(range(1, scene.params.longest + 1))
    wordy = [scene.words("level", step=t, choices=number(found[t], 2)) if t in found else f"{t}" for t in levels]
    many = len(levels) > 6
    drawn["wide"]["xaxis"] |= {"tickvals": levels, "ticktext": [f"{t}" for t in levels] if many else wordy}
    drawn["narrow"]["xaxis"] |= {
        "range": [-0.2, 1.28 * (scene.params.longest + 0.2)],
        "tickvals": levels,
        "ticktext": [f"{t}" for t in levels],
    }


# ---- the list, and what stands below it


def _list(scene: _Scene) -> Panel:
    """Sentences, best first, with probability and score; in sampling with their share and their exact probability."""
    words, sampling = scene.words, scene.params.strategy == "sampling"
    rows = scene.ranked[:ROWS]
    over = bool(scene.lit) or scene.frame.part == "end"
    heads = ("share", "exact") if sampling else ("probability", "score")
    notes = [
        note(words(head), x=x, y=-0.65, xanchor=side, font={"size": 11, "color": "@ink3"})
        for head, x, side in (("sentence", 0, "left"), (heads[0], 0.70, "right"), (heads[1], 1, "right"))
    ]
    if not rows:
        notes.append(note(words("none_yet"), x=0, y=0.4, xanchor="left", font={"color": "@ink3"}))
    if len(scene.ranked) > ROWS:
        more = words("more_sentences", n=len(scene.ranked) - ROWS)
        notes.append(note(more, x=0, y=len(rows) + 0.35, xanchor="left", font={"size": 11, "color": "@ink3"}))
    cells = [_cells(scene, item) for item in rows]
    fonts = ["@accent" if over and not k and not sampling else "@ink" if not k else "@ink2" for k in range(len(rows))]
    traces = [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x] * len(rows),
            "y": [k + 0.4 for k in range(len(rows))],
            "text": [f"<b>{row[column]}</b>" if over and not k and not sampling else row[column] for k, row in enumerate(cells)],
            "textposition": "middle right" if not column else "middle left",
            "textfont": {"size": 13, "color": fonts},
            "customdata": [scene.said(item.tokens) for item in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
            "cliponaxis": False,
            "meta": {"link": "node", "index": [item.node for item in rows], "click": "node", "ring": 10, "silent": column > 0},
        }
        for column, x in enumerate((-0.025, 0.72, 1.02))
    ]
    wash = {
        "type": "rect",
        "layer": "below",
        "x0": -0.03,
        "x1": 1.03,
        "y0": -0.08,
        "y1": 0.86,
        "fillcolor": "@wash",
        "line": {"width": 0},
    }
    title = "list_sampling" if sampling else "list_kept" if scene.options.pool == "kept" else "list"
    return Panel(
        traces,
        words(title, alpha=number(scene.options.alpha, 2)),
        notes=notes,
        shapes=[wash] * bool(rows and over and not sampling),
        x=blank(range=[-0.04, 1.04]),
        y=blank(range=[ROWS + 0.8, -1.1]),
    )


def _cells(scene: _Scene, item: Sentence) -> tuple[str, str, str]:
    plain = " ".join(scene.model.vocabulary[token] for token in item.tokens)
    said = escaped(plain if len(plain) <= 20 else plain[:19] + "…") + (" …" if item.cut else "")
    if scene.params.strategy == "sampling":
        drawn = max(int(scene.frame.count[0]), 1)
        return said, number(item.count / drawn, 3), _p(float(np.exp(item.logq)))
    return said, _p(float(np.exp(item.logp))), number(item.score(scene.options.alpha), 3)


def _below(scene: _Scene) -> Panel:
    """Sampling: the distance from the exact distribution, sample by sample. Else: every candidate's score for every α."""
    words, axis = scene.words, {"nticks": 3, "showgrid": False}
    if scene.params.strategy == "sampling":
        return Panel(curves.course("distance"), words("curve_distance"), x=axis, y={"nticks": 3}, series=["distance"])
    grid = np.linspace(0, HIGHEST, 41)
    scores = np.array([[item.score(alpha) for alpha in grid] for item in scene.ranked])
    if not len(scores):
        empty = curves.line(np.zeros(0), np.zeros(0), colour="@ghost")
        return Panel([empty], words("curve_alpha"), x=axis | {"range": [0, HIGHEST]}, y={"nticks": 3, "range": [-3, 0]})
    winners = scores.argmax(0)
    shown = list(dict.fromkeys([*winners.tolist(), *range(min(LINES, len(scores)))]))[:LINES]
    traces = [
        curves.line(
            np.round(grid, 3),
            np.round(scores[k], 4),
            colour="@ghost" if k else "@ink",
            width=1.3 if k else 2.2,
            hovertemplate=scene.said(scene.ranked[k].tokens) + "<br>α = %{x:.2f}: %{y:.3f}<extra></extra>",
        )
        for k in reversed(shown)
    ]
    here = np.array([[scene.options.alpha, scene.ranked[0].score(scene.options.alpha)]])
    traces.append(points.cloud(here, colour="@accent", size=9, opacity=1, hoverinfo="skip", cliponaxis=False))
    low = float(scores[shown].min())
    rule = {
        "type": "line",
        "x0": scene.options.alpha,
        "x1": scene.options.alpha,
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": {"color": "@accent", "width": 1, "dash": "dot"},
    }
    return Panel(
        traces,
        words("curve_alpha"),
        notes=_crossings(scene, winners, grid),
        shapes=[rule],
        x=axis | {"range": [0, HIGHEST], "tickvals": [0, 1, 2]},
        y={"nticks": 3, "range": [1.06 * low, 0]},
    )


def _crossings(scene: _Scene, winners: np.ndarray, grid: np.ndarray) -> list[dict[str, Any]]:
    """Where the ranking's head changes, with that α."""
    notes = []
    for k in np.flatnonzero(np.diff(winners))[:3]:
        a, b = (scene.ranked[int(winners[j])] for j in (k, k + 1))
        alpha = decoding.crossing(a.logp, len(a.tokens), b.logp, len(b.tokens))
        if alpha > 0.005:
            notes.append(
                note(
                    f"▼ {number(alpha, 3)}",
                    x=alpha,
                    y=1,
                    yref="y domain",
                    yanchor="top",
                    xanchor="center",
                    font={"size": 11, "color": "@ink2"},
                )
            )
    return notes


def _sweep(params: Params, options: Options, words: Words) -> list[Panel]:
    """Log P, length and agreement of the best sentence, width by width."""
    ticks = [1, 2, 5, 10, 20, 50, 100]
    axis = {"tickvals": ticks, "showgrid": False, "type": "log", "ticklabelposition": "outside right"}
    columns = ["logp", "length", "agreement" if options.reference.strip() else "calls"]

    def panel(column: str) -> Panel:
        curve = curves.course(column, across="width")
        return Panel(curve, words("curve_" + column), x=axis, y={"nticks": 3}, series=[column], zero=column != "logp")

    return [panel(column) for column in columns]


# ---- caption


def _phase(scene: _Scene) -> str:
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


def _facts(scene: _Scene) -> dict[str, Any]:
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
        "best_p": _p(float(np.exp(frame.logp[top]))),
        "kept": ", ".join(f"{name(node)} ({_p(float(np.exp(frame.logp[node])))})" for node in order[:4])
        + (" …" if len(order) > 4 else ""),
        "winner": " ".join(vocabulary[token] for token in best.tokens) if best else "",
        "winner_p": _p(float(np.exp(best.logp))) if best else "",
        "alpha": number(scene.options.alpha, 2),
        "stop_alpha": number(scene.params.stop_alpha, 2),
        "longest": scene.params.longest,
        "asked": name(frame.asked[-1]) if len(frame.asked) else "",
        "hidden": frame.hidden,
        "calls": frame.calls,
    }


def _said(scene: _Scene) -> str:
    frame, params, words, facts = scene.frame, scene.params, scene.words, _facts(scene)
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
    said = words(f"said_{frame.part}" if params.strategy != "exhaustive" else "said_level", **facts)
    if frame.part == "expand" and params.close_up >= 0 and params.strategy != "exhaustive":
        said = words("said_expand_one", **facts)
    if frame.part == "prune" and not (frame.state == ALIVE).any():
        said = words("said_pruned_all", **facts)
    return said + (" " + words("said_hidden", **facts) if frame.hidden and frame.part in ("expand", "score") else "")


def _said_end(scene: _Scene, facts: Mapping[str, Any]) -> str:
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
        parts.append(words("said_greedy", p=_p(float(np.exp(frame.greedy)))))
    if len(frame.optimum_tokens) and round(best.logp, 9) != round(frame.optimum, 9):
        tokens = " ".join(vocabulary[token] for token in frame.optimum_tokens if token >= 0)
        parts.append(words("said_optimum", optimum=tokens, p=_p(float(np.exp(frame.optimum)))))
    return " ".join(parts)


def _said_sampling(scene: _Scene) -> str:
    frame, words = scene.frame, scene.words
    drawn = int(frame.count[0])
    if frame.part in ("ask", "filter", "draw"):
        before = frame.drawn[:-1] if frame.part == "draw" else frame.drawn
        asked = " ".join(scene.model.vocabulary[token] for token in before) or "∅"
        token = scene.model.vocabulary[frame.drawn[-1]] if len(frame.drawn) else ""
        left = int((frame.filtered > 0).sum())
        return words(f"said_{frame.part}", left=left, of=len(frame.chances), token=token, asked=asked)
    if not drawn:
        return words("said_start_sampling", temperature=number(scene.params.temperature, 2))
    sentence = " ".join(scene.model.vocabulary[token] for token in frame.drawn)
    return words("said_sample", sentence=sentence, drawn=drawn, distance=number(frame.distance, 3))


def _alt(scene: _Scene, said: str) -> str:
    best = scene.ranked[0] if scene.ranked else None
    more = scene.words("alt_best", **_facts(scene)) if best else scene.words("alt_none", nodes=len(scene.frame.parent))
    return f"{said} {more}"


def _formula(scene: _Scene) -> tuple[str, Mapping[str, tuple[Any, int]], int]:
    """The formula, its values for every node, and whose are shown while nothing is pointed at."""
    frame, params = scene.frame, scene.params
    n = len(frame.parent)
    if n == 1 and not len(scene.ranked):
        return "", {}, -1
    name = [scene.said(decoding.sentence_of(frame, node)) for node in range(n)]
    if params.strategy == "sampling" and frame.part in ("ask", "filter", "draw"):
        texts = {
            "row": _row(frame.chances),
            "filtered": _row(frame.filtered),
            "u": number(frame.u, 3) if frame.part == "draw" else "–",
        }
        return DRAW, {key: (value, 0) for key, value in texts.items()}, 0
    if frame.part == "expand" and params.strategy != "exhaustive":
        rows: list[str | None] = [None] * n
        logs = scene.model.next_log_probs([decoding.sentence_of(frame, int(node)) for node in frame.asked])
        for node, row in zip(frame.asked, logs, strict=True):
            rows[node] = _row(np.exp(row))
        asked = int(frame.asked[-1] if params.close_up >= 0 else frame.asked[0])
        return ASK, {"name": (name, 0), "row": (rows, 0)}, asked
    factors = [_product(frame, node, scene) for node in range(n)]
    products = [_p(float(p)) for p in np.exp(frame.logp)]
    values: dict[str, tuple[Any, int]] = {"name": (name, 0), "factors": (factors, 0), "product": (products, 0)}
    if params.strategy == "sampling":
        total = max(int(frame.count[0]), 1)
        values |= {
            "count": (frame.count.tolist(), 0),
            "samples": (total, 0),
            "share": (np.round(frame.count / total, 3).tolist(), 3),
        }
        last = scene.ranked[0].node if scene.ranked else 0
        return SHARE, values | {"product": ([_p(float(p)) for p in np.exp(frame.logq)], 0)}, max(last, 0)
    length = np.maximum(frame.depth, 1)
    score = [decoding.score(float(logp), int(size), scene.options.alpha) for logp, size in zip(frame.logp, length, strict=True)]
    values |= {
        "logp": (np.round(frame.logp, 3).tolist(), 3),
        "length": (frame.depth.tolist(), 0),
        "alpha": (scene.options.alpha, 2),
        "score": (np.round(score, 3).tolist(), 3),
    }
    return PATH, values, _looked_at(scene)


def _looked_at(scene: _Scene) -> int:
    frame = scene.frame
    if (frame.part == "end" or scene.params.strategy == "widths") and scene.ranked and scene.ranked[0].node >= 0:
        return scene.ranked[0].node
    for state in (OPEN, ALIVE, FINISHED, CUT, EXPANDED, PRUNED):
        nodes = np.flatnonzero(frame.state == state)
        nodes = nodes[frame.depth[nodes] == frame.depth[nodes].max()] if len(nodes) else nodes
        if len(nodes):
            return int(nodes[np.argmax(np.round(frame.logp[nodes], 12))])
    return 0


def _product(frame: DecodingFrame, node: int, scene: _Scene) -> str:
    """0.5 · 0.4 · 0.6; of a long one the beginning and the end."""
    logs, steps = _logs(scene), []
    while node > 0:
        above = int(frame.parent[node])
        steps.append(_p(float(np.exp(logs[node] - logs[above]))))
        node = above
    steps.reverse()
    return " · ".join(steps if len(steps) <= 8 else [*steps[:3], "…", *steps[-3:]]) or "1"


def _row(chances: np.ndarray) -> str:
    shown = [_p(float(p)) for p in chances[:10]]
    return ", ".join([*shown, "…"] if len(chances) > 10 else shown)


def _metrics(scene: _Scene) -> list[tuple[str, str]]:
    frame, words = scene.frame, scene.words
    if scene.params.strategy == "sampling":
        drawn = int(frame.count[0])
        return [
            (words("samples"), f"{drawn}"),
            (words("different"), f"{len(frame.finished)}"),
            (words("distance"), number(frame.distance, 3)),
        ]
    if scene.ranked and (frame.part == "end" or scene.params.strategy == "widths"):
        shown = [(words("best_p"), _p(float(np.exp(scene.ranked[0].logp))))]
        if np.isfinite(frame.optimum):
            shown.append((words("optimum"), _p(float(np.exp(frame.optimum)))))
        return [*shown, (words("calls"), f"{frame.calls}")]
    shown = [(words("calls"), f"{frame.calls}")]
    if len(frame.entropy):
        shown.append((words("choices"), number(float(np.exp(frame.entropy.mean())), 2)))
    return shown


def _p(value: float) -> str:
    """A probability as people write it."""
    if value >= 0.9995:
        return "1"
    return f"{value:.3f}".rstrip("0").rstrip(".") if value >= 0.001 else short(value, 2)
