"""Where panels stand: side by side and one below the other, said by nesting; the phone's order is the reading order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from charts.panels import Box, Panel

ACROSS, DOWN = 0.07, 0.13  # gaps, as parts of the figure: room for an axis, room for a title and an axis
TALL, SMALL, BETWEEN = 300, 110, 60  # px on a phone: of a panel, of one that says so, between two


@dataclass(frozen=True)
class Layout:
    """Parts beside or below each other, and how much of the room each takes."""

    parts: tuple["Layout | Panel", ...]
    shares: tuple[float, ...]
    beside: bool

    @property
    def panels(self) -> list[Panel]:
        return [panel for part in self.parts for panel in ([part] if isinstance(part, Panel) else part.panels)]

    def wide(self, room: Box = (0, 1, 0, 1)) -> list[Box]:
        """A box for each panel."""
        x0, x1, y0, y1 = room
        gap, at, out = (ACROSS if self.beside else DOWN), 0.0, list[Box]()
        free = 1 - gap * (len(self.parts) - 1)
        for part, share in zip(self.parts, self.shares, strict=True):
            size = free * share / sum(self.shares)
            a, b = (at, at + size) if self.beside else (1 - at - size, 1 - at)
            box: Box = (
                (x0 + a * (x1 - x0), x0 + b * (x1 - x0), y0, y1)
                if self.beside
                else (x0, x1, y0 + a * (y1 - y0), y0 + b * (y1 - y0))
            )
            out += [box] if isinstance(part, Panel) else part.wide(box)
            at += size + gap
        return out

    def narrow(self) -> tuple[list[Box], int]:
        """The same on a phone: one below the other, small ones two in a row; and the height in px."""
        lines = list(_lines(self.panels))
        heights = [SMALL if line[0].small else TALL for line in lines]
        total, top, out = sum(heights) + BETWEEN * (len(lines) - 1), 0, list[Box]()
        for line, height in zip(lines, heights, strict=True):
            for k in range(len(line)):
                left = k * (1 + 2 * ACROSS) / len(line) + 0.06
                out.append(
                    (left, left + 1 / len(line) - 0.06 - ACROSS * (len(line) - 1), 1 - (top + height) / total, 1 - top / total)
                )
            top += height + BETWEEN
        return out, total


def columns(*parts: Layout | Panel, shares: Sequence[float] = ()) -> Layout:
    return Layout(parts, tuple(shares) or (1.0,) * len(parts), beside=True)


def rows(*parts: Layout | Panel, shares: Sequence[float] = ()) -> Layout:
    return Layout(parts, tuple(shares) or (1.0,) * len(parts), beside=False)


def _lines(panels: Sequence[Panel]) -> Iterator[list[Panel]]:
    line: list[Panel] = []
    for panel in panels:
        if line and not (panel.small and line[0].small and len(line) < 2):
            yield line
            line = []
        line.append(panel)
    yield line


@dataclass(frozen=True)
class Placed:
    """Panels whose boxes are given by hand: for a wide stage, and for a phone, `height` px high."""

    panels: Sequence[Panel]
    boxes: Sequence[Box]
    narrow_boxes: Sequence[Box]
    height: int = 900

    def wide(self, room: Box = (0, 1, 0, 1)) -> list[Box]:
        return list(self.boxes)

    def narrow(self) -> tuple[list[Box], int]:
        return list(self.narrow_boxes), self.height
