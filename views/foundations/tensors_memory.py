"""The large panel of a script: strips of numbered cells, above them every name as a grid whose threads hang down to them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from charts import bars, points, threads
from charts.numbers import short
from charts.panels import Panel, Trace, blank, escaped, told
from charts.words import cut
from engine.foundations.tensors import ScriptFrame
from engine.foundations.tensors.script import ABSENT, GONE, KEPT, NAMED, TEMPORARY
from engine.foundations.tensors.strides import indices
from views.foundations.tensors_sheet import HIGH, NAME, SMALL, TOP, WIDE, Sheet, reads, sheet
from views.look import Look

LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
COLOURS = ("@c1", "@c2", "@c3", "@c4", "@ink3")  # of storages in the order of their letters; then they are grey
SEEN = 6  # places that are named of those that see a cell


def memory(look: Look[ScriptFrame]) -> Panel:
    """The picture: what is lit is what the line has made, read anew or written, in the strip and in every grid that sees it."""
    frame, of = look.frame, sheet(look.frame, _labels(look), look.say("kept", node="Addmm", version=0, now=1))
    cells, owner = _all_cells(of, frame)
    names, places = lit_names(frame), lit_cells(frame)
    bright = np.isin(owner, names) | places[_read(frame)]
    traces = [
        *_threads(of, frame, bright, look.options.cell),
        *_strips(of, frame, places),
        *_grids(frame, cells, owner, bright),
        *_words(look, of, cells, bright),
        *_brackets(look, of),
        *_targets(look, of, cells, owner),
    ]
    return Panel(traces, look.say("memory"), x=blank(range=[0, WIDE]), y=blank(range=[0, HIGH]), tall=400)


def letter(frame: ScriptFrame, storage: int) -> str:
    """What a storage is called."""
    return LETTERS[frame.letter[storage] % len(LETTERS)] if storage >= 0 and frame.letter[storage] >= 0 else ""


def lit_names(frame: ScriptFrame) -> np.ndarray:
    """The numbers of the names that a line lets stand for something else, makes, or is refused for."""
    made = [at >= 0 and frame.made[at] == frame.step for at in frame.storage.tolist()]
    about = [frame.refused not in ("", "saved") and name == frame.name for name in frame.names]
    return np.flatnonzero(frame.bound | np.array(made, bool) | np.array(about, bool)) if frame.step else np.zeros(0, int)


def lit_cells(frame: ScriptFrame) -> np.ndarray:
    """Which cells (c,) are written, made, or broke the way back."""
    owner = np.repeat(np.arange(len(frame.size)), frame.size)
    made = (frame.made[owner] == frame.step) & (frame.life[owner] != ABSENT)
    broken = owner == (frame.kept_in[frame.culprit] if frame.culprit >= 0 else -1)
    return np.asarray((frame.written | made | broken) & (frame.step > 0))


def sees(look: Look[ScriptFrame], cell: int) -> list[str]:
    """The places that see a cell, as a script would write them."""
    frame, found = look.frame, []
    for name, called in enumerate(frame.names):
        at = indices(frame.shape[name].tolist(), int(frame.dims[name]))
        for index in at[reads(frame, name) == cell] if frame.storage[name] >= 0 else ():
            found.append(_place(called, index))
    return found


def seen_by(look: Look[ScriptFrame], cell: int) -> str:
    """The first of them in a row."""
    found = sees(look, cell)
    return ", ".join(found[:SEEN]) + ", …" * (len(found) > SEEN)


def _place(name: str, index: Sequence[int]) -> str:
    return f"{name}[{', '.join(str(int(k)) for k in index)}]" if len(index) else name


def _labels(look: Look[ScriptFrame]) -> list[str]:
    """What stands under every strip."""
    frame = look.frame
    sizes = [4 * int(size) for size in frame.size]
    named = [look.say("block", letter=letter(frame, k), bytes=size) for k, size in enumerate(sizes)]
    return [look.say("temporary", bytes=size) if frame.letter[k] < 0 else named[k] for k, size in enumerate(sizes)]


def _all_cells(of: Sheet, frame: ScriptFrame) -> tuple[np.ndarray, np.ndarray]:
    """The boxes (m, 4) of all grids, and whose each is (m,)."""
    boxes = [of.cells(frame, name) for name in range(len(frame.names))]
    return np.concatenate([np.zeros((0, 4)), *boxes]), np.repeat(np.arange(len(boxes)), [len(one) for one in boxes])


def _read(frame: ScriptFrame) -> np.ndarray:
    """The cell (m,) behind every place of all grids."""
    return np.concatenate([np.zeros(0, int), *(reads(frame, name) for name in range(len(frame.names)))]).astype(int)


def _hue(frame: ScriptFrame, storages: np.ndarray) -> np.ndarray:
    """Which of the colours storages have."""
    letters = frame.letter[storages]
    return np.where(letters < 0, len(COLOURS) - 1, np.minimum(letters, len(COLOURS) - 1))


def _threads(of: Sheet, frame: ScriptFrame, bright: np.ndarray, chosen: int) -> list[Trace]:
    """Threads in the colours of their storages; those that are lit, and those of the cell that was asked for, over them."""
    ways = np.concatenate([np.zeros((0, 10, 2)), *(of.threads(frame, name) for name in range(len(frame.names)))])
    cell = _read(frame)
    hue = _hue(frame, np.repeat(np.arange(len(frame.size)), frame.size)[cell])
    quiet = [threads.threads(ways[(hue == k) & ~bright], colour=colour, opacity=0.6) for k, colour in enumerate(COLOURS)]
    asked = threads.threads(ways[cell == chosen], colour="@ink", width=2.2)
    return [*quiet, threads.threads(ways[bright], colour="@accent", width=2.0), asked]


def _strips(of: Sheet, frame: ScriptFrame, lit: np.ndarray) -> list[Trace]:
    """The strips; dashed where a storage has no name, dotted where it is free again."""
    owner = np.repeat(np.arange(len(frame.size)), frame.size)
    life, hue = frame.life[owner], _hue(frame, owner)
    named = [
        threads.outlined(of.strips[(hue == k) & (life == NAMED) & ~lit], colour=colour, fill="@tile")
        for k, colour in enumerate(COLOURS)
    ]
    loose = threads.outlined(of.strips[np.isin(life, (KEPT, TEMPORARY)) & ~lit], colour="@ink3", fill="@tile", dash="dash")
    free = threads.outlined(of.strips[(life == GONE) & (frame.letter[owner] >= 0)], colour="@ghost", fill="@surface", dash="dot")
    bright = threads.outlined(of.strips[lit], colour="@accent", fill="@wash", width=2)
    return [*named, loose, free, bright]


def _grids(frame: ScriptFrame, cells: np.ndarray, owner: np.ndarray, bright: np.ndarray) -> list[Trace]:
    """The grids, outlined in the colour of the storage they read."""
    hue = _hue(frame, frame.storage[owner]) if len(owner) else owner
    quiet = [
        threads.outlined(cells[(hue == k) & ~bright], colour=colour, fill="@surface") for k, colour in enumerate(COLOURS)
    ]
    fill = "@surface" if frame.refused else "@wash"
    return [*quiet, threads.outlined(cells[bright], colour="@accent", fill=fill, width=2)]


def _words(look: Look[ScriptFrame], of: Sheet, cells: np.ndarray, bright: np.ndarray) -> list[Trace]:
    """The line of code, numbers in cells, the numbers of cells, names, and what stands under strips."""
    frame, size = look.frame, 12 if of.unit >= 19 else 10 if of.unit >= 12 else 9
    lit, names = lit_cells(frame), lit_names(frame)
    there = np.isin(np.repeat(frame.life, frame.size), (NAMED, KEPT, TEMPORARY))
    said = np.array(threads.fitting(frame.contents.tolist(), of.unit - 4, size), dtype=object)
    spots = np.concatenate([threads.middles(of.strips), threads.middles(cells)])
    text = [*np.where(there, said, ""), *said[_read(frame)]]
    inks = ["@accent" if one else "@ink" for one in (*lit, *bright)]
    numbers = bars.labels(spots[:, 0], spots[:, 1], text, colour=inks, size=size, meta={"still": True})
    return [_code(frame), numbers, _counted(of, frame, there), *_named(look, of, names), _under(look, of)]


def _code(frame: ScriptFrame) -> Trace:
    """The line that has just been carried out, on top."""
    line = escaped(cut(frame.line, 60)) + " \u2007✗" * bool(frame.refused)
    return bars.labels([0.0], [TOP], [line], colour="@accent", size=15, place="middle right", meta={"still": True})


def _counted(of: Sheet, frame: ScriptFrame, there: np.ndarray) -> Trace:
    """The number of every cell under it, in its own storage; of narrow cells the first and every fourth."""
    number = np.arange(int(frame.size.sum())) - np.repeat(frame.starts, frame.size)
    text = [str(k) if seen and (of.unit >= 11 or k % 4 == 0) else "" for k, seen in zip(number.tolist(), there, strict=True)]
    spots = threads.middles(of.strips)
    return bars.labels(spots[:, 0], of.strips[:, 2] - 8, text, colour="@ink3", size=9, meta={"still": True})


def _named(look: Look[ScriptFrame], of: Sheet, lit: np.ndarray) -> list[Trace]:
    """Names above their grids: one that is pointed at rings the cells it reads."""
    frame = look.frame
    x = np.array([of.lefts[name] + of.wide[name] / 2 for name in frame.names])
    inks = ["@accent" if name in lit else "@ink" for name in range(len(frame.names))]
    without = [f"<b>{escaped(name)}</b>" for name in frame.names]
    hover = told([look.say("reads", name=name, count=len(frame.reads(k))) for k, name in enumerate(frame.names)])
    meta = {"link": "name", "ring": 22, "still": True}
    heads = bars.labels(x, np.full(len(x), 363.0), without, colour=inks, size=NAME, hovertemplate="", meta=meta) | hover
    cells = _read(frame)
    owner = np.repeat(np.arange(len(frame.names)), [len(frame.reads(k)) for k in range(len(frame.names))])
    spots = threads.middles(of.strips[cells])
    ends = points.targets(spots, "name", ring=18, template="", meta={"index": owner, "silent": True}, hoverinfo="skip")
    return [heads, ends]


def _under(look: Look[ScriptFrame], of: Sheet) -> Trace:
    """Letters and bytes under strips."""
    frame, labels = look.frame, _labels(look)
    shown = [k for k in range(len(frame.size)) if frame.life[k] in (NAMED, KEPT, TEMPORARY)]
    ends = [of.strips[frame.starts[k] : frame.starts[k] + frame.size[k]] for k in shown]
    x = [float((one[:, 0].min() + one[:, 1].max()) / 2) for one in ends]
    inks = ["@accent" if frame.made[k] == frame.step else "@ink2" for k in shown]
    return bars.labels(x, [of.foot + 10] * len(x), [labels[k] for k in shown], colour=inks, size=SMALL, meta={"still": True})


def _brackets(look: Look[ScriptFrame], of: Sheet) -> list[Trace]:
    """What autograd keeps: a bracket under the storage it stands in, with the version it had; lit where somebody has written."""
    frame, deep = look.frame, dict[int, int]()
    lines, text, x, y, bad = [], [], [], [], []
    for k, (node, _, _) in enumerate(frame.keepers):
        storage = int(frame.kept_in[k])
        mine = of.strips[frame.starts[storage] : frame.starts[storage] + frame.size[storage]]
        left, right = float(mine[:, 0].min()), float(mine[:, 1].max())
        low = of.foot - 6 - 17 * deep.get(storage, 0)
        deep[storage] = deep.get(storage, 0) + 1
        lines.append([[left, low + 7], [left, low + 4], [right, low + 4], [right, low + 7]])
        version, now = int(frame.kept_version[k]), int(frame.kept_now[k])
        bad.append(version != now or bool(frame.kept_stale[k]))
        text.append(look.say("kept" if bad[-1] else "keeps", node=short_name(node), version=version, now=now))
        x.append((left + right) / 2)
        y.append(low - 4)
    ways, worse = np.array(lines).reshape(-1, 4, 2), np.array(bad, bool)
    quiet = threads.threads(ways[~worse], colour="@ink3", width=1.2)
    inks = ["@accent" if one else "@ink2" for one in bad]
    return [quiet, threads.threads(ways[worse], colour="@accent", width=2), bars.labels(x, y, text, colour=inks, size=10)]


def short_name(node: str) -> str:
    """A node of the graph without what all are called: SinBackward0 is Sin."""
    return node.partition("Backward")[0]


def _targets(look: Look[ScriptFrame], of: Sheet, cells: np.ndarray, owner: np.ndarray) -> list[Trace]:
    """Cells of strips and of grids can be pointed at: all that is one cell is ringed, and who sees it is said."""
    frame, cell = look.frame, _read(look.frame)
    storage = np.repeat(np.arange(len(frame.size)), frame.size)
    number = np.arange(len(storage)) - np.repeat(frame.starts, frame.size)
    there = np.isin(frame.life[storage], (NAMED, KEPT, TEMPORARY))
    spots = np.where(there[:, None], threads.middles(of.strips), np.nan)
    ring = max(10, round(of.unit) - 2)
    facts = [{"letter": letter(frame, s), "cell": n, "value": short(v)} for s, n, v in zip(storage.tolist(), number.tolist(), frame.contents.tolist(), strict=True)]  # fmt: skip
    said = [look.say("cell", **fact, seen=seen_by(look, k) or "–") if there[k] else "" for k, fact in enumerate(facts)]
    strip = points.targets(spots, "cell", ring=ring, template="%{text}", text=said, meta={"click": "cell"})
    index = [place for name in range(len(frame.names)) for place in _places(frame, name)]
    above = [look.say("place", place=place, **facts[at]) for place, at in zip(index, cell.tolist(), strict=True)]
    grids = points.targets(threads.middles(cells), "cell", ring=ring, template="%{text}", text=above, meta={"index": cell})
    return [strip, grids]


def _places(frame: ScriptFrame, name: int) -> list[str]:
    """The places of a name's grid, as a script would write them."""
    if frame.storage[name] < 0:
        return []
    return [_place(frame.names[name], index) for index in indices(frame.shape[name].tolist(), int(frame.dims[name]))]
