"""JSON lines in one deflate stream. An array, a list or a long text that was sent before is referred to, not sent again."""

import hashlib
import math
import struct
import zlib
from typing import Any

import numpy as np
import orjson

LONG = 1000  # characters from which a text is sent once: a picture's file
MANY, RECENT = 1000, 4  # numbers from which an array that cannot change is looked at once; so many of these are remembered
WORTH = 64  # bytes of JSON from which a repeated value is sent once and referred to
SINGLE = {int, float, bool, type(None)}  # values that stand as they are
STATE = 400_000  # bytes a stream holds while it is open: deflate's window and tables


class Lines:
    """Lines go in at the end and never change; `chunks` together are a gzip file once the stream has ended. One writer."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self._stored = 0
        self._open = True
        self._same: dict[int, tuple[np.ndarray, Any]] = {}  # arrays that cannot change, and what was sent for them
        self._numbers: dict[bytes, int] = {}  # a hash of the value's JSON → its number
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, 31)

    @property
    def nbytes(self) -> int:
        return self._stored + (STATE + 150 * len(self._numbers)) * self._open

    @property
    def stored(self) -> int:
        """Bytes written so far."""
        return self._stored

    def add(self, content: dict[str, Any], *, more: bool = False) -> None:
        """A line. With `more` to come at once, the reader need not have it yet."""
        self._write(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY, default=plain), more=more)

    def sent(self, item: Any) -> Any:
        """An item with its arrays (rounded) and longer lists and texts replaced by references; new ones are sent first."""
        if isinstance(item, np.ndarray):
            return self.value(rounded(item)) if item.flags.writeable or item.size < MANY else self._still(item)
        if isinstance(item, dict):
            return {key: value if _stands(value) else self.sent(value) for key, value in item.items()}
        if isinstance(item, (list, tuple)):
            return self.value(item) if len(item) > 8 else [self.sent(value) for value in item]
        return self.value(item) if isinstance(item, str) and len(item) >= LONG else item

    def _still(self, item: np.ndarray) -> Any:
        """An array that cannot change: when the very same comes again, nothing of it is looked at."""
        known, sent = self._same.get(id(item), (None, None))
        if known is not item:
            sent = self.value(rounded(item))
            self._same[id(item)] = item, sent
            if len(self._same) > RECENT:
                del self._same[next(iter(self._same))]
        return sent

    def value(self, item: Any) -> Any:
        """A reference to an item, sent first where it is new; itself where that is shorter."""
        text = orjson.dumps(item, option=orjson.OPT_SERIALIZE_NUMPY, default=plain)
        if len(text) < WORTH:
            return orjson.Fragment(text)
        digest = hashlib.blake2b(text, digest_size=16).digest()
        number = self._numbers.get(digest)
        if number is None:
            self._write(b'{"value":' + text + b"}", more=True)
            number = self._numbers[digest] = len(self._numbers)
        return {"$": number}

    def end(self) -> None:
        self._keep(self._deflate.flush())
        self._open = False
        self._numbers.clear()
        self._same.clear()
        del self._deflate

    def _write(self, line: bytes, *, more: bool) -> None:
        self._keep(self._deflate.compress(line + b"\n"))
        if not more:
            self._keep(self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def _keep(self, chunk: bytes) -> None:
        if chunk:
            self._stored += len(chunk)
            self.chunks.append(chunk)


def _stands(value: Any) -> bool:
    """Whether a value is sent as it is: what most of a picture's are."""
    kind = type(value)
    return kind in SINGLE or (kind is str and len(value) < LONG)


def closing(begun: bytes, content: dict[str, Any] | None = None) -> bytes:
    """The end of a gzip file of which this is the beginning, after a last line. It has to end where a line was written."""
    line = orjson.dumps(content) + b"\n" if content else b""
    text = zlib.decompressobj(31).decompress(begun) + line
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    return raw.compress(line) + raw.flush() + struct.pack("<II", zlib.crc32(text), len(text) & 0xFFFFFFFF)


def rounded(array: np.ndarray) -> np.ndarray:
    """Numbers as short as the eye allows: about a ten-thousandth of their range."""
    if array.dtype.kind != "f":
        return np.ascontiguousarray(array)
    low, high = _ends(array)
    span = float(high - low) or float(abs(low)) / 100 or 1.0
    power = math.log10(span)
    digits = -6 if power > 10 else 18 if power < -14 else 4 - math.ceil(power)
    return np.ascontiguousarray(array.astype(np.float64, copy=False).round(digits))


def _ends(array: np.ndarray) -> tuple[Any, Any]:
    """The least and the greatest of its finite numbers; −1 and 0 where there is none."""
    if array.size:
        low, high = array.min(), array.max()
        if math.isfinite(low) and math.isfinite(high):  # then all are: it is asked of arrays by the thousand
            return low, high
    finite = array[np.isfinite(array)]
    return (finite.min(), finite.max()) if finite.size else (-1.0, 0.0)


def plain(value: Any) -> Any:
    """What JSON has for a value. Raises TypeError where it has nothing."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (int, float, str, bool)):
        return value
    raise TypeError(type(value).__name__)
