"""Tensors in memory: a script line by line, and strides element by element.

Longer than a picture's budget of lines: a script can do eleven things, and torch refuses for as many reasons, each in its own
words; strips, grids and threads (`tensors_memory`) find room for any script of eight names (`tensors_sheet`).
"""

import re
from dataclasses import replace
from typing import Any

import numpy as np

from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import short
from charts.panels import Panel, Picture, Safe
from charts.ranking import table
from charts.words import cut
from engine.foundations.tensors import ALGORITHMS, ScriptFrame
from engine.foundations.tensors.strides import indices
from engine.params import Options as Settings
from engine.params import Params, Value, choice
from engine.texts import Text
from views.foundations.tensors_memory import cell_name, cell_of, letter, lit_names, memory, places_of, plain
from views.foundations.tensors_sheet import reads
from views.foundations.tensors_strides import strides
from views.look import Look, Values, scenes

ADDRESS = (
    formula(r"\text{HEAD}\text{NAME}\text{TAIL} = {o}! = {c}!!"),
    formula(r"\text{HEAD}\text{NAME}[{i}!]\text{TAIL} = {o}! + {i}! \cdot {s}! = {c}!!"),
    formula(r"\text{HEAD}\text{NAME}[{i}!, {j}!]\text{TAIL} = {o}! + {i}! \cdot {s}! + {j}! \cdot {t}! = {c}!!"),
    formula(
        r"\text{HEAD}\text{NAME}[{i}!, {j}!, {k}!]\text{TAIL}"
        r" = {o}! + {i}! \cdot {s}! + {j}! \cdot {t}! + {k}! \cdot {u}! = {c}!!"
    ),
)
WORD = re.compile("HEAD|NAME|TAIL")
LINES, ROW = 10, 19  # of a script; px of a row of a table, on a phone
SHARES = (62, 38)


class Options(Settings):
    cell: str = choice("", rare=True, only=("script",))  # whose readers are told and whose threads are bold: α1


def belonging(data: Text | None) -> dict[str, str]:
    """The cell that was asked for is one of this script's."""
    return {"cell": data.digest} if data else {}


def clicked(name: str, index: int, frame: Any, params: Params, data: Any, options: Options) -> dict[str, Value]:
    """A click on a cell asks who sees it; another takes the question back. A temporary has no name to be asked by."""
    called = cell_name(frame, index) if name == "cell" and isinstance(frame, ScriptFrame) else ""
    return {"cell": "" if called == options.cell else called} if called else {}


def script(look: Look[ScriptFrame]) -> Picture:
    """A line of a script: what it has made, read, written, or been refused."""
    frame = look.frame
    mathml, values, at = _address(look)
    return look.picture(
        columns(memory(look), rows(_lines(look), _names(look), shares=(LINES + 2, _rows(look.frame) + 2)), shares=SHARES),
        facts=_facts(look),
        key=_key(frame),
        formula=mathml,
        values=values,
        of="cell" if mathml else "",
        at=at,
        metrics=("bytes", "wrote", "changed"),
        hold=3.0,
    )


draw = scenes(ALGORITHMS, {"script": script, "strides": strides})

# ---- what is told


def _key(frame: ScriptFrame) -> str:
    """Which sentence is said."""
    if not frame.step:
        return "start"
    if frame.refused and frame.wrote:
        return "late"
    return "bent" if frame.verb == "backward" and frame.culprit >= 0 else frame.verb


def _facts(look: Look[ScriptFrame]) -> dict[str, Any]:
    """What the sentences say."""
    frame, say = look.frame, look.say
    gradients = [
        f"{name} = {_numbers(frame, k)}" for k, name in enumerate(frame.names) if name.endswith(".grad") and _touched(frame, k)
    ]
    order = sorted(np.flatnonzero(frame.turned).tolist(), key=lambda k: frame.names[k] != frame.name)
    turned = [say("of", name=frame.names[k], count=int(frame.turned[k]), all=len(frame.reads(k))) for k in order]
    node, _, names = frame.keepers[frame.culprit] if frame.culprit >= 0 else ("", "", "")
    kept, now = (int(of[frame.culprit]) if frame.culprit >= 0 else 0 for of in (frame.kept_version, frame.kept_now))
    about = {"name": frame.name or "–", "node": plain(look, node), "names": names or "–", "version": kept, "now": now}
    home = next((int(at) for name, at in zip(frame.names, frame.storage, strict=True) if name == frame.name), -1)
    return {
        "lines": frame.total - 1,
        "name": frame.name or frame.line,
        "other": frame.other or frame.name,
        "letter": letter(frame, home),
        "seen": Safe(say("comma").join(turned)) or say("nothing"),
        "gradients": Safe(say("comma").join(gradients)) or say("nothing"),
        "why": say("why", frame.refused, **about) if frame.refused else "",
        "node": about["node"],
        "names": about["names"],
        "wrong": short(frame.gradient),
        "truth": short(frame.right),
        "more": _more(look),
    }


def _more(look: Look[ScriptFrame]) -> Safe:
    """Second sentences: a temporary, a way back that is now broken or bent, who sees the cell that was asked for."""
    frame, say, out = look.frame, look.say, ""
    loose = 4 * int(frame.size[(frame.made == frame.step) & (frame.letter < 0)].sum()) * bool(frame.step)
    if loose and frame.verb in ("write", "new", "view", "backward", "refused"):
        out += say("loose_refused" if frame.refused else "loose", bytes=loose)
    if frame.same_object == 0 and frame.same_memory == 0:
        out += say("moved", name=frame.name)
    if frame.harmed >= 0 and not frame.refused:
        (node, _, names), version = frame.keepers[frame.harmed], int(frame.kept_version[frame.harmed])
        way = "breaks" if version != frame.kept_now[frame.harmed] else "bends"
        out += say(way, node=plain(look, node), names=names or "–", version=version)
    if look.options.cell:
        seen = places_of(frame).who(cell_of(frame, look.options.cell))
        out += say("asked", cell=look.options.cell, seen=seen or say("nobody"))
    return Safe(out)


def _touched(frame: ScriptFrame, name: int) -> bool:
    """Whether the line has written what a name reads."""
    return bool(frame.written[reads(frame, name)].any())


def _numbers(frame: ScriptFrame, name: int) -> str:
    """The first numbers that a name shows."""
    shown = frame.contents[reads(frame, name)].tolist()
    return ", ".join(short(value) for value in shown[:4]) + ", …" * (len(shown) > 4)


def _address(look: Look[ScriptFrame]) -> tuple[str, Values, int]:
    """How the name of the line finds a cell: the first that is written, or its last; and so for every cell it reads."""
    frame = look.frame
    if frame.name not in frame.names or frame.storage[frame.names.index(frame.name)] < 0:
        return "", {}, -1
    name = frame.names.index(frame.name)
    cells, dims = reads(frame, name), int(frame.dims[name])
    spots = indices(tuple(frame.shape[name].tolist()), dims)
    every: dict[int, int] = {}
    for place, cell in enumerate(cells.tolist()):
        every.setdefault(cell, place)
    whole = range(len(frame.contents))
    values: dict[str, Any] = {"o": (int(frame.offset[name]), 0)}
    for k, (index, step) in enumerate(zip("ijk"[:dims], "stu", strict=False)):
        values[index] = ([int(spots[every[cell], k]) if cell in every else None for cell in whole], 0)
        values[step] = (int(frame.stride[name, k]), 0)
    start = int(frame.starts[frame.storage[name]])
    values["c"] = ([cell - start if cell in every else None for cell in whole], 0)
    written = [cell for cell in cells.tolist() if frame.written[cell] or frame.spared[cell]]
    called = {"HEAD": look.say("address", "head"), "NAME": frame.name, "TAIL": look.say("address", "tail")}
    address = WORD.sub(lambda found: called[found[0]], ADDRESS[dims])
    return address, values, written[0] if written else int(cells[-1])


# ---- the small panels


def _lines(look: Look[ScriptFrame]) -> Panel:
    """The script: lines that have run, the line of now lit; each is a door to its step."""
    frame, lines = look.frame, look.data[0].lines
    ran = {one.step: one for one in look.frames}
    said = [_mark(look, ran[k]) if k in ran else "" for k in range(1, len(lines) + 1)]
    cells = [f"{k}\u2002{cut(line, 44)}" for k, line in enumerate(lines, 1)]
    faint = [k not in ran for k in range(1, len(lines) + 1)]
    parts = [(0.0, look.say("line"), cells), (1.0, look.say("made"), said)]
    frames = list(range(1, len(lines) + 1))
    made = table(look.say("script"), parts, lit=frame.step - 1, faint=faint, rows=LINES, size=11, link="line", frames=frames)
    return replace(made, tall=ROW * (LINES + 2))


def _mark(look: Look[ScriptFrame], frame: ScriptFrame) -> str:
    """What stands behind a line that has run: refused, or spoils the way back, or what it has allocated."""
    if frame.refused or frame.harmed >= 0:
        return "✗" if frame.refused else "!"
    return look.say("bytes", n=frame.bytes) if frame.bytes else ""


def _names(look: Look[ScriptFrame]) -> Panel:
    """Every name: its memory, shape, strides, offset and version; this line's are lit."""
    frame, say = look.frame, look.say
    known = frame.storage >= 0

    def told(numbers: np.ndarray) -> list[str]:
        each = zip(np.atleast_2d(numbers.T).T.tolist(), frame.dims.tolist(), known, strict=True)
        return [_row(row[: dims if numbers.ndim > 1 else 1]) if there else "–" for row, dims, there in each]

    parts = [
        (0.0, say("name"), list(frame.names)),
        (0.4, say("storage"), [letter(frame, at) or "–" for at in frame.storage.tolist()]),
        (0.58, say("shape"), told(frame.shape)),
        (0.76, say("stride"), told(frame.stride)),
        (0.87, say("offset"), told(frame.offset)),
        (1.0, say("version"), told(frame.version)),
    ]
    lit = sorted({*lit_names(frame).tolist(), *(k for k in range(len(frame.names)) if known[k] and _touched(frame, k))})
    made = table(say("names"), parts, lit=lit if frame.step else -1, rows=_rows(frame), size=11, link="name")
    return replace(made, tall=ROW * (_rows(frame) + 2))


def _rows(frame: ScriptFrame) -> int:
    """For how many names the table has room."""
    return max(5, len(frame.room))


def _row(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) if numbers else "·"
