"""Drawings made on a pad: strokes on a grid, as a link carries them, and the picture or the points that they are.

A stroke is the way of a pen that was put down once; a tap is one of a single place. Nothing here is random or measured by a
clock: equal strokes, equal pictures and points.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError
from engine.images import SIDE, Image
from engine.points import Points, points

DRAWN = "draw:"  # before a drawing in a link
GRID = 200  # places along the height of a pad
WIDEST = 4  # heights that a pad is wide at most
DRAWING_BYTES = 1100  # of a packed drawing, so that every drawing fits a link: some 500 places
PEN = 20  # places that a pen is wide on a picture: in a digit of MNIST about 2 of its 20 pixels
MARGIN = PEN  # of white paper around a picture, so that no stroke is cut and the border is paper
SPACING = 0.02  # of the height, between points along a stroke …
MOST_POINTS = 600  # … or more, where there would be more points than these

Place = tuple[int, int]  # across and down, from the top left


@dataclass(frozen=True)
class Drawing:
    """Strokes on a pad GRID places high and `across` times as wide. Made by `drawing` or `unpack_drawing`."""

    strokes: tuple[tuple[Place, ...], ...]
    across: int = 1


def drawing(strokes: Sequence[Sequence[Place]], across: int = 1) -> Drawing:
    """A checked Drawing. Raises DataError for one that is empty, too long, or leaves its pad."""
    made = Drawing(tuple(tuple((int(x), int(y)) for x, y in stroke) for stroke in strokes), across)
    if not made.strokes or not all(made.strokes):
        raise DataError("nothing_drawn")
    inside = all(0 <= x <= GRID * across and 0 <= y <= GRID for stroke in made.strokes for x, y in stroke)
    if not (1 <= across <= WIDEST and inside):
        raise DataError("broken_drawing")
    if len(_bytes(made)) > DRAWING_BYTES:
        raise DataError("drawn_too_much", limit=DRAWING_BYTES)
    return made


# ---------------------------------------------------------------------------------------------------------------- in links


def pack_drawing(made: Drawing) -> str:
    """A drawing in base64url: its width, then of each stroke how many places, and each place as its way from the one before."""
    return base64.urlsafe_b64encode(_bytes(made)).decode().rstrip("=")


def unpack_drawing(link: str) -> Drawing:
    """The Drawing that `pack_drawing`, or a pad, packed. Raises DataError when it is damaged, too long, or leaves its pad."""
    if len(link) > DRAWING_BYTES * 4 // 3 + 2:
        raise DataError("drawn_too_much", limit=DRAWING_BYTES)
    try:
        numbers = list(_numbers(base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError) as problem:
        raise DataError("broken_drawing") from problem
    if not numbers:
        raise DataError("nothing_drawn")
    across, *rest = numbers
    return drawing(list(_strokes(rest)), across)


def _bytes(made: Drawing) -> bytes:
    numbers, (x, y) = [made.across], (0, 0)
    for stroke in made.strokes:
        numbers.append(len(stroke))
        for u, v in stroke:
            numbers += [u - x, v - y]
            x, y = u, v
    return b"".join(_written(number) for number in numbers)


def _written(number: int) -> bytes:
    """A whole number, small ones in one byte: the sign in the lowest bit, seven bits a byte, the lowest first."""
    code = 2 * number if number >= 0 else -2 * number - 1
    out = bytearray()
    while code > 127:
        out.append(code & 127 | 128)
        code >>= 7
    return bytes((*out, code))


def _numbers(raw: bytes) -> Iterator[int]:
    """The numbers that were `_written`. Raises DataError where the last is not whole."""
    code = shift = 0
    for byte in raw:
        code |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield code >> 1 if code % 2 == 0 else -(code + 1 >> 1)
            code = shift = 0
    if shift:
        raise DataError("broken_drawing")


def _strokes(numbers: Sequence[int]) -> Iterator[list[Place]]:
    """Strokes out of the numbers of a packed drawing. Raises DataError where some are missing."""
    at = x = y = 0
    while at < len(numbers):
        count, begin = numbers[at], at + 1
        at = begin + 2 * count
        if count < 1 or at > len(numbers):
            raise DataError("broken_drawing")
        stroke = []
        for k in range(begin, at, 2):
            x, y = x + numbers[k], y + numbers[k + 1]
            stroke.append((x, y))
        yield stroke


def _opened(made: Drawing | str) -> Drawing:
    return unpack_drawing(made.removeprefix(DRAWN)) if isinstance(made, str) else made


# ------------------------------------------------------------------------------------------------------------- as a picture


def drawn_picture(made: Drawing | str) -> Image:
    """A drawing, or a packed one, as a picture: black ink on white paper, the pen PEN places wide. Raises DataError.

    What a digit or any small picture becomes of it, `engine.drawings` says, as of a photograph.
    """
    grey = np.round(255 * (1 - _ink(_opened(made)))).astype(np.uint8)
    return Image(np.repeat(grey[..., None], 3, axis=-1), origin="drawn")


def _ink(made: Drawing) -> NDArray[np.float64]:
    """How much of each pixel is covered: (height, width) in 0..1, by how far its middle is from the nearest stroke.

    A pixel is a place, or more than one on a pad that is wider than SIDE.
    """
    high, wide = GRID + 2 * MARGIN, GRID * made.across + 2 * MARGIN
    scale = min(1.0, SIDE / wide)
    ink, radius = np.zeros((round(high * scale), round(wide * scale))), PEN * scale / 2
    for stroke in made.strokes:
        way = (np.array(stroke) + MARGIN) * scale  # (n, 2)
        for a, b in pairwise(way) if len(way) > 1 else [(way[0], way[0])]:
            left, top = np.floor(np.minimum(a, b) - radius - 1).astype(int)
            right, bottom = np.ceil(np.maximum(a, b) + radius + 1).astype(int)
            part = ink[top:bottom, left:right]  # a view: only pixels near the segment
            np.maximum(part, np.clip(radius + 0.5 - _distances(part.shape, (left, top), a, b), 0, 1), out=part)
    return ink


def _distances(
    shape: tuple[int, ...], corner: tuple[int, int], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From the middles of pixels to the segment from a to b: shape."""
    rows, columns = np.indices(shape)
    x, y = columns + 0.5 + corner[0] - a[0], rows + 0.5 + corner[1] - a[1]
    (u, v), length = b - a, float(np.sum((b - a) ** 2))
    along = np.clip((x * u + y * v) / length, 0, 1) if length else np.zeros(shape)
    distances: NDArray[np.float64] = np.hypot(x - along * u, y - along * v)
    return distances


# ----------------------------------------------------------------------------------------------------------------- as points


def drawn_points(made: Drawing | str) -> Points:
    """A drawing, or a packed one, as points (n, 2): x to the right and y up, in heights of the pad. Raises DataError.

    A tap is a point; along a stroke they follow each other at equal distances, SPACING, or more where they would be too many.
    """
    made = _opened(made)
    ways = [np.array([(x / GRID, 1 - y / GRID) for x, y in stroke]) for stroke in made.strokes]
    lines = [length for way in ways if (length := _along(way)[-1]) > 0]
    taps = len(ways) - len(lines)
    spacing = max(SPACING, sum(lines) / max(1, MOST_POINTS - taps - len(lines)))
    X = np.vstack([even(way, spacing) for way in ways])
    return points(np.round(X, 4), ("x", "y"), origin="drawn")


def even(way: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Points along a broken line (n, 2), both ends among them, at equal distances along it, as near to `spacing` as fits."""
    at = _along(way)
    steps = round(at[-1] / spacing)
    wanted = np.linspace(0, at[-1], steps + 1) if steps else np.zeros(1)
    return np.column_stack([np.interp(wanted, at, way[:, axis]) for axis in (0, 1)])


def _along(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far along a broken line each of its corners is: (n,)."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))])
