"""Panels with their own axes, laid into one figure, so that linked views cannot disagree."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charts.labels import width
from charts.theme import BLANK, worded

Trace = dict[str, Any]
Box = tuple[float, float, float, float]  # x from, x to, y from, y to, as parts of the figure
NOTHING: Trace = {"type": "scatter", "mode": "lines", "x": [], "y": [], "hoverinfo": "skip"}


@dataclass(frozen=True)
class Panel:
    """One pair of axes: traces in their own coordinates, a title above, notes (annotations) and shapes inside."""

    traces: Sequence[Trace]
    title: str = ""
    x: Mapping[str, Any] = field(default_factory=dict)
    y: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[dict[str, Any]] = ()
    shapes: Sequence[dict[str, Any]] = ()
    equal: bool = False  # one unit is as long on x as on y
    series: Sequence[str] = ()  # the columns whose values set the range of y; the player knows them all
    zero: bool = True  # that range begins at 0
    small: bool = False  # on a phone it needs little height and shares a line with another small one
    part: Sequence[float] = ()  # what x reaches over on a phone, and where two runs are compared: a part of a long axis
    tall: int = 0  # px on a phone of what it plots on; 0: as is usual for what it is
    aspect: float = 0  # width over height of what is drawn, in pixels; 0: it fills its box. Its axes have ranges


@dataclass(frozen=True)
class Picture:
    """One step, drawn: what a film holds a line of."""

    data: list[Trace]
    layout: dict[str, Any]
    wide: dict[str, Any]
    narrow: dict[str, Any]
    phase: str  # what is happening, in two or three words
    said: str  # one sentence
    alt: str  # what a listener hears
    numbers: Mapping[str, float | int | str | None]  # this step's row of the table; the caption takes its numbers from here
    formula: str = ""  # MathML with ⟦name⟧ where values go
    values: Mapping[str, tuple[Any, int]] = field(default_factory=dict)  # name → (number or array by entity, decimals)
    of: str = ""  # the link whose entity the values are indexed by
    at: int = -1  # the entity shown while nothing is pointed at
    metrics: Sequence[tuple[str, str]] = ()
    series: Sequence[dict[str, Any]] = ()
    mark: bool = False  # a step of the algorithm begins here
    hold: float = 1.0  # how many beats of the film it stays: more where there is more to read
    flip: bool = False  # its images are ink on paper: turned over at night
    huge: dict[str, Any] = field(default_factory=dict)  # the layout of stages of 1180 px and more; nothing: the wide one
    alone: dict[str, Any] = field(default_factory=dict)  # that of the first panel by itself, where two runs are compared


def blank(**more: Any) -> dict[str, Any]:
    """Axes of pictures and maps: nothing to read on them."""
    return {**BLANK, **more}


def bare(traces: Sequence[Trace], title: str, x: Sequence[float], y: Sequence[float], **more: Any) -> Panel:
    """A panel of pictures, maps, trees or words: its axes have a range, and nothing to read on them."""
    return Panel(traces, title, x=blank(range=x), y=blank(range=y), **more)


def note(text: str, **more: Any) -> dict[str, Any]:
    """A word inside a panel; `text` is escaped already."""
    return {"text": text, "showarrow": False, **more}


def told(words: Sequence[str], **meta: Any) -> dict[str, Any]:
    """What pointing at each mark of a trace says, escaped already, and in `meta` what the marks are: link, index, click, ring."""
    return {"customdata": list(words), "hovertemplate": "%{customdata}<extra></extra>"} | ({"meta": meta} if meta else {})


def compose(
    panels: Sequence[Panel], wide: Sequence[Box], narrow: Sequence[Box], height: int, huge: Sequence[Box] = ()
) -> dict[str, Any]:
    """Data and layouts of one figure: panel k takes box k of the wide, the narrow (`height` px high) or the huge layout.

    Axes that no trace stands on are no axes to Plotly, and it would set their title and notes on the first panel's: a panel
    without traces gets one with nothing in it.
    """
    data: list[Trace] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    series: list[dict[str, Any]] = []
    for number, panel in enumerate(panels, 1):
        k = "" if number == 1 else str(number)
        data += [{**_kept(trace, panel), "xaxis": f"x{k}", "yaxis": f"y{k}"} for trace in panel.traces or [NOTHING]]
        layout[f"xaxis{k}"] = {**panel.x, "anchor": f"y{k}"}
        layout[f"yaxis{k}"] = {**panel.y, "anchor": f"x{k}"}
        if panel.equal or panel.aspect:
            layout[f"xaxis{k}"] |= {"constrain": "domain", "constraintoward": "left"}
            layout[f"yaxis{k}"] |= {"scaleanchor": f"x{k}", "constrain": "domain", "constraintoward": "top"}
        if panel.aspect:
            layout[f"yaxis{k}"]["scaleratio"] = extent(panel.x) / (extent(panel.y) * panel.aspect)
        layout["annotations"] += [_title(panel.title, k)] * bool(panel.title) + [_placed(item, k) for item in panel.notes]
        layout["shapes"] += [_placed(item, k) for item in panel.shapes]
        if panel.series:
            series.append({"axis": f"yaxis{k}", "y": list(panel.series), "zero": panel.zero})
    return {
        "data": data,
        "layout": layout,
        "wide": _domains(wide),
        "narrow": {**_parts(panels, _domains(narrow)), "height": height, "margin": {"l": 44, "r": 10, "t": 34, "b": 26}},
        "series": series,
        "huge": _domains(huge) if huge else {},
    }


def upward(text: str) -> dict[str, Any]:
    """What an axis that goes up measures, in the panel's upper corner: type is never turned. `text` is escaped already."""
    font = {"size": 11, "color": "@ink2", "shadow": "@halo"}
    place = {"xref": "x domain", "yref": "y domain", "x": 0, "y": 1, "xanchor": "left", "yanchor": "top", "xshift": 2}
    return note("↑ " + text, borderpad=0, font=font, **place)


def extent(axis: Mapping[str, Any]) -> float:
    """How long an axis is in its own units; it has a range."""
    low, high = axis["range"]
    return abs(float(high) - float(low))


def legend(items: Sequence[tuple[str, str, str]], *, room: float = 0, left: bool = False) -> list[dict[str, Any]]:
    """Marks and words in a row, as notes: (mark, words, colour of the mark), escaped already.

    Above the panel, at its right end, or with `left` in the place of its title; with `room` px given inside it, in the lower
    left corner, in lines no wider.
    """
    if left:
        begins = np.cumsum([0.0, *(_item_width(item) for item in items)]).tolist()
        above = {"x": 0, "y": 1, "yshift": 8}
        return [one for item, begin in zip(items, begins, strict=False) for one in _item(item, begin, above)]
    if not room:
        starts = np.cumsum([0.0, *(_item_width(item) for item in reversed(items))])
        top = {"x": 1, "y": 1, "yshift": 8}
        return [one for item, right in zip(reversed(items), starts[1:].tolist(), strict=True) for one in _item(item, -right, top)]
    lines: list[list[tuple[str, str, str]]] = [[]]
    for item in items:
        if lines[-1] and sum(map(_item_width, [*lines[-1], item])) > room:
            lines.append([])
        lines[-1].append(item)
    notes = []
    for up, line in enumerate(reversed(lines)):
        start = 0.0
        for item in line:
            notes += _item(item, start, {"x": 0, "y": 0, "yshift": 17 * up})
            start += _item_width(item)
    return notes


def _item(item: tuple[str, str, str], shift: float, place: dict[str, Any]) -> list[dict[str, Any]]:
    mark, text, colour = item
    place = {"xref": "x domain", "yref": "y domain", "xanchor": "left", "yanchor": "bottom", "borderpad": 0} | place
    after = shift + width(mark, 11) + 4
    return [
        note(mark, xshift=round(shift, 1), font={"size": 11, "color": colour}, **place),
        note(text, xshift=round(after, 1), font={"size": 11, "color": "@ink2"}, **place),
    ]


def _item_width(item: tuple[str, str, str]) -> float:
    return width(item[0], 11) + 4 + width(item[1], 11) + 12


def _kept(trace: Trace, panel: Panel) -> Trace:
    """A trace as a film has it: its words in colours that can be read, and its numbers on a logarithmic axis lists.

    A film rounds arrays by their range, too much there.
    """
    font = trace.get("textfont", {})
    words = {"textfont": font | {"color": worded(font["color"])}} if "color" in font else {}
    logarithmic = [key for key, axis in (("x", panel.x), ("y", panel.y)) if axis.get("type") == "log"]
    lists = {
        key: [float(f"{value:.4g}") for value in trace[key]] for key in logarithmic if isinstance(trace.get(key), np.ndarray)
    }
    return {**trace, **lists, **words}


ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "$": "&#36;", "{": "&#123;", "@": "&#64;",
}  # fmt: skip
HARMFUL = re.compile(r"""[&<>"'$]|(?<=%)\{|^@""")  # in HTML, in TeX, in a hover template, as a colour role


class Safe(str):
    """Words that are escaped already."""

    __slots__ = ()


def escaped(text: str) -> str:
    """A visitor's word, harmless in HTML, in a hover label and as a colour role. What is safe stays as it is."""
    if isinstance(text, Safe):
        return text
    return Safe(HARMFUL.sub(lambda found: ENTITIES[found[0]], text))


def _title(text: str, k: str) -> dict[str, Any]:
    place = {"xref": f"x{k} domain", "yref": f"y{k} domain", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"}
    shift = 6 if "<sub>" in text else 8  # an index hangs below the line
    return note(text, name="title", align="left", yshift=shift, **place)


def _placed(item: dict[str, Any], k: str) -> dict[str, Any]:
    """References "x", "y", "x domain" … of a panel's note or shape, made those of its own axes."""
    refs = {key: item.get(key, key[0]).replace(key[0], key[0] + k, 1) for key in ("xref", "yref")}
    return {**item, **refs}


def _domains(boxes: Sequence[Box]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for number, (x0, x1, y0, y1) in enumerate(boxes, 1):
        k = "" if number == 1 else str(number)
        out |= {f"xaxis{k}": {"domain": [x0, x1]}, f"yaxis{k}": {"domain": [y0, y1]}}
    return out


def _parts(panels: Sequence[Panel], domains: dict[str, Any]) -> dict[str, Any]:
    """The axes of a phone, with the part of them that is shown there."""
    parts = {f"xaxis{'' if number == 1 else number}": panel.part for number, panel in enumerate(panels, 1) if panel.part}
    return domains | {name: {**domains[name], "range": list(part)} for name, part in parts.items()}


def corner(text: str, line: float, colour: str) -> dict[str, Any]:
    """A word at the left edge of a panel, some lines above its foot."""
    place = {"xref": "x domain", "yref": "y domain", "x": 0.02, "y": 0.02 + 0.06 * line, "xanchor": "left", "yanchor": "bottom"}
    return note(text, bgcolor="@surface", opacity=0.9, borderpad=1, font={"size": 11, "color": colour}, **place)
