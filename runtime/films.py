"""Films: the pictures of a run in one language, drawn once, kept compressed, streamed to every viewer as stored.

A film is JSON lines in one deflate stream, flushed after every line: {"head"} · {"value"} before the line that refers to
it as {"$": n} · {"row"} and {"picture"} for every step · {"total"}, {"queued"} when they change · {"error"} or {"done"}.
One thread draws, a line of each watched film in turn; nobody watching, nothing drawn.
"""

import asyncio
import logging
import threading
import time
import traceback
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import orjson

from engine.errors import Diverged, TheoriaError, sentence, title
from engine.params import Options
from runtime import settings, workers
from runtime.run import digest_of, is_private, name
from runtime.store import Job, Store

log = logging.getLogger("theoria.films")
WORTH = 64  # bytes of JSON from which a repeated list is sent once and referred to
SPEED = 12  # pictures a second at speed 1
Draw = Callable[..., Any]  # (frames, i, params, data, options, words) → charts.panels.Picture


class Words(Protocol):
    """The words of a language, for one topic."""

    language: str
    digest: str
    columns: Mapping[str, str]  # the numbers' keys and what they are called

    def __call__(self, key: str, **values: Any) -> str: ...
    def escape(self, text: str) -> str: ...


class Film:
    """One run drawn with some options in one language. Lines are appended, never changed."""

    def __init__(self, key: str, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words) -> None:
        self.key, self.job, self.options, self.words = key, job, options, words
        self._draw, self._beside = draw, beside
        self.chunks: list[bytes] = []
        self.nbytes = 0
        self.done = False
        self.watched = 0  # viewers reading now
        self.used = time.monotonic()
        self.dropped = False
        self._next = 0
        self._said: dict[str, Any] = {}
        self._values: dict[bytes, int] = {}
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._line({"head": {"columns": list(words.columns.items()), "rate": SPEED}})

    @property
    def busy(self) -> bool:
        return bool(self.watched)

    @property
    def wants(self) -> bool:
        """Whether there is a line to draw."""
        job = self.job
        return not self.done and (
            self._next < len(job.frames) or job.done or (not job.frames and self._said.get("queued") != job.ahead)
        )

    def draw_line(self) -> None:
        """Draw the next picture, or say what there is to say instead."""
        job = self.job
        if self._next < len(job.frames):
            self._say("total", job.frames[self._next].total)
            self._picture(
                self._draw(job.frames, self._next, job.run.params, (*job.run.data, *self._beside), self.options, self.words)
            )
            self._next += 1
            if self.nbytes > settings.FILM_MB * 1_000_000:
                self._finish({"error": self._error(TheoriaError("film_too_big", megabytes=settings.FILM_MB))})
        elif job.done:
            self._say("total", len(job.frames))
            self._finish({"error": self._error(job.error)} if job.error else {"done": True} if not job.cancelled else None)
        elif job.state == "queued":
            self._say("queued", job.ahead)

    def _picture(self, picture: Any) -> None:
        self._line({"row": [_plain(picture.numbers.get(column)) for column in self.words.columns]})
        content: dict[str, Any] = {
            "figure": {"data": [self._sent(trace) for trace in picture.data], "layout": self._value(picture.layout)}
        }
        content |= {key: self._value(getattr(picture, key)) for key in ("wide", "narrow", "series")}
        content |= {key: getattr(picture, key) for key in ("phase", "said", "alt", "of", "at", "metrics", "mark")}
        content |= {"formula": self._value(picture.formula) if picture.formula else ""}
        content |= {"values": {key: [self._sent(value), digits] for key, (value, digits) in picture.values.items()}}
        content |= {"step": picture.numbers["step"], "part": picture.numbers.get("part", "")}
        self._line({"picture": content})

    def _sent(self, item: Any) -> Any:
        """An item with its longer lists and arrays replaced by references; new ones are sent first."""
        if isinstance(item, np.ndarray):
            return self._value(rounded(item))
        if isinstance(item, dict):
            return {key: self._sent(value) for key, value in item.items()}
        if isinstance(item, (list, tuple)) and len(item) > 8:
            return self._value(item)
        return [self._sent(value) for value in item] if isinstance(item, (list, tuple)) else item

    def _value(self, item: Any) -> Any:
        text = orjson.dumps(item, option=orjson.OPT_SERIALIZE_NUMPY, default=_plain)
        if len(text) < WORTH:
            return orjson.Fragment(text)
        number = self._values.get(text)
        if number is None:
            number = self._values[text] = len(self._values)
            self._bytes(b'{"value":' + text + b"}\n")
        return {"$": number}

    def _error(self, error: TheoriaError) -> dict[str, Any]:
        values = {key: self.words.escape(str(value)) for key, value in error.values.items()}
        head, text = title(error.code, self.words.language), sentence(error.code, self.words.language)
        return {"title": head.format(**values), "text": text.format(**values), "diverged": isinstance(error, Diverged)}

    def _say(self, what: str, value: Any) -> None:
        if self._said.get(what) != value:
            self._said[what] = value
            self._line({what: value})

    def _finish(self, last: dict[str, Any] | None) -> None:
        self._values.clear()
        if last:
            self._line(last)
        self.chunks.append(self._deflate.flush())
        self.done = True
        self._append(b"")

    def _line(self, content: dict[str, Any]) -> None:
        self._bytes(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY, default=_plain) + b"\n")

    def _bytes(self, line: bytes) -> None:
        self._append(
            self._deflate.compress(line)
            + (b"" if line.startswith((b'{"value"', b'{"row"')) else self._deflate.flush(zlib.Z_SYNC_FLUSH))
        )

    def _append(self, chunk: bytes) -> None:
        self.nbytes += len(chunk)
        self.chunks.append(chunk)
        for event, loop in tuple(self._waiting.items()):
            loop.call_soon_threadsafe(event.set)

    async def stream(self, wake: Callable[[], None]) -> AsyncIterator[bytes]:
        """Everything drawn so far, then what comes, for one viewer."""
        event = asyncio.Event()
        self._waiting[event] = asyncio.get_running_loop()
        self.watched += 1
        self.job.streams += 1
        at = 0
        try:
            wake()
            while True:
                event.clear()
                finished, chunks = self.done, self.chunks[at:]
                at += len(chunks)
                self.used = self.job.used = time.monotonic()
                if chunks:
                    yield b"".join(chunks)
                elif finished or self.dropped:
                    return
                else:
                    await event.wait()
        finally:
            self._waiting.pop(event, None)
            self.watched -= 1
            self.job.streams -= 1

    def fail(self, trace: str) -> None:
        """Drawing broke: say so under a number."""
        self._finish({"error": self._error(workers.bug(trace))})


class Films:
    """Films by key, and the thread that draws them."""

    def __init__(self, store: Store) -> None:
        self._films: dict[str, Film] = {}
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._store = store
        self._closed = False
        store.share(self._shares)
        threading.Thread(target=self._draw, name="drawing", daemon=True).start()

    def open(self, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words) -> Film:
        """The film of a job: the one that is there, or a new one, not yet drawn."""
        key = film_key(job.key, draw, beside, options, words)
        with self._lock:
            film = self._films.get(key)
            if film is None or (film.job is not job and not film.done) or (film.done and film.job.cancelled):
                film = self._films[key] = Film(key, job, draw, beside, options, words)
                job.listen(self._wake.set)
            film.used = time.monotonic()
        return film

    def get(self, key: str) -> Film | None:
        return self._films.get(key)

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        self._closed = True
        self._wake.set()

    def whole(self, film: Film) -> bytes:
        """The film, once it has been drawn to its end, as gzip. Draws it though nobody watches."""
        film.watched += 1
        film.job.streams += 1
        try:
            while not film.done and not self._closed:
                self._wake.set()
                time.sleep(0.02)
        finally:
            film.watched -= 1
            film.job.streams -= 1
        return b"".join(film.chunks)

    def _draw(self) -> None:
        while not self._closed:
            with self._lock:
                films = [film for film in self._films.values() if film.watched and film.wants]
            if not films:
                self._wake.wait()
                self._wake.clear()
            for film in films:
                try:
                    film.draw_line()
                except Exception:
                    film.fail(traceback.format_exc())
            if any(film.done for film in films):
                self._store.trim()

    def _shares(self) -> Iterator["_Share"]:
        with self._lock:
            return iter([_Share(self, film) for film in self._films.values()])

    def drop(self, film: Film) -> None:
        with self._lock:
            film.dropped = True
            self._films.pop(film.key, None)


class _Share:
    """A film as the cache sees it."""

    def __init__(self, films: Films, film: Film) -> None:
        self.nbytes, self.used, self.busy = film.nbytes, film.used, film.busy
        self.drop: Callable[[], None] = lambda: films.drop(film)


def film_key(run: str, draw: Draw, beside: Sequence[Any], options: Options, words: Words) -> str:
    """The name of a film."""
    facts = [
        run,
        draw.__module__,
        options.model_dump_json(),
        words.language,
        words.digest,
        digest_of("views", "charts"),
        *(item.digest for item in beside),
    ]
    return name(facts, private=is_private(beside))


def rounded(array: np.ndarray) -> np.ndarray:
    """Numbers as short as the eye allows: about a ten-thousandth of their range."""
    if array.dtype.kind != "f":
        return np.ascontiguousarray(array)
    finite = array[np.isfinite(array)]
    span = float(np.ptp(finite)) if finite.size else 0.0
    span = span or (float(abs(finite[0])) / 100 if finite.size else 1.0) or 1.0
    return np.ascontiguousarray(np.round(array.astype(np.float64), int(np.clip(4 - np.ceil(np.log10(span)), -6, 12))))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, (int, float, str, bool)):
        return value
    raise TypeError(type(value).__name__)
