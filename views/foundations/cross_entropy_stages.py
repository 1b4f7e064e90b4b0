"""What `views.foundations.cross_entropy` draws of a softmax: its stages side by side, as written and shifted; two gradients.

Longer than a picture's budget of lines: the table of two ways is drawn cell by cell, so that what breaks is seen where it breaks.
"""

import math
from typing import Any

import numpy as np

from charts import bars, curves, points
from charts.formula import formula
from charts.layout import columns
from charts.numbers import RAISED, short
from charts.panels import Panel, Picture, Trace, blank, note
from engine.foundations.cross_entropy import GAPS, STAGES, LogitsFrame
from views.look import Look

FITS = (-745.13, 709.78)  # logits whose power is neither 0 nor ∞ in double precision
BLOCKS = {"naive": (17.0, 56.5), "shifted": (60.5, 100.0)}  # from where to where on the large panel, of 100 across
LINE = -2.7  # where the lines of numbers lie, in rows
ROWS = ("z", *STAGES)
STILL = {"still": True}
DEEP = -18  # the power of ten at which the axis of gradients ends
SAME = formula(r"q_k = \frac{e^{z_k}}{\sum_j e^{z_j}} = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}} \qquad m = {m}!!")
LOSS = formula(r"L = -\ln q = m - z + \ln \textstyle\sum_j e^{z_j - m} = {m}? - {z}? + {rest}! = {loss}!!")
SLOPES = {
    "cross_entropy": formula(r"\frac{\partial L}{\partial z_k} = q_k - y_k \qquad \max_k \left| \cdot \right| = {slope}!!"),
    "squared": formula(
        r"\frac{\partial E}{\partial z_k} = 2 q_k \textstyle\sum_j q_j (r_k - r_j), \; r = q - y"
        r" \qquad \max_k \left| \cdot \right| = {slope}!!"
    ),
}
SAID_BROKEN = {"exp": "exp_broken", "share": "share_broken", "log": "log_broken"}  # sentences
OTHER = {"cross_entropy": "squared", "squared": "cross_entropy"}


def logits(look: Look[LogitsFrame]) -> Picture:
    """Two ways through a softmax, stage by stage, and how steep two losses are."""
    frame, params = look.frame, look.params
    known = {"loss": frame.loss, "naive_loss": frame.naive_loss, "slope": frame.slope}
    come = {"loss": "log" in frame.naive, "naive_loss": "log" in frame.naive, "slope": "slope" in frame.naive}
    facts = {name: written(value) for name, value in known.items()} | {"truth": params.truth, "count": len(frame.naive["z"])}
    facts |= {"top": written(max(frame.naive["z"])), "left": "", "right": "", "over": ""}
    if "sum" in frame.naive:
        left, right = frame.naive["sum"][0], frame.shifted["sum"][0]
        facts |= {"left": written(left), "right": written(right), "over": f"{written(max(frame.naive['exp']))} ÷ {written(left)}"}
    chosen = list(OTHER).index(params.loss)
    facts |= {"called": look.name("loss"), "other": written(float(frame.sizes_now[1 - chosen]))}
    facts |= {"other_called": look.words.choices["loss"][OTHER[params.loss]]}
    return look.picture(
        columns(_ways(look), _slopes(look, chosen)),
        facts=facts,
        key=SAID_BROKEN.get(frame.part, "") if any(_broken(frame, frame.part)) else "",
        metrics=[(name, facts[name] if come[name] else None) for name in known],
        derived={name: value if come[name] and math.isfinite(value) else None for name, value in known.items()},
        hold=3.0,
        **_formula(frame, params.truth - 1, params.loss),
    )


def written(value: float) -> str:
    """A number as the page has it; what is none is called NaN."""
    return "NaN" if math.isnan(value) else short(value)


def _formula(frame: LogitsFrame, true: int, loss: str) -> dict[str, Any]:
    """The step's formula and its values, and what the code says of the true class."""
    way, z = frame.shifted, frame.naive["z"][true]
    if not frame.step:
        return {}
    values: dict[str, tuple[Any, int]] = {"m": (way["max"][0], _digits(way["max"][0])), "z": (z, _digits(z))}
    values |= {stage: (_cell(way[stage][true]), 0) for stage in ("share", "log") if stage in way}
    values |= {"sum": (written(way["sum"][0]), 0), "rest": (short(float(np.log(way["sum"][0]))), 0)} if "sum" in way else {}
    values |= {"loss": (written(frame.loss), 0), "slope": (short(frame.slope), 0)}
    if frame.part == "slope":
        return {"formula": SLOPES[loss], "values": values}
    return {"formula": LOSS if frame.part == "log" and math.isfinite(z) else SAME, "values": values}


def _digits(value: float) -> int:
    """How many decimals a logit has, as it was typed."""
    return len(f"{value:.6g}".partition(".")[2])


def _cell(value: float) -> str:
    """A number in a narrow cell: of what is tiny, its power of ten."""
    if value and abs(value) < 1e-3:
        return f"≈{'−' * (value < 0)}10{str(round(math.log10(abs(value)))).translate(RAISED)}"
    return written(value)


def _broken(frame: LogitsFrame, stage: str) -> list[bool]:
    """Which numbers of the way as written are none, or a sum that vanished, where the other way has them."""
    pairs = zip(frame.naive.get(stage, ()), frame.shifted.get(stage, ()), strict=False)
    return [(not math.isfinite(a) and math.isfinite(b)) or (stage == "sum" and a == 0) for a, b in pairs]


def _ways(look: Look[LogitsFrame]) -> Panel:
    """A row a stage, a block a way; over each block the logits on a line, and where on it powers fit."""
    frame, say = look.frame, look.say
    now = ROWS.index(frame.part) if frame.part else 0
    traces = [bars.rectangles(0, 100, now - 0.46, now + 0.46, colour="@wash", meta={"key": "row"})]
    for block in BLOCKS:
        traces += [*_line(look, block), _heads(look, block), *_cells(frame, block, now)]
    for which, colour in ((True, "@accent"), (False, "@ink2")):
        rows = [row for row in range(len(ROWS)) if (row == now) == which]
        names = [say("row", ROWS[row]) for row in rows]
        traces.append(bars.labels([0] * len(rows), rows, names, colour=colour, size=13, place="middle right", meta=STILL))
    font = {"size": 13, "color": "@ink"}
    over = [note(say("way", block), x=left, y=LINE - 1.1, xanchor="left", font=font) for block, (left, _) in BLOCKS.items()]
    y = blank(range=[len(ROWS) - 0.4, LINE - 1.6])
    return Panel(traces, say("ways"), notes=over, x=blank(range=[0, 100.5]), y=y, tall=400)


def _middles(block: str, n: int) -> np.ndarray:
    """The middles [n] of the classes' columns."""
    left, right = BLOCKS[block]
    return np.asarray(left + (right - left) * (np.arange(n) + 0.5) / n)


def _cells(frame: LogitsFrame, block: str, now: int) -> list[Trace]:
    """What has been computed, class by class; what broke is framed."""
    way: dict[str, Any] = getattr(frame, block)
    n, found = len(way["z"]), []
    for row, stage in enumerate(ROWS):
        values = way.get(stage, ())
        broken = _broken(frame, stage) if block == "naive" and stage != "z" else [False] * len(values)
        found += [(x, row, value, bad) for x, value, bad in zip(_middles(block, len(values) or 1), values, broken, strict=False)]
    words = []
    for ink in ("@ink", "@accent", "@bad"):
        some = [one for one in found if ink == ("@bad" if one[3] else "@accent" if one[1] == now else "@ink")]
        texts = [_cell(value) for *_, value, _ in some]
        words.append(bars.labels([x for x, *_ in some], [row for _, row, *_ in some], texts, colour=ink, size=13, meta=STILL))
    x, y = np.array([(x, row) for x, row, _, bad in found if bad], float).reshape(-1, 2).T
    half = 0.44 * (BLOCKS[block][1] - BLOCKS[block][0]) / n
    frames = bars.rectangles(x - half, x + half, y - 0.4, y + 0.4, colour="@surface", line="@bad", width=2)
    return [frames | {"meta": STILL}, *words]


def _heads(look: Look[LogitsFrame], block: str) -> Trace:
    """The classes' signs and numbers over their columns; the true one has a tick."""
    n = len(look.frame.naive["z"])
    at = np.stack([_middles(block, n) - 1.2, np.full(n, -0.9)], 1)
    texts = [f"\u2002{k + 1}" + " ✓" * (k == look.params.truth - 1) for k in range(n)]
    return {
        **_dots(at),
        "mode": "markers+text",
        "text": texts,
        "textposition": "middle right",
        "textfont": {"size": 12, "color": "@ink"},
    }


def _dots(at: np.ndarray) -> Trace:
    """The classes' signs at places [n, 2]."""
    signs = [points.kind(k) for k in range(len(at))]
    dots = points.cloud(at, colour=[colour for colour, *_ in signs], size=11, opacity=1, hoverinfo="skip", cliponaxis=False)
    dots["marker"] |= {"symbol": [symbol for _, symbol, _ in signs]}
    return dots


def _line(look: Look[LogitsFrame], block: str) -> list[Trace]:
    """The logits of a way on a line of numbers, and the part of it whose powers fit into a double."""
    frame, (left, right) = look.frame, BLOCKS[block]
    z = np.array(frame.naive["z"])
    known = z[np.isfinite(z)]
    low, high = 1.12 * min(known.min(), known.min() - known.max(), -5.0), 1.12 * max(known.max(), 5.0)

    def place(values: Any) -> np.ndarray:
        return np.asarray(left + (right - left) * (np.clip(values, low, high) - low) / (high - low))

    way: dict[str, Any] = getattr(frame, block)
    at = np.stack([place(np.array(way.get("shift", way["z"]))), np.full(len(z), LINE)], 1)
    moved = at if frame.part == "shift" and block == "shifted" else at[:0]
    marks = [value for value in (*FITS, 0.0) if low < value < high]
    (first, last), numbers = place(np.array(FITS)), [short(round(value)) for value in marks]
    return [
        bars.rectangles(first, last, LINE - 0.42, LINE + 0.42, colour="@sequential2"),
        curves.line(np.array([left, right]), np.full(2, LINE), colour="@edge", width=1),
        bars.labels(place(np.array(marks)), [LINE + 0.75] * len(marks), numbers, size=11, colour="@ink3"),
        _dots(at) | {"meta": {"key": f"dots {block}"}},
        points.rings(moved, size=15),
    ]


def _slopes(look: Look[LogitsFrame], chosen: int) -> Panel:
    """How steep both losses are, by how far the truth lies behind; the lamp on the chosen one, where the logits are."""
    frame, names, hover = look.frame, look.words.choices["loss"], "%{x}: %{y:.3~g}<extra></extra>"
    at, deep = float(min(frame.behind, GAPS[-1])), frame.sizes_now < 10.0**DEEP
    sizes, (steady, fading) = np.where(deep, 10.0**DEEP, frame.sizes_now), np.where(frame.sizes > 0, frame.sizes, np.nan)
    beneath = [f"↓ {written(float(size))}\u2002" * bool(low) for size, low in zip(frame.sizes_now, deep, strict=True)]
    traces = [
        curves.line(GAPS, steady, colour="@ink", hovertemplate=hover),
        curves.line(GAPS, fading, colour="@c3", dash="dash", hovertemplate=hover),
        points.rings(np.array([[at, sizes[1 - chosen]]]), colour="@ink2", size=9),
        curves.now(at, float(sizes[chosen])),
        bars.labels([at, at], sizes, beneath, colour="@ink", size=13, place="middle left" if at > 20 else "middle right"),
        bars.labels([22], [0.1], [names["cross_entropy"]], colour="@ink"),
        bars.labels([16], [1e-10], [names["squared"]], colour="@c3", place="middle left"),
    ]
    x = {"range": [0, 41], "tickvals": [0, 10, 20, 30, 40], "ticktext": ["0", "10", "20", "30", "≥ 40"], "showgrid": False}
    return Panel(traces, look.say("slopes"), x=x, y=curves.powers(DEEP, 0) | {"range": [DEEP - 0.6, 0.8]})
