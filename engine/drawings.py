"""Drawings as models were trained on them: a digit as MNIST holds it, any picture as 28×28 grey pixels."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.errors import DataError
from engine.images import Image
from engine.papers import LEAST, is_dark_on_light, strokes
from engine.readings import Note

LUMA = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue are
G = TypeVar("G", bound=np.floating)


def digit(image: Image) -> NDArray[np.float64]:
    """A drawn digit as the halved MNIST would hold it: (196,), 14×14 in 0..1, ink 1. Raises DataError when there is no ink."""
    return halved(whole_digit(image)[None]).reshape(196)


def whole_digit(image: Image) -> NDArray[np.float64]:
    """A drawn digit as MNIST would hold it: (28, 28) in 0..1, ink 1. Raises DataError when there is no ink to see."""
    ink, _ = _ink(image)  # (h, w)
    strong = ink > 0.2
    rows, columns = np.flatnonzero(strong.any(1)), np.flatnonzero(strong.any(0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(box.shape)  # MNIST: 20×20 inside 28×28, the centre of mass in the pixel from 14 to 15
    height, width = (max(1, round(side * scale)) for side in box.shape)
    method = Pillow.Resampling.BOX if scale < 1 else Pillow.Resampling.BILINEAR
    small = np.asarray(Pillow.fromarray(box.astype(np.float32)).resize((width, height), method), dtype=np.float64)
    y, x = (np.average(np.arange(n) + 0.5, weights=small.sum(1 - axis)) for axis, n in enumerate(small.shape))
    top, left = (int(np.clip(np.ceil(14 - at), 0, 28 - n)) for at, n in zip((y, x), small.shape, strict=True))
    square = np.zeros((28, 28))
    square[top : top + height, left : left + width] = np.clip(small / small.max(), 0, 1)
    return square


def digit_notes(image: Image) -> tuple[Note, ...]:
    """Whether `digit` turned dark ink on light paper into light ink on black, as MNIST has it."""
    return (("inverted", {}),) if _ink(image)[1] else ()


def small(image: Image, *, ink: bool, fit: bool = False) -> NDArray[np.float64]:
    """A picture as a model of 28×28 grey pixels gets it: (28, 28) in 0..1.

    ink: as a digit of MNIST. Otherwise whole, on black as Fashion-MNIST has it, light paper inverted; with fit the middle
    square as it is.
    """
    if ink:
        return whole_digit(image)
    grey = (image.pixels @ LUMA / 255).astype(np.float32)
    height, width = grey.shape
    if fit:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return _resized(grey[top : top + side, left : left + side], 28, 28)
    scale = 28 / max(height, width)
    made = _resized(on_black(grey, 1), *(max(1, round(side * scale)) for side in (height, width)))
    square = np.zeros((28, 28))
    top, left = (28 - made.shape[0]) // 2, (28 - made.shape[1]) // 2
    square[top : top + made.shape[0], left : left + made.shape[1]] = made
    return square


def on_black(grey: NDArray[G], white: float) -> NDArray[G]:
    """Grey values (h, w) from 0 to `white`, turned over where they lie on light paper."""
    return (white - grey).astype(grey.dtype) if _paper(grey) > white / 2 else grey


def _paper(grey: NDArray[Any]) -> float:
    """What a picture lies on: the median of its border."""
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _resized(grey: NDArray[np.float32], height: int, width: int) -> NDArray[np.float64]:
    method = Pillow.Resampling.BOX if grey.shape[0] > height else Pillow.Resampling.BILINEAR
    return np.clip(np.asarray(Pillow.fromarray(grey).resize((width, height), method), dtype=np.float64), 0, 1)


def _ink(image: Image) -> tuple[NDArray[np.float64], bool]:
    """Ink (h, w) in 0..1, and whether it was dark on light: judged by the median of the border, of a photograph by all of it."""
    grey: NDArray[np.float64] = image.pixels @ LUMA / 255
    photo = min(grey.shape) >= LEAST
    dark = is_dark_on_light(grey) if photo else _paper(grey) > 0.5
    shown = grey if dark else 1 - grey
    ink = strokes(shown) if photo else np.clip(_paper(shown) - shown, 0, None)
    if ink.max() < 0.1:
        raise DataError("no_ink")
    return ink / ink.max(), dark


def halved(images: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 28, 28) → (n, 14, 14): means of 2×2 blocks."""
    return np.asarray(images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float64))
