"""Pictures: read from a file without ever unfolding a bomb, upright, on white, made small; and the colours in one."""

import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from engine.encodings import decode
from engine.errors import DataError
from engine.jpegs import DRAFT_PIXELS, END, ENOUGH, ask_little, in_passes, rows_that_came
from engine.magic import seems
from engine.points import Points, points
from engine.readings import Note, check_size, digest_of

PICTURE_BYTES = 15 * 1024 * 1024
PIXELS = 16_000_000  # of a JPEG that a decoder need not lay out whole: DRAFT_PIXELS
SENT_PIXELS = 4_000_000  # what a browser makes of a larger picture before it travels
SIDE = 512  # pixels an image keeps on its long side
SHRUNK = re.compile(
    rb"\nshrunk from ([1-9][0-9]{0,5})x([1-9][0-9]{0,5})"
)  # what ui/pictures.js writes behind a picture that it made smaller
READABLE = ("PNG", "JPEG", "WebP", "GIF", "BMP", "AVIF")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error, zlib.error)

warnings.simplefilter("error", Pillow.DecompressionBombWarning)


@dataclass(frozen=True, eq=False)
class Image:
    """A picture as the engine uses it: pixels (height, width, 3) uint8, read-only, at most SIDE on the long side."""

    pixels: NDArray[np.uint8]
    notes: tuple[Note, ...] = ()
    origin: str = "upload"
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.pixels.flags.writeable = False
        object.__setattr__(self, "digest", digest_of(repr(self.pixels.shape), self.pixels.tobytes()))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.pixels.flags.writeable = False  # numpy forgets the flag on its way through a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def nbytes(self) -> int:
        """Bytes of the pixels."""
        return self.pixels.nbytes


def palette(image: Image, count: int = 1000) -> Points:
    """The colours of at most `count` pixels, spread evenly over the picture and always the same: (n, 3) in 0..255."""
    height, width, _ = image.pixels.shape
    if height * width <= count:
        colours = image.pixels.reshape(-1, 3)
    else:
        g = 1.32471795724474602596  # the plastic number: its powers fill a square evenly (Roberts 2018, the R2 sequence)
        i = np.arange(1, count + 1)
        rows, columns = ((0.5 + i / g) % 1 * height).astype(int), ((0.5 + i / g**2) % 1 * width).astype(int)
        colours = image.pixels[rows, columns]
    return points(colours, ("red", "green", "blue"), kind="colours", origin="upload")


def read_image(raw: bytes) -> Image:
    """The picture in the bytes of a PNG, JPEG, WebP, GIF, BMP or AVIF file. Raises DataError for all else; decodes no bomb."""
    check_size(raw, PICTURE_BYTES)
    kind = _image_kind(raw)
    limit = DRAFT_PIXELS if kind == "JPEG" and not in_passes(raw) else PIXELS
    try:
        if kind == "WebP":
            _check_pixels(*_webp_size(raw), limit)  # Pillow lays out the whole canvas when it opens one
        try:
            return _read(raw, kind, limit)
        except OSError:
            if kind != "JPEG":
                raise
            return _read(raw + END, kind, limit, cut=True)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as problem:
        pixels = re.search(r"\(([0-9]+) pixels\)", str(problem))
        raise _too_many(int(pixels[1]) if pixels else 2 * PIXELS, limit) from problem
    except BROKEN as problem:
        raise DataError("broken_image", kind=kind) from problem


def _image_kind(raw: bytes) -> str:
    found = seems(raw)
    if found is None:
        try:
            decode(raw)
        except DataError:
            raise DataError("not_image") from None
        raise DataError("is_text")
    family, kind = found
    if family != "image":
        raise DataError("not_image_but", kind=kind)
    if kind not in READABLE:
        raise DataError("image_format", kind=kind)
    return kind


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Width and height in the header of a WebP; (0, 0) when it has another shape, which Pillow then refuses."""
    chunk = raw[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(raw[26:28], "little") & 0x3FFF, int.from_bytes(raw[28:30], "little") & 0x3FFF


def _too_many(pixels: int, limit: int) -> DataError:
    return DataError("too_many_pixels", megapixels=round(pixels / 1e6, 1), limit=limit // 1_000_000)


def _check_pixels(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise _too_many(width * height, limit)


def _read(raw: bytes, kind: str, limit: int, *, cut: bool = False) -> Image:
    """The picture in the bytes of a known kind as upright RGB on white, made small. `cut`: of what came of a JPEG."""
    with Pillow.open(io.BytesIO(raw), formats=[kind.upper()]) as picture:
        _check_pixels(*picture.size, limit)
        width, height = picture.size
        animated = getattr(picture, "is_animated", False) and picture.format != "MPO"  # MPO: a phone's JPEG with a preview
        notes: list[Note] = [("first_frame", {})] if animated else []
        ask_little(picture, 2 * SIDE)
        picture.load()
        _check_pixels(*picture.size, PIXELS)
        shown = _came(picture, height, notes) if cut else picture
        upright = _upright(shown, notes)
    flat = _rgb(upright, notes)
    flat.thumbnail((SIDE, SIDE), Pillow.Resampling.LANCZOS)
    if max(width, height) > SIDE:
        height = height * shown.height // picture.height
        turned = any(code == "rotated" for code, _ in notes) and upright.size != shown.size
        width, height = (height, width) if turned else (width, height)
        notes.append(("resized", {"width": width, "height": height, "new_width": flat.width, "new_height": flat.height}))
    return Image(np.array(flat, dtype=np.uint8), (*_before(raw), *notes))


def _before(raw: bytes) -> list[Note]:
    """How large a picture was before the browser made it smaller."""
    found = SHRUNK.fullmatch(raw, max(0, raw.rfind(b"\n")))
    return [("shrunk", {"width": int(found[1]), "height": int(found[2])})] if found else []


def _came(picture: Pillow.Image, height: int, notes: list[Note]) -> Pillow.Image:
    """The rows of a cut JPEG that came. Raises OSError where they are too few to be of use."""
    rows = rows_that_came(np.asarray(picture))
    if rows < ENOUGH * picture.height:
        raise OSError("cut")
    notes.append(("cut_short", {"rows": rows * height // picture.height, "height": height}))
    return picture.crop((0, 0, picture.width, rows))


def _upright(picture: Pillow.Image, notes: list[Note]) -> Pillow.Image:
    """The picture turned as its EXIF orientation says; an unreadable EXIF is noted and left alone."""
    try:
        turned = picture.getexif().get(0x0112, 1) in range(2, 9)
        upright = ImageOps.exif_transpose(picture) if turned else picture
    except BROKEN:
        notes.append(("orientation_unknown", {}))
        return picture
    notes += [("rotated", {})] if turned else []
    return upright


def _rgb(picture: Pillow.Image, notes: list[Note]) -> Pillow.Image:
    """Any mode as RGB: 16 bits scaled to 8, transparent on white."""
    if picture.mode.startswith("I") or picture.mode == "F":
        notes.append(("sixteen_bit", {}))
        grey = np.clip(np.round(np.asarray(picture, dtype=np.float64) / 257), 0, 255)  # 65535 / 257 = 255
        return Pillow.fromarray(grey.astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        alpha = picture.convert("RGBA")
        notes += [("transparency", {})] if np.asarray(alpha)[..., 3].min() < 255 else []
        return Pillow.alpha_composite(Pillow.new("RGBA", alpha.size, "white"), alpha).convert("RGB")
    notes += [("cmyk", {})] if picture.mode == "CMYK" else []
    return picture.convert("RGB")
