"""JPEG: how much of it is decoded, whether that needs the whole picture in memory, and what is left of one that was cut."""

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from engine.errors import DataError

DRAFT_PIXELS = 50_000_000  # of one whose rows come one after another: decoded at a fraction, it takes little room
SCANS = 64  # passes over the picture; each costs as much as decoding it
END = b"\xff\xd9"
NEVER_CAME = 128  # what a decoder puts where nothing came: mid grey in every channel
ENOUGH = 0.5  # the share of rows from which on a cut picture is of use


def in_passes(raw: bytes) -> bool:
    """Whether a JPEG comes in several passes, so that a decoder lays it out whole. Raises DataError where there are too many."""
    colours, progressive, place = 0, False, 2
    while place + 4 <= len(raw) and raw[place] == 0xFF:
        marker, length = raw[place + 1], struct.unpack_from(">H", raw, place + 2)[0]
        if marker == 0xFF:  # between segments it may stand more than once
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            colours = raw[place + 9] if place + 9 < len(raw) else 0
            progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
        if marker == 0xDA:
            if raw.count(b"\xff\xda", place) > SCANS:
                raise DataError("broken_image", kind="JPEG")
            return bool(colours) and (progressive or raw[place + 4] < colours)
        place += 2 + length
    return True  # nothing a decoder would go on with


def ask_little(picture: Pillow.Image, side: int) -> None:
    """Have a JPEG decoded at a half, a quarter or an eighth, as long as its long side keeps `side` pixels."""
    width, height = picture.size
    long = max(width, height)
    if long > side:
        picture.draft(None, (max(1, width * side // long), max(1, height * side // long)))


def rows_that_came(pixels: NDArray[np.uint8]) -> int:
    """How many rows of a JPEG that was cut came whole, of what was decoded (height, width, channels)."""
    ends = pixels.reshape(len(pixels), pixels.shape[1], -1)[::-1, -1]
    came = (ends != NEVER_CAME).any(axis=1)
    return len(pixels) - int(came.argmax()) if came.any() else 0
