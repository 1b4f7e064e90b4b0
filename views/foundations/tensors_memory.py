"""The large panel of a script: strips of numbered cells, above them every name as a grid whose threads hang down to them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charts import bars, points, threads
from charts.labels import width
from charts.numbers import short
from charts.panels import Panel, Trace, blank, escaped, told
from charts.words import cut
from engine.foundations.tensors import ScriptFrame
from engine.foundations.tensors.script import ABSENT, GONE, KEPT, NAMED, TEMPORARY
from engine.foundations.tensors.strides import indices
from views.foundations.tensors_sheet import BRACKET, HIGH, KEEPS, NAME, NAMES, SMALL, TOP, WIDE, Sheet, reads, sheet
from views.look import Look

LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
COLOURS = ("@c1", "@c2", "@c3", "@c4", "@ink3")  # of storages in the order of their letters; then they are grey
OPERATIONS = ("Sin", "Exp", "Pow", "Mul", "Div", "Addmm")  # those that keep numbers, and have names of their own
DOT = "•"  # a number that its cell is too narrow for
SEEN = 6  # places that are named of those that see a cell
FREE = 34.0  # px of a cell of memory before anything is in it
FRESH = re.compile(r"(\w+)\s*=\s*torch\.\w+\([^()]*\)(\.requires_grad_\(\))?")  # its numbers stand in reading order
PHONE = 0.65  # px of a phone to each that the panel is reckoned with


@dataclass(frozen=True)
class Places:
    """All places of all grids in a row, m of them."""

    name: np.ndarray  # (m,) whose it is
    cell: np.ndarray  # (m,) which cell it is, among all
    called: list[str]  # (m,) as a script would write it
    boxes: np.ndarray  # (m, 4)
    bright: np.ndarray  # bool (m,) the line has made, written or let it be read anew
    bad: np.ndarray  # bool (m,) torch has refused because of it, or its numbers have bent a gradient

    def who(self, cell: int) -> str:
        """The first of those that see a cell."""
        found = [self.called[k] for k in np.flatnonzero(self.cell == cell).tolist()]
        return ", ".join(found[:SEEN]) + ", …" * (len(found) > SEEN)


def memory(look: Look[ScriptFrame]) -> Panel:
    """The picture: lit is what the line has made, read anew or written, dashed what was refused; in strips and in all grids."""
    frame, of = look.frame, sheet_of(look)
    lit, places = lit_cells(frame), places_of(frame, of)
    traces = [
        *_threads(of, frame, places, cell_of(frame, look.options.cell)),
        *_strips(of, frame, lit),
        *_grids(frame, places),
        *_coming(look, of),
        *_words(look, of, places, lit),
        *_brackets(look, of),
        *_targets(look, of, places),
    ]
    title = look.say("narrow" if any(trace["mode"] == "text" and DOT in trace["text"] for trace in traces) else "memory")
    return Panel(traces, title, x=blank(range=[0, WIDE]), y=blank(range=[0, HIGH]), tall=400)


def sheet_of(look: Look[ScriptFrame]) -> Sheet:
    """Where everything stands."""
    return sheet(look.frame, _labels(look), two_lines(look.say("kept", node="sin", version=0, name="x", now=1))[0])


def letter(frame: ScriptFrame, storage: int) -> str:
    """What a storage is called."""
    return LETTERS[frame.letter[storage] % len(LETTERS)] if storage >= 0 and frame.letter[storage] >= 0 else ""


def cell_name(frame: ScriptFrame, cell: int) -> str:
    """What a cell is called: its storage's letter and its number there; "" of a temporary, and where there is none."""
    if not 0 <= cell < len(frame.contents):
        return ""
    storage = int(np.searchsorted(frame.starts, cell, side="right")) - 1
    called = letter(frame, storage)
    return f"{called}{cell - frame.starts[storage]}" if called else ""


def cell_of(frame: ScriptFrame, called: str) -> int:
    """Which of all cells is called so; −1: none."""
    return next((cell for cell in range(len(frame.contents)) if called and cell_name(frame, cell) == called), -1)


def lit_names(frame: ScriptFrame) -> np.ndarray:
    """The numbers of the names that a line lets stand for something else, or makes."""
    made = [at >= 0 and frame.made[at] == frame.step for at in frame.storage.tolist()]
    part = [frame.verb == "layer" and name.startswith(f"{frame.name}.") for name in frame.names]
    return np.flatnonzero(frame.bound | np.array(made, bool) | np.array(part, bool)) if frame.step else np.zeros(0, int)


def lit_cells(frame: ScriptFrame) -> np.ndarray:
    """Which cells (c,) are written or made."""
    owner = np.repeat(np.arange(len(frame.size)), frame.size)
    made = (frame.made[owner] == frame.step) & (frame.life[owner] != ABSENT)
    return np.asarray((frame.written | made) & (frame.step > 0) & ~bad_cells(frame))


def bad_cells(frame: ScriptFrame) -> np.ndarray:
    """Which cells (c,) torch would not write or read anew, and which broke the way back or bent it."""
    owner = np.repeat(np.arange(len(frame.size)), frame.size)
    return np.asarray(frame.spared | (owner == (frame.kept_in[frame.culprit] if frame.culprit >= 0 else -1)))


def places_of(frame: ScriptFrame, of: Sheet | None = None) -> Places:
    """All places of a step's grids; without a sheet they have no boxes."""
    each = [reads(frame, name) for name in range(len(frame.names))]
    cell = np.concatenate([np.zeros(0, int), *each]).astype(int)
    name = np.repeat(np.arange(len(each)), [len(one) for one in each])
    called = [_place(frame.names[k], index) for k in range(len(each)) if len(each[k]) for index in _indices(frame, k)]
    boxes = np.concatenate([np.zeros((0, 4)), *(of.cells(frame, k) for k in range(len(each)) if of)])
    about = np.array([one == frame.name for one in frame.names], bool)
    bad = bad_cells(frame)[cell] & (about[name] | ~frame.spared[cell])
    bright = (np.isin(name, lit_names(frame)) | lit_cells(frame)[cell]) & ~bad
    return Places(name, cell, called, boxes, bright, bad)


def _indices(frame: ScriptFrame, name: int) -> list[list[int]]:
    return indices(tuple(frame.shape[name].tolist()), int(frame.dims[name])).tolist()  # type: ignore[no-any-return]


def _place(name: str, index: Sequence[int]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _labels(look: Look[ScriptFrame]) -> list[str]:
    """What stands under every strip."""
    frame = look.frame
    called = ["temporary" if at < 0 else "block" for at in frame.letter.tolist()]
    return [look.say(name, letter=letter(frame, k), bytes=4 * int(frame.size[k])) for k, name in enumerate(called)]


def _hue(frame: ScriptFrame, storages: np.ndarray) -> np.ndarray:
    """Which of the colours storages have."""
    letters = frame.letter[storages]
    return np.where(letters < 0, len(COLOURS) - 1, np.minimum(letters, len(COLOURS) - 1))


def _threads(of: Sheet, frame: ScriptFrame, places: Places, chosen: int) -> list[Trace]:
    """Threads in the colours of their storages from below the grids; over them from their places what is lit, refused, asked."""
    ways = np.concatenate([threads.NONE, *(of.threads(frame, name) for name in range(len(frame.names)))])
    hue, lit, bad = _hue(frame, frame.storage[places.name]), places.bright, places.bad
    below = ways[:, 1:]
    quiet = [threads.threads(below[(hue == k) & ~lit & ~bad], colour=colour, opacity=0.6) for k, colour in enumerate(COLOURS)]
    asked = threads.threads(ways[places.cell == chosen], colour="@ink", width=2.2)
    refused = threads.threads(ways[bad], colour="@bad", width=1.6)
    return [*quiet, refused, threads.threads(ways[lit], colour="@accent", width=2.0), asked]


def _strips(of: Sheet, frame: ScriptFrame, lit: np.ndarray) -> list[Trace]:
    """The strips; dashed where a storage has no name, dotted where it is free again; dashed and red what was refused."""
    owner, bad = np.repeat(np.arange(len(frame.size)), frame.size), bad_cells(frame)
    life, hue = frame.life[owner], _hue(frame, owner)
    named = [
        threads.outlined(of.strips[(hue == k) & (life == NAMED) & ~lit & ~bad], colour=colour, fill="@tile")
        for k, colour in enumerate(COLOURS)
    ]
    loose = threads.outlined(of.strips[np.isin(life, (KEPT, TEMPORARY)) & ~lit & ~bad], colour="@ink3", fill="@tile", dash="dash")
    free = threads.outlined(of.strips[(life == GONE) & (frame.letter[owner] >= 0)], colour="@ghost", fill="@surface", dash="dot")
    bright = threads.outlined(of.strips[lit], colour="@accent", fill="@wash", width=2)
    refused = threads.outlined(of.strips[bad], colour="@bad", fill="@surface", width=2, dash="dash")
    return [*named, loose, free, bright, refused]


def _grids(frame: ScriptFrame, places: Places) -> list[Trace]:
    """The grids, outlined in the colour of the storage they read."""
    hue, boxes, lit, bad = _hue(frame, frame.storage[places.name]), places.boxes, places.bright, places.bad
    rest = ~lit & ~bad
    quiet = [threads.outlined(boxes[(hue == k) & rest], colour=colour, fill="@surface") for k, colour in enumerate(COLOURS)]
    refused = threads.outlined(boxes[bad], colour="@bad", fill="@surface", width=2, dash="dash")
    return [*quiet, refused, threads.outlined(boxes[lit], colour="@accent", fill="@wash", width=2)]


def _words(look: Look[ScriptFrame], of: Sheet, places: Places, lit: np.ndarray) -> list[Trace]:
    """The line of code, numbers in cells, the numbers of cells, names, and what stands under strips."""
    frame, size = look.frame, 14 if of.unit >= 28 else 11 if of.unit >= 19 else 9
    there = np.isin(np.repeat(frame.life, frame.size), (NAMED, KEPT, TEMPORARY))
    ends = [slice(first, first + count) for first, count in zip(frame.starts, frame.size, strict=True)]
    dot = DOT if of.unit >= 9 else ""  # of narrower cells nothing is seen
    brief = [text or dot for one in ends for text in threads.fitting(frame.contents[one], PHONE * of.unit, size)]
    said = np.array(brief, dtype=object)
    spots = np.concatenate([threads.middles(of.strips), threads.middles(places.boxes)])
    text = [*np.where(there, said, ""), *said[places.cell]]
    inks = ["@accent" if one else "@ink" for one in (*lit, *places.bright)]
    numbers = bars.labels(spots[:, 0], spots[:, 1], text, colour=inks, size=size, meta={"still": True})
    return [_code(look), numbers, _counted(of, frame, there), *_named(look, of, places), _under(look, of), _right(look, of)]


def _code(look: Look[ScriptFrame]) -> Trace:
    """The line that has just been carried out, on top; before the first, that one."""
    frame, first = look.frame, cut(look.data[0].lines[0], 46)
    line = escaped(cut(frame.line, 48)) + " \u2007✗" * bool(frame.refused) if frame.step else look.say("next", line=first)
    ink, size = "@accent" if frame.step else "@ink2", 15 if width(line, 15) < PHONE * WIDE else 13
    return bars.labels([0.0], [TOP], [line], colour=ink, size=size, place="middle right", meta={"still": True})


def _coming(look: Look[ScriptFrame], of: Sheet) -> list[Trace]:
    """Before the first line, dotted: the cells that it will make, and the grid that reads them; over all, names to come."""
    frame, lines, none = look.frame, look.data[0].lines, not look.frame.step
    plain_ = FRESH.fullmatch(lines[0])
    names = [room for room in frame.room if none and room[0] in of.lefts] or list(frame.room) * none
    first = [room for room in names if plain_ and room[0] == plain_[1] and room[1] * room[2] == frame.size[room[3]]]
    strip, grid, ways = threads.row((WIDE - 13 * FREE) / 2, of.foot + 34, 13 * none, FREE, 28.0), np.zeros((0, 4)), threads.NONE
    for name, _, across, storage in first:
        strip = of.strips[frame.starts[storage] :][: frame.size[storage]]
        at = np.stack(np.divmod(np.arange(len(strip)), across), -1)
        grid = of.boxes(name, at, across)
        ways = threads.hanging(grid, at[:, 0], strip)
    even = (np.arange(len(names)) + 0.5) * WIDE / max(len(names), 1)
    x = [of.lefts[room[0]] + of.wide[room[0]] / 2 if room[0] in of.lefts else at for room, at in zip(names, even, strict=True)]
    late = [look.say("comes", line=_begins(lines, room[0], int(frame.made[room[3]]))) * (room not in first) for room in names]
    below, empty = threads.middles(strip)[:, 0].mean() if none else 0.0, [look.say("empty")] * none
    return [
        threads.threads(ways, colour="@edge", dash="dot"),
        threads.outlined(np.concatenate([strip, grid]), colour="@edge", fill="@surface", dash="dot"),
        bars.labels(x, [NAMES] * len(x), [f"<b>{escaped(room[0])}</b>" for room in names], size=NAME, colour="@ink3"),
        bars.labels([*x, *[below] * none], [*[NAMES - 20] * len(x), *[of.foot + 10] * none], [*late, *empty], size=SMALL),
    ]


def _begins(lines: Sequence[str], name: str, made: int) -> int:
    """The first line that lets a name stand for something; of what is no line's own the one that makes its memory."""
    return next((k for k, line in enumerate(lines, 1) if re.match(rf"{re.escape(name)}\s*=", line)), made)


def _counted(of: Sheet, frame: ScriptFrame, there: np.ndarray) -> Trace:
    """The number of every cell under it, in its own storage; of narrow cells every second or fourth."""
    number = np.arange(int(frame.size.sum())) - np.repeat(frame.starts, frame.size)
    every = 1 if of.unit >= 18 else 2 if of.unit >= 10 else 4
    text = [str(k) if seen and k % every == 0 else "" for k, seen in zip(number.tolist(), there, strict=True)]
    spots, size = threads.middles(of.strips), 11 if of.unit >= 28 else 9
    return bars.labels(spots[:, 0], of.strips[:, 2] - 8, text, colour="@ink3", size=size, meta={"still": True})


def _named(look: Look[ScriptFrame], of: Sheet, places: Places) -> list[Trace]:
    """Names above their grids: one that is pointed at rings the cells it reads."""
    frame, lit = look.frame, {*places.name[places.bright].tolist(), *lit_names(look.frame).tolist()}
    x = np.array([of.lefts[name] + of.wide[name] / 2 for name in frame.names])
    inks = ["@accent" if name in lit else "@ink" for name in range(len(frame.names))]
    without = [f"<b>{escaped(name)}</b>" for name in frame.names]
    hover = told([look.say("reads", name=name, count=len(frame.reads(k))) for k, name in enumerate(frame.names)])
    meta = {"link": "name", "ring": 22, "still": True}
    heads = bars.labels(x, np.full(len(x), NAMES), without, colour=inks, size=NAME, hovertemplate="", meta=meta) | hover
    late = [look.say("waiting") if at < 0 else "" for at in frame.storage.tolist()]
    waiting = bars.labels(x, np.full(len(x), NAMES - 20), late, colour=inks, size=SMALL, meta={"still": True})
    spots, meta = threads.middles(of.strips[places.cell]), {"index": places.name, "silent": True}
    ends = points.targets(spots, "name", ring=18, template="", meta=meta, hoverinfo="skip")
    return [heads, waiting, ends]


def _under(look: Look[ScriptFrame], of: Sheet) -> Trace:
    """Letters and bytes under strips."""
    frame, labels = look.frame, _labels(look)
    shown = [k for k in range(len(frame.size)) if frame.life[k] in (NAMED, KEPT, TEMPORARY)]
    ends = [of.strips[frame.starts[k] : frame.starts[k] + frame.size[k]] for k in shown]
    x = [float((one[:, 0].min() + one[:, 1].max()) / 2) for one in ends]
    inks = ["@accent" if frame.made[k] == frame.step else "@ink2" for k in shown]
    return bars.labels(x, [of.foot + 10] * len(x), [labels[k] for k in shown], colour=inks, size=SMALL, meta={"still": True})


def _right(look: Look[ScriptFrame], of: Sheet) -> Trace:
    """Below the first number of a gradient that is wrong: what it should be."""
    frame = look.frame
    grads = [at for name, at in zip(frame.names, frame.storage.tolist(), strict=True) if name.endswith(".grad")]
    wrong = [int(at) for at in grads[:1] if np.isfinite(frame.right)]
    x = [float(threads.middles(of.strips)[frame.starts[at], 0]) for at in wrong]
    text = [look.say("should", right=short(frame.right), wrong=short(frame.gradient))] * len(wrong)
    return bars.labels(x, [of.foot - 9] * len(x), text, colour="@bad", size=14, meta={"still": True})


def _brackets(look: Look[ScriptFrame], of: Sheet) -> list[Trace]:
    """What autograd keeps: a bracket under the storage it stands in, with the version it had; red where somebody has written."""
    frame, deep = look.frame, dict[int, int]()
    lines, text, x, y, bad = [], [], [], [], []
    for k, (node, _, _) in enumerate(frame.keepers):
        storage = int(frame.kept_in[k])
        mine = of.strips[frame.starts[storage] : frame.starts[storage] + frame.size[storage]]
        left, right = float(mine[:, 0].min()), float(mine[:, 1].max())
        low = of.foot - 6 - of.bracket * deep.get(storage, 0)
        deep[storage] = deep.get(storage, 0) + 1
        lines.append([[left, low + 7], [left, low + 4], [right, low + 4], [right, low + 7]])
        version, now = int(frame.kept_version[k]), int(frame.kept_now[k])
        bad.append(version != now or bool(frame.kept_stale[k]))
        how = "kept" if version != now else "other" if bad[-1] else "keeps"
        told_ = look.say(how, node=plain(look, node), version=version, now=now, name=_called(frame, k))
        text.append(told_.replace("|", "<br>" if of.bracket >= BRACKET else " "))
        x.append((left + right) / 2)
        y.append(low + 3 - of.bracket / 2)
    ways, worse = np.array(lines).reshape(-1, 4, 2), np.array(bad, bool)
    quiet = threads.threads(ways[~worse], colour="@ink3", width=1.2)
    inks = ["@bad" if one else "@ink2" for one in bad]
    return [quiet, threads.threads(ways[worse], colour="@bad", width=2), bars.labels(x, y, text, colour=inks, size=KEEPS)]


def plain(look: Look[ScriptFrame], node: str) -> str:
    """What an operation is called that torch calls SinBackward0; one without a name of its own is called as torch has it."""
    own = node.partition("Backward")[0]
    return look.say("node", own) if own in OPERATIONS else own.lower()


def _called(frame: ScriptFrame, kept: int) -> str:
    """What is kept: its first name, or else the letter of its storage."""
    return frame.keepers[kept][2].partition(",")[0] or letter(frame, int(frame.kept_in[kept])) or "–"


def two_lines(text: str) -> list[str]:
    """A label's lines, the longest first."""
    return sorted(text.split("|"), key=len, reverse=True)


def _targets(look: Look[ScriptFrame], of: Sheet, places: Places) -> list[Trace]:
    """Cells of strips and of grids can be pointed at: all that is one cell is ringed, and who sees it is said."""
    frame, owner = look.frame, np.repeat(np.arange(len(look.frame.size)), look.frame.size)
    numbers = (np.arange(len(owner)) - frame.starts[owner]).tolist() if len(owner) else []
    there = np.isin(frame.life[owner], (NAMED, KEPT, TEMPORARY))
    spots, ring = np.where(there[:, None], threads.middles(of.strips), np.nan), max(10, round(of.unit) - 2)
    facts = [
        {"letter": letter(frame, storage), "cell": number, "value": short(float(value))}
        for storage, number, value in zip(owner.tolist(), numbers, frame.contents, strict=True)
    ]
    below = [look.say("cell", **fact, seen=places.who(k) or "–") if there[k] else "" for k, fact in enumerate(facts)]
    above = [look.say("place", place=place, **facts[k]) for place, k in zip(places.called, places.cell, strict=True)]
    meta: dict[str, Any] = {"index": places.cell}
    return [
        points.targets(spots, "cell", ring=ring, template="%{text}", text=below, meta={"click": "cell"}),
        points.targets(threads.middles(places.boxes), "cell", ring=ring, template="%{text}", text=above, meta=meta),
    ]
