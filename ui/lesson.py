"""What a lesson is: steps, each a run with a question before it; and how it fits a link or a file. Knows no Streamlit.

A link carries JSON, deflated, in base64url. Nothing of it is trusted: its size is looked at before and while it is inflated,
then pydantic reads it strictly.
"""

import base64
import binascii
import io
import zlib
from typing import Annotated, Literal

import segno
from pydantic import Field, ValidationError

from engine.errors import DataError
from engine.readings import UPLOAD_BYTES, digest_of
from ui.question import Part, Question, Word

LINK_CHARACTERS = 6000  # of the parameter `lesson`: with the rest of an address below what proxies let through
LINK_BYTES = 60_000  # what it may unpack to
QR_CHARACTERS = 1700  # of a whole link: beyond, a phone does not read the code from a projector
STEPS = 12
EVERYTHING = "*"  # among the hidden controls: all of them


class Brought(Part):
    """Data that fit no link; only in a file."""

    name: Annotated[Word, Field(max_length=60)]
    kind: Literal["table", "text", "picture"]
    content: str


class Step(Part):
    """A run: the topic, its settings as a link says them, the picture to stop at, the controls that are hidden."""

    slug: str = Field(pattern=r"^[a-z0-9_]{1,30}$")
    settings: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=2000)]] = Field({}, max_length=80)
    at: int | None = Field(None, ge=0, lt=1_000_000)
    hidden: tuple[Annotated[str, Field(max_length=60)], ...] = Field((), max_length=80)
    question: Question | None = None
    own: Brought | None = None


class Lesson(Part):
    """Steps under a title, in the language they are written in."""

    v: int  # the links' major version
    title: Annotated[Word, Field(max_length=100)]
    language: str = Field(pattern=r"^[a-z]{2,3}$")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=STEPS)

    @property
    def id(self) -> str:
        """The name under which its answers are counted: equal lessons, equal names."""
        return digest_of(self.model_dump_json())


def pack(lesson: Lesson) -> str | None:
    """The link's parameter. None when the lesson is too long for it, or brings data that fit no link."""
    raw = lesson.model_dump_json(exclude_defaults=True).encode()
    link = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")
    whole = all(step.own is None for step in lesson.steps)
    return link if whole and len(link) <= LINK_CHARACTERS and len(raw) <= LINK_BYTES else None


def unpack(link: str) -> Lesson:
    """The lesson in a link's parameter. Raises DataError."""
    if len(link) > LINK_CHARACTERS:
        raise DataError("lesson_long", limit=LINK_CHARACTERS)
    try:
        raw = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
        engine = zlib.decompressobj()
        text = engine.decompress(raw, LINK_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError) as problem:
        raise DataError("lesson_broken") from problem
    if len(text) > LINK_BYTES:
        raise DataError("lesson_long", limit=LINK_CHARACTERS)
    if not engine.eof or engine.unused_data:
        raise DataError("lesson_broken")
    lesson = _read(text)
    if any(step.own for step in lesson.steps):
        raise DataError("lesson_broken")
    return lesson


def file(lesson: Lesson) -> bytes:
    """The lesson as a file. Raises DataError when its data make it larger than what can be brought back."""
    raw = lesson.model_dump_json(exclude_defaults=True, indent=1).encode()
    if len(raw) > UPLOAD_BYTES:
        raise DataError("lesson_file_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    return raw


def read(raw: bytes) -> Lesson:
    """The lesson in a file. Raises DataError."""
    if len(raw) > UPLOAD_BYTES:
        raise DataError("lesson_file_large", size=round(len(raw) / 2**20, 1), limit=UPLOAD_BYTES // 2**20)
    return _read(raw)


def _read(raw: bytes) -> Lesson:
    try:
        return Lesson.model_validate_json(raw)
    except ValidationError as problem:
        first = problem.errors()[0]
        if first["type"] == "json_invalid":
            raise DataError("lesson_broken") from problem
        raise DataError("lesson_part", where=".".join(map(str, first["loc"]))[:60], why=first["msg"][:120]) from problem


def code(link: str) -> bytes | None:
    """The link as a QR code, an SVG; None when it is too long to be read across a room."""
    if len(link) > QR_CHARACTERS:
        return None
    out = io.BytesIO()
    segno.make(link, error="l", boost_error=False, micro=False).save(out, kind="svg", xmldecl=False, scale=4, light="#FFFFFF")
    return out.getvalue()
