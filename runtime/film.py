"""A film: the pictures of a run in one language, drawn once, kept compressed, streamed to every viewer as stored.

Its lines: {"head"} · {"value"} before the line that refers to it as {"$": n} · {"row"} and {"picture"} for every step ·
{"total"} and {"queued"} when they change (null: it waits no more) · {"error"} or {"done"}.
"""

import asyncio
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from engine.errors import Diverged, TheoriaError, TooBig, sentence, title
from engine.frames import Frame
from engine.params import Options
from runtime import settings, workers
from runtime.jobs import Job
from runtime.lines import Lines, plain
from runtime.run import uploads

SPEED = 12  # pictures a second at speed 1
OVERHEAD = 2_000  # bytes of a film beside its lines
Draw = Callable[..., Any]  # (frames, i, params, data, options, words) → charts.panels.Picture


class Words(Protocol):
    """The words of a language, for one topic."""

    @property
    def slug(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, str]: ...  # the numbers' keys and what they are called

    def __call__(self, key: str, **values: Any) -> str: ...
    def escape(self, text: str) -> str: ...


class Film:
    """One run drawn with some options in one language. Lines are appended, never changed.

    One thread calls `draw_line`; viewers `stream` on event loops or wait for `ended` in threads. `ended`: no line follows.
    `done`: it ended as it always will, the same for every viewer for ever; then `job` is None, so that frames can go.
    """

    def __init__(self, key: str, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words) -> None:
        self.key, self.options, self.words = key, options, words
        self.job: Job | None = job
        self.lines = Lines()
        self.done = False
        self.ended = threading.Event()
        self.watched = 0  # viewers reading now
        self.used = time.monotonic()
        self._draw, self._beside = draw, beside
        self._next = 0
        self._said: dict[str, Any] = {}
        self._lock = threading.Lock()  # over ended, done, job, watched
        self._bell = Bell()
        self.lines.add({"head": {"columns": list(words.columns.items()), "rate": SPEED}})

    @property
    def nbytes(self) -> int:
        return OVERHEAD + self.lines.nbytes + sum(uploads(self._beside).values())

    @property
    def drawn(self) -> int:
        """How many pictures it has."""
        return self._next

    @property
    def stale(self) -> bool:
        """Whether it can only be drawn anew: it broke, or its frames went before it was finished."""
        job = self.job
        return self.ended.is_set() or (not self.watched and job is not None and (job.cancelled or job.evicted))

    @property
    def wants(self) -> bool:
        """Whether there is a line to draw."""
        job = self.job
        if job is None or self.ended.is_set():
            return False
        news = self._said.get("queued") != _place(job) or self._said.get("again", False) != job.again
        return job.done or self._next < len(job.frames) or news

    def draw_line(self) -> None:
        """Draw the next picture, or say what there is to say instead. A view that breaks ends the film, not the thread."""
        job = self.job
        if job is None or self.ended.is_set():
            return
        try:
            self._advance(job)
        except TheoriaError as problem:
            self._end(self._error(problem))
        except Exception:
            self._end(self._error(workers.bug(traceback.format_exc())))
        self._bell.ring()

    def content(self) -> bytes:
        """Everything drawn so far."""
        return b"".join(self.lines.chunks)

    async def stream(self, wake: Callable[[], None]) -> AsyncIterator[bytes]:
        """Everything drawn so far, then what comes, for one viewer. `wake` stirs the drawing thread."""
        event = self._bell.here()
        self.enter()
        at = 0
        try:
            wake()
            while True:
                ended, chunks = self.ended.is_set(), self.lines.chunks[at:]  # in this order: what is missed comes next time
                at += len(chunks)
                if chunks:
                    yield b"".join(chunks)
                elif ended:
                    return
                else:
                    await event.wait()
        finally:
            self.leave()

    def enter(self) -> None:
        """A viewer more."""
        self._count(1)

    def leave(self) -> None:
        """A viewer less."""
        self._count(-1)

    def drop(self, *, force: bool = False) -> bool:
        """End it as it is, unless somebody watches. Streams end; a player then asks its page for a new one."""
        with self._lock:
            if self.watched and not force:
                return False
            self._release()
        self._bell.ring()
        return True

    def _advance(self, job: Job) -> None:
        over = job.done  # before the frames are counted: the last one may come in between
        self._say("queued", _place(job))
        if job.again:
            self._say("again", True)
        if self._next < len(job.frames):
            frame = job.frames[self._next]
            if frame.total:
                self._say("total", frame.total)
            data = (*job.run.data, *self._beside)
            self._picture(self._draw(job.frames, self._next, job.run.params, data, self.options, self.words), frame)
            self._next += 1
            if self.lines.stored > settings.FILM_MB * 1_000_000:
                self._end(self._error(TooBig("film_too_big", megabytes=settings.FILM_MB)), lasting=True)
        elif over:
            self._say("total", len(job.frames))
            if job.cancelled:
                self._end(None)
            else:
                self._end(self._error(job.error) if job.error else {"done": True}, lasting=not job.lost)

    def _picture(self, picture: Any, frame: Frame) -> None:
        if unknown := set(picture.numbers) - set(self.words.columns):
            raise KeyError(f"columns without a name: {sorted(unknown)}")
        lines, row = self.lines, {"step": frame.step, "part": frame.part} | picture.numbers
        lines.add({"row": [plain(row.get(column)) for column in self.words.columns]}, more=True)
        content: dict[str, Any] = {
            "figure": {"data": [lines.sent(trace) for trace in picture.data], "layout": lines.value(picture.layout)}
        }
        content |= {key: lines.value(getattr(picture, key)) for key in ("wide", "narrow", "series")}
        if picture.huge and picture.huge != picture.wide:
            content["huge"] = lines.value(picture.huge)
        content |= {key: getattr(picture, key) for key in ("phase", "said", "alt", "of", "at", "metrics", "mark", "hold", "flip")}
        content |= {"formula": lines.value(picture.formula) if picture.formula else ""}
        content |= {"values": {key: [lines.sent(value), digits] for key, (value, digits) in picture.values.items()}}
        content |= {"step": frame.step, "part": frame.part}
        lines.add({"picture": content})

    def _say(self, what: str, value: Any) -> None:
        if self._said.get(what) != value:
            self._said[what] = value
            self.lines.add({what: value})

    def _error(self, error: TheoriaError) -> dict[str, Any]:
        values = {key: self.words.escape(str(value)) for key, value in error.values.items()}
        head, text = title(error.code, self.words.language), sentence(error.code, self.words.language)
        told = {"title": head.format(**values), "text": text.format(**values), "diverged": isinstance(error, Diverged)}
        return {"error": told}

    def _end(self, last: dict[str, Any] | None, *, lasting: bool = False) -> None:
        if last:
            self.lines.add(last, more=True)
        self.lines.end()
        with self._lock:
            if not self.ended.is_set():  # else dropped meanwhile
                self.done = lasting
                self._release()

    def _release(self) -> None:
        if self.job:
            self.job.watch(-self.watched)
        self.job, self._beside = None, ()
        self.ended.set()

    def touch(self) -> None:
        self.used = time.monotonic()

    def _count(self, viewers: int) -> None:
        with self._lock:
            self.watched += viewers
            self.used = time.monotonic()
            if self.job:
                self.job.watch(viewers)


class Bell:
    """Wakes all who wait, at once: one event for each event loop. Rung from any thread."""

    def __init__(self) -> None:
        self._events: dict[asyncio.AbstractEventLoop, asyncio.Event] = {}
        self._lock = threading.Lock()

    def here(self) -> asyncio.Event:
        """The event to wait on in the running loop. It is set for a moment only: look first, then wait."""
        with self._lock:
            return self._events.setdefault(asyncio.get_running_loop(), asyncio.Event())

    def ring(self) -> None:
        with self._lock:
            for loop, event in list(self._events.items()):
                try:
                    loop.call_soon_threadsafe(_pulse, event)
                except RuntimeError:  # that loop is closed
                    del self._events[loop]


def _pulse(event: asyncio.Event) -> None:
    event.set()
    event.clear()


def _place(job: Job) -> int | None:
    """How many runs are ahead of a job in the queue; None when it does not wait."""
    return job.ahead if job.state == "queued" else None
