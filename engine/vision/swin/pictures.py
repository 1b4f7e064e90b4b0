"""Pictures as the films need them: fitted to a size, cut into patches, or as small as a classifier is given them."""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.drawings import LUMA, on_black
from engine.images import Image
from engine.readings import Note
from engine.vision.patches import patchify, unpatchify
from engine.vision.swin.windows import Layout, order

Labels = Literal["fashion", "emoji"]
SIDE, RIM = 32, 2  # pixels along a side of the classifier's pictures; black around clothes, which are 28 pixels wide


@lru_cache(maxsize=16)
def fitted(picture: Image, height: int, width: int) -> NDArray[np.uint8]:
    """The middle of a picture at a size: scaled until it covers it, then cut. (height, width, 3)."""
    h, w = picture.pixels.shape[:2]
    scale = max(height / h, width / w)
    high, wide = max(height, round(h * scale)), max(width, round(w * scale))
    whole = Pillow.fromarray(picture.pixels).resize((wide, high), Pillow.Resampling.LANCZOS)
    top, left = (high - height) // 2, (wide - width) // 2
    pixels = np.array(whole.crop((left, top, left + width, top + height)), dtype=np.uint8)
    pixels.flags.writeable = False
    return pixels


def enlarged(picture: Image, place: Layout, patch: int, window: int) -> NDArray[np.uint8]:
    """The pixels of one window, its patches beside each other as they are after the roll: (M·patch, M·patch, 4), nothing
    where there is padding."""
    high, wide = place.rows * patch, place.columns * patch
    pixels = np.zeros((place.height * patch, place.width * patch, 4), np.uint8)
    pixels[:high, :wide, :3], pixels[:high, :wide, 3] = fitted(picture, high, wide), 255
    inside = patchify(pixels, patch)[order(place)[window]]
    return np.ascontiguousarray(unpatchify(inside, place.window * patch, place.window * patch), np.uint8)


def cut_off(picture: Image, height: int, width: int) -> tuple[Note, ...]:
    """What is said of a picture that `fitted` does not leave whole: the size of the middle that it uses."""
    h, w = picture.pixels.shape[:2]
    scale = max(height / h, width / w)
    high, wide = min(h, round(height / scale)), min(w, round(width / scale))
    return () if (high, wide) == (h, w) else (("cut", {"width": wide, "height": high}),)


def small(picture: Image, labels: Labels) -> NDArray[np.uint8]:
    """What the classifier is given: (32, 32, 3), or for clothes grey on black, (32, 32, 1)."""
    if labels == "emoji":
        return fitted(picture, SIDE, SIDE)
    grey = np.round(fitted(picture, SIDE - 2 * RIM, SIDE - 2 * RIM) @ LUMA)
    return np.pad(on_black(grey, 255).astype(np.uint8), RIM)[..., None]


def tokens(picture: Image, rows: int, columns: int, patch: int) -> NDArray[np.float32]:
    """Patches as 48 numbers each, standardised: every patch's colours averaged over 4 × 4 fields. (rows, columns, 48)."""
    pixels = fitted(picture, rows * patch, columns * patch)
    field = patch // 4
    fields = pixels.reshape(rows, 4, field, columns, 4, field, 3).mean((2, 5))  # (rows, 4, columns, 4, 3)
    X = fields.transpose(0, 2, 1, 3, 4).reshape(rows, columns, 48)
    X = X - X.mean((0, 1))
    spread = np.sqrt((X**2).mean(-1, keepdims=True))
    patches: NDArray[np.float32] = (X / np.maximum(spread, 1e-3)).astype(np.float32)
    return patches
