"""Where panels stand: side by side and one below the other, said by nesting; a phone shows them in the order they are named in.

    compose(columns(map, rows(bars, curve)))

Shares are 2 : 1 unless given, so that the first panel has the most of the stage. Room for ticks, an axis' title and the panel's
own title is taken where a panel has them: a picture or map without axes stands flush with the edge of the stage. Titles of one
column share an edge, those of one row a line. Boxes are parts of the figure, reckoned for a stage of one size each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charts import panels as figures
from charts.labels import width
from charts.panels import Box, Panel, extent

Size = tuple[float, float]
WIDE: Size = (820, 440)  # px that the gutters of a layout are reckoned for
HUGE: Size = (1320, 600)
PHONE = 342  # px across
FRONT, TALL, SMALL = 284, 270, 96  # px on a phone: what the first panel plots on, another one, and one that says it is small
LEAD = 1.12  # how many times as much as any other the first panel has there
LOWEST, HIGHEST = (
    150,
    420,
)  # px of a map or picture there, whatever its shape; a small one may be lower, and is no higher than LOWEST
BESIDE, BELOW = 24, 18  # px between columns, and between rows
TITLE, TICKS, NAMED = 28, 22, 18  # px of a title above, of a line of ticks below, of an axis' title
NUMBERS, END = 38, 12  # px of numbers left of an axis, of half a number at its right end
NEAR = {"wide": 0.06, "huge": 0.06, "narrow": 0.25}  # of a stage: plots whose left edges are so near stand in one column
INSET, INSET_PHONE = 16, 8  # px between the stage's edges and what stands on it
FIRST = 2 / 3  # what the first of several parts takes
LINE, HALF = 18, 454  # px of a line of words, and of half of a stage less what is kept free at its right
LEAST = 0.68  # what the first panel has of the whole, however deep it is nested, before gutters


@dataclass(frozen=True)
class Layout:
    """Parts beside or below each other. `shares`: how much of the room each takes; none: the first takes the most."""

    parts: tuple["Layout | Panel", ...]
    shares: tuple[float, ...]
    beside: bool

    @property
    def panels(self) -> list[Panel]:
        """Its panels in reading order."""
        return [panel for part in self.parts for panel in ([part] if isinstance(part, Panel) else part.panels)]

    def boxes(self, size: Size = WIDE) -> list[Box]:
        """What each panel plots on, as parts of a stage of this size."""
        return [_part_of(cell, size) for cell in _cells(self, (0, size[0], 0, size[1]), _share(self), size, None)]

    def narrow(self) -> tuple[list[Box], int]:
        """The same on a phone: one below the other, small ones two in a row; and its height in px."""
        lines = list(_lines(self.panels))
        edge = max((_left(panel) for panel in self.panels), default=0)
        tops, foot, placed, most = [], 0.0, list[tuple[Panel, Box]](), 0.0
        for line in lines:
            top, bottom = max(map(_top, line)), max(map(_bottom, line))
            each = (PHONE - BESIDE * (len(line) - 1)) / len(line)
            plots = [
                (panel, k * (each + BESIDE) + (edge if _left(panel) else 0), k * (each + BESIDE) + each - _right(panel))
                for k, panel in enumerate(line)
            ]
            height = max(_height(panel, right - left, most) for panel, left, right in plots)
            most = most or height * (plots[0][2] - plots[0][1]) / LEAD
            placed += [(panel, (left, right, foot + top, foot + top + height)) for panel, left, right in plots]
            foot += top + height + bottom + BELOW
            tops.append(foot)
        total = foot - BELOW
        return [(x0 / PHONE, x1 / PHONE, 1 - y1 / total, 1 - y0 / total) for _, (x0, x1, y0, y1) in placed], round(total)


def columns(*parts: Layout | Panel, shares: Sequence[float] = ()) -> Layout:
    """Parts side by side."""
    return Layout(parts, tuple(shares), beside=True)


def rows(*parts: Layout | Panel, shares: Sequence[float] = ()) -> Layout:
    """Parts one below the other."""
    return Layout(parts, tuple(shares), beside=False)


def compose(layout: Layout | Panel) -> dict[str, Any]:
    """Data and the three layouts of a figure: what a Picture takes first."""
    whole = rows(layout) if isinstance(layout, Panel) else layout
    wide, huge, (narrow, height) = whole.boxes(), whole.boxes(HUGE), whole.narrow()
    drawn = figures.compose(whole.panels, wide, narrow, height, huge)
    inset = {"wide": INSET, "huge": INSET, "narrow": INSET_PHONE}  # as far in as the caption below
    margins = {size: {"margin": {"l": px, "r": px, "t": 4, "b": 4}} for size, px in inset.items()}
    boxes = {"wide": wide, "huge": huge, "narrow": narrow}
    sizes = {size: {**drawn[size], **margin, **_edges(whole.panels, boxes[size], NEAR[size])} for size, margin in margins.items()}
    return {**drawn, **sizes, "alone": _alone(whole.panels[0])}


def _edges(panels: Sequence[Panel], boxes: Sequence[Box], near: float) -> dict[str, Any]:
    """Where titles begin that do not begin at their own plot: those of one column share the edge of the leftmost."""
    titles, edge = dict[str, float](), -1.0  # no edge yet
    named = [(box[0], number) for number, (panel, box) in enumerate(zip(panels, boxes, strict=False), 1) if panel.title]
    for left, number in sorted(named):
        edge = edge if edge >= 0 and left - edge <= near else left
        if left > edge:
            titles["" if number == 1 else str(number)] = round(edge, 4)
    return {"titles": titles} if titles else {}


def _alone(panel: Panel) -> dict[str, Any]:
    """The layout of a panel that has the stage, or half of it, for itself: room for its title and its axes."""
    out = max((-item["x"] for item in panel.notes if item.get("xref") == "x domain"), default=0.0)
    edges = [item for item in panel.notes if item.get("yref") == "y domain"]
    above = [LINE * (item.get("yanchor") == "bottom") + item.get("yshift", 0) for item in edges if item.get("y") == 1]
    below = [LINE * (item.get("yanchor") == "top") - item.get("yshift", 0) for item in edges if item.get("y") == 0]
    margin = {
        "l": INSET + max(_left(panel), (HALF - INSET) * max(out, 0) / (1 + max(out, 0))),
        "r": max(INSET, _right(panel)),
        "t": 4 + max(_top(panel), *above, 0),
        "b": 6 + max(_bottom(panel), *below, 0),
    }
    whole = {"domain": [0, 1]}
    part = {"range": list(panel.part)} if panel.part else {}
    return {"xaxis": whole | part, "yaxis": whole, "margin": {side: round(px) for side, px in margin.items()}}


def _share(layout: Layout) -> float:
    """What the first of the parts takes at every depth, so that the first panel has enough."""
    depth, part = 0, layout.parts[0]
    at: Layout = layout
    while True:
        depth += len(at.parts) > 1
        part = at.parts[0]
        if isinstance(part, Panel):
            return max(FIRST, float(LEAST ** (1 / max(depth, 1))))
        at = part


def _cells(layout: Layout, room: Box, first: float, size: Size, edge: float | None) -> Iterator[Box]:
    """What the panels plot on in px, y downwards, of the room a layout has. `edge`: px left free in its column."""
    x0, x1, y0, y1 = room
    gap = BESIDE if layout.beside else BELOW
    free = (x1 - x0 if layout.beside else y1 - y0) - gap * (len(layout.parts) - 1)
    top = max(map(_above, layout.parts)) if layout.beside else None
    column = None if layout.beside else max(_edge(layout), edge or 0)
    at = x0 if layout.beside else y0
    for k, (part, share) in enumerate(zip(layout.parts, _shares(layout, first, room, size), strict=True)):
        cell = (at, at + free * share, y0, y1) if layout.beside else (x0, x1, at, at + free * share)
        left = edge if layout.beside and not k else column
        if isinstance(part, Panel):
            yield _plot(part, cell, left, top)
        else:
            yield from _cells(part, cell, first if not k else FIRST, size, left)
        at += free * share + gap


def _shares(layout: Layout, first: float, room: Box, size: Size) -> list[float]:
    """Parts of one. A map at the left takes no more than its shape can fill."""
    if layout.shares:
        return [share / sum(layout.shares) for share in layout.shares]
    n = len(layout.parts)
    if n == 1:
        return [1.0]
    most, map_ = max(first, FIRST), layout.parts[0]
    if n > 2:
        most = max(0.6, most * 0.9)
    if layout.beside and isinstance(map_, Panel) and (shape := _aspect(map_)):
        high = room[3] - room[2] - _top(map_) - _bottom(map_)
        most = min(most, max(0.55, (high * shape + _left(map_) + _right(map_)) / (room[1] - room[0])))
    return [most, *[(1 - most) / (n - 1)] * (n - 1)]


def _plot(panel: Panel, cell: Box, edge: float | None, top: float | None) -> Box:
    """A cell less what stands around the plot. What has no axis keeps to the edge of the stage."""
    x0, x1, y0, y1 = cell
    flush = not _left(panel) and not x0
    left = 0 if flush else max(_left(panel), edge or 0)
    return x0 + left, x1 - _right(panel), y0 + (_top(panel) if top is None else max(top, _top(panel))), y1 - _bottom(panel)


def _part_of(cell: Box, size: Size) -> Box:
    x0, x1, y0, y1 = cell
    return x0 / size[0], x1 / size[0], 1 - y1 / size[1], 1 - y0 / size[1]


def _edge(part: Layout | Panel) -> float:
    """The px that the axes at the left of a part need."""
    if isinstance(part, Panel):
        return _left(part)
    return _edge(part.parts[0]) if part.beside else max(map(_edge, part.parts))


def _above(part: Layout | Panel) -> float:
    """The px that the titles at the top of a part need."""
    if isinstance(part, Panel):
        return _top(part)
    return max(map(_above, part.parts)) if part.beside else _above(part.parts[0])


def _bare(axis: Mapping[str, Any]) -> bool:
    return axis.get("visible") is False


def _ticked(axis: Mapping[str, Any]) -> bool:
    return not _bare(axis) and axis.get("showticklabels") is not False


def _titled(axis: Mapping[str, Any]) -> bool:
    title = axis.get("title")
    return not _bare(axis) and bool(title.get("text") if isinstance(title, Mapping) else title)


def _left(panel: Panel) -> float:
    size = panel.y.get("tickfont", {}).get("size", 11)
    names = [width(str(name), size) + 10 for name in panel.y.get("ticktext", ())]
    return (max(names) if names else NUMBERS) * _ticked(panel.y) + NAMED * _titled(panel.y)


def _right(panel: Panel) -> float:
    return END * _ticked(panel.x)


def _bottom(panel: Panel) -> float:
    lines = max((str(name).count("<br>") for name in panel.x.get("ticktext", ())), default=0)
    return (TICKS + 14 * lines) * _ticked(panel.x) + NAMED * _titled(panel.x)


def _top(panel: Panel) -> float:
    lines = 1 + panel.title.count("<br>")
    return TITLE + 15 * (lines - 1) if panel.title else 6 * _ticked(panel.y)


def _aspect(panel: Panel) -> float:
    """Width over height of a panel that has a shape of its own, else 0."""
    if panel.aspect or not panel.equal or "range" not in panel.x or "range" not in panel.y:
        return panel.aspect
    return extent(panel.x) / extent(panel.y)


def _height(panel: Panel, across: float, most: float) -> float:
    """The px that a panel plots on, on a phone. `most`: square px that it may have; 0: it is the first. Rows stay as high."""
    if panel.tall:
        return panel.tall
    high, shape = most / across or HIGHEST, _aspect(panel)
    if shape:
        return min(across / shape, LOWEST) if panel.small else min(max(across / shape, LOWEST), high)
    return SMALL if panel.small else min(TALL, high) if most else FRONT


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    """The lines of a phone: two small panels share one."""
    line: list[Panel] = []
    for panel in panels:
        if line and not (panel.small and line[0].small and len(line) < 2 and not _aspect(panel)):
            yield line
            line = []
        line.append(panel)
    yield line
