"""What `views.learning.em` draws of two coins: tosses that are divided between them, and the likelihood over both."""

from typing import Any

import numpy as np

from charts import bars, curves, discs, fields, points
from charts.formula import formula
from charts.numbers import number, short
from charts.panels import Panel, Trace, bare, corner, note, upward
from engine.learning.em import CoinsFrame
from engine.learning.em.two_coins import MAP
from views.look import Look, Values

ASSIGN = formula(
    r"r_{A,{set}!} = \frac{{a}!^{{h}!} \cdot {c}!^{{t}!}}{{a}!^{{h}!} \cdot {c}!^{{t}!} + {b}!^{{h}!} \cdot {d}!^{{t}!}} = {r}!!"
)
TALLY = formula(r"\theta_A = \frac{{ah}!}{{ah}! + {at}!} = {a}!! \qquad \theta_B = \frac{{bh}!}{{bh}! + {bt}!} = {b}!!")
WIDE, HIGH = 160.0, 84.0  # units of the large panel and of a pile: a unit is as long across as up
LEFT, ACROSS, SHARE = 8.0, 85.0, 102.0  # where rows of tosses begin, how long they are, where their share stands
COINS = {"A": ("@c1", (112.0, 131.0)), "B": ("@c3", (138.0, 157.0))}  # with the sides of its pile
EDGES = (1.5 * MAP[0] - 0.5 * MAP[1], 1.5 * MAP[-1] - 0.5 * MAP[-2])  # of the cells of the likelihood's map
NAMED = 20  # rows that have a number and a share
WAYS = (("newton", "■", "square", "@c3"), ("gradient", "◆", "diamond", "@c2"), ("theta", "●", "circle", "@ink"))


def start_at(index: int) -> tuple[float, float]:
    """The start (θ_A, θ_B) that a click on the likelihood's map means."""
    theta_a, theta_b = fields.where(index, EDGES, EDGES, shape=(len(MAP), len(MAP)))
    return round(theta_a, 2), round(theta_b, 2)


def divided(look: Look[CoinsFrame]) -> Panel:
    """Tosses painted in two parts, the coins' shares of them; after an M step the parts lie in piles, full up to θ."""
    frame, rows = look.frame, discs.rows(look.data[0].X, LEFT, ACROSS, HIGH)
    every = np.ones(len(rows.row), bool)
    known, painted = every & (frame.step > 0), rows.row < frame.rows
    traces = rows.traces(rows.parts(every), "whole", colour="@ink3", seen=~known)
    for (name, (colour, ends)), r in zip(COINS.items(), (frame.r, 1 - frame.r), strict=True):
        share, right = r[rows.row], name == "B"
        parts, drawn = rows.parts(share, right=right), share > discs.LEAST
        piled = frame.part == "M"
        moved = rows.pile(share, ends, HIGH, right=right) if piled else parts
        traces += rows.traces(parts, f"pale {name}", colour=colour, seen=drawn & known, opacity=0.2)
        traces += rows.traces(moved, name, colour=colour, seen=drawn & painted, piled=piled)
        traces.append(discs.outlined(discs.slabs(*ends, 0, HIGH), f"pile {name}", colour="@edge", filled=False))
    heads = [(f"θ<sub>{name}</sub>", sum(ends) / 2, -5.0, colour) for name, (colour, ends) in COINS.items()]
    heads += [("r<sub>A</sub>", SHARE, HIGH + 4.5, "@ink2")] * (len(frame.r) <= NAMED)
    notes = [note(text, x=x, y=y, yanchor="middle", font={"size": 13, "color": colour}) for text, x, y, colour in heads]
    told = [look.say("hover", set=k, heads=h, tails=t) for k, (h, t) in enumerate(look.data[0].X.astype(int).tolist(), 1)]
    door: dict[str, Any] = {"customdata": [told[k] for k in rows.row], "meta": {"index": rows.row}}
    traces += [*_lit(look, rows), *_words(look), points.targets(rows.at, "set", ring=24, template="%{customdata}", **door)]
    return bare(traces, look.say("divided" if rows.round else "blocks"), [0, WIDE], [-10, HIGH + 8], notes=notes, equal=True)


def lit_row(look: Look[CoinsFrame]) -> int:
    """The group that an E step is told of: the one that is computed now, else the one whose share has changed most."""
    frame = look.frame
    before = next((one.r for one in reversed(look.frames) if one.step < frame.step), frame.r)
    return frame.rows - 1 if frame.part == "row" else int(np.abs(frame.r - before).argmax())


def _lit(look: Look[CoinsFrame], rows: discs.Rows) -> list[Trace]:
    """The lamp on what moved: where a group's tosses are cut, or both θ; and where these were before."""
    frame, mine, moved = look.frame, rows.row == lit_row(look), look.frame.part == "M"
    x, y, half = rows.cuts(frame.r[rows.row])[mine], rows.at[mine, 1], np.maximum(1.25 * rows.half[mine, 1], 2.5)
    cuts = np.stack([np.stack([x, x], 1), np.stack([y - half, y + half], 1)], -1)  # (discs, 2, 2)
    lamp = _levels(frame.theta) if moved else cuts if frame.step else cuts[:0]
    old: dict[str, Any] = {"colour": "@ink3", "width": 1.5, "meta": {"key": "levels"}}
    now: dict[str, Any] = {"colour": "@accent", "width": 3, "meta": {"key": "lamp", "still": True}}
    before = _levels(frame.before if moved else frame.theta)
    return [curves.line(*points.gapped_ways(ways), **how) for ways, how in ((before, old), (lamp, now))]


def _levels(theta: np.ndarray) -> np.ndarray:
    """Lines (2, 2, 2) across both piles, as high as θ."""
    x = np.array([(x0 - 1.5, x1 + 1.5) for _, (x0, x1) in COINS.values()])
    return np.stack([x, HIGH * np.stack([theta, theta], 1)], -1)


def _words(look: Look[CoinsFrame]) -> list[Trace]:
    """Groups by number, their shares and θ; what moved in the lamp's colour."""
    frame, row = look.frame, lit_row(look)
    n = len(frame.r) if len(frame.r) <= NAMED else 0
    up = HIGH - HIGH / len(frame.r) * (np.arange(n) + 0.5)
    thetas = [(sum(ends) / 2, HIGH + 4.5, number(float(y), 3)) for (_, ends), y in zip(COINS.values(), frame.theta, strict=True)]
    shares = [(SHARE, up[k], number(float(frame.r[k]), 2)) for k in range(min(n, frame.rows))]
    lit = thetas if frame.part == "M" else shares[row : row + 1]
    words = [(3.0, up[k], str(k + 1)) for k in range(n)] + [word for word in shares + thetas if word not in lit]
    return [_written(words, "@ink"), _written(lit, "@accent")]


def _written(words: list[tuple[float, float, str]], colour: str) -> Trace:
    x, y, text = zip(*words, strict=True) if words else ((), (), ())
    return bars.labels(x, y, text, colour=colour, size=13, meta={"still": True})


def plane(look: Look[CoinsFrame]) -> Panel:
    """The likelihood over both coins, and the ways that lead up."""
    frame, say, n = look.frame, look.say, len(look.frame.starts)
    hover = "θ<sub>A</sub> %{x:.2f}, θ<sub>B</sub> %{y:.2f}<br>log L %{z:.2f}<br>" + say("hover_start")
    grid, heights = MAP.round(3), frame.surface.round(2)
    meta, middle = {"link": "cell", "click": "start", "ring": 9}, float(np.quantile(heights, 0.45))
    map_ = fields.surface(grid, grid, heights, template=hover, low=middle, high=float(heights.max()), opacity=1, meta=meta)
    edges = np.stack([np.arange(n), n + np.arange(n)], 1)
    traces = [map_, points.mesh(np.concatenate([frame.starts, frame.many]), edges, colour="@ink3")]
    told = {"newton": "left" if frame.newton_left else "saddle" if frame.newton_saddle else "newton"}
    notes = [upward("θ<sub>B</sub>")]
    for k, (name, sign, symbol, colour) in enumerate(WAYS):
        way, called = _way(look, name), say("way", told.get(name, name))
        marked: dict[str, Any] = {"hovertemplate": called + "<extra></extra>", "marker": points.RIM}
        lamp = "@accent" if name == "theta" else colour
        traces += curves.cased(way, colour=colour, dash=curves.DASHES[len(WAYS) - 1 - k])
        traces.append(points.cloud(way[-1:], colour=lamp, symbol=symbol, size=10, opacity=1, **marked))
        notes.append(corner(f"{sign} {called}", 1.5 * k + 0.5, colour))
    axis = {"range": [0, 1], "tickvals": [0, 0.5, 1], "showgrid": False}
    return Panel(traces, say("plane"), notes=notes, x={**axis, "title": {"text": "θ<sub>A</sub>"}}, y=axis)


def ladder(look: Look[CoinsFrame]) -> Panel:
    """How far θ moves in each iteration, beside the fraction of missing information, which each step tends to leave."""
    first, steps = look.frames[0].step, np.linalg.norm(np.diff(_way(look, "theta"), axis=0), axis=1)
    at, ends = first + 1 + np.arange(len(steps)), (first, look.params.iterations)
    return curves.ladder(look.say("ladder"), at, steps, look.frame.limit, ends)


def _way(look: Look[CoinsFrame], name: str) -> np.ndarray:
    """The places (t, 2) that EM (theta), gradient ascent or Newton's method have come through."""
    return np.array([getattr(one, name) for one in look.frames if one.part in ("", "M")])


def formula_of(look: Look[CoinsFrame]) -> dict[str, Any]:
    """The step's formula and its values, as a picture takes them."""
    frame, (heads, tails) = look.frame, look.data[0].X.T.tolist()
    (a, b), (ah, at, bh, bt) = frame.before.tolist(), frame.counts.sum(0).tolist()
    if frame.part == "M":
        counts: Values = {"ah": (ah, 2), "at": (at, 2), "bh": (bh, 2), "bt": (bt, 2)}
        return {"formula": TALLY, "values": {**counts, "a": (float(frame.theta[0]), 4), "b": (float(frame.theta[1]), 4)}}
    if not frame.step:
        return {}
    pa, pb = ([short(float(np.exp(log)), 3) for log in logs] for logs in (frame.log_a, frame.log_b))
    chances: Values = {"a": (a, 3), "c": (1 - a, 3), "b": (b, 3), "d": (1 - b, 3), "pa": (pa, 0), "pb": (pb, 0)}
    sets: Values = {"set": (list(range(1, len(heads) + 1)), 0), "h": (heads, 0), "t": (tails, 0)}
    values = {**chances, **sets, "r": (frame.r.round(4).tolist(), 4)}
    return {"formula": ASSIGN, "values": values, "of": "set", "at": lit_row(look)}
