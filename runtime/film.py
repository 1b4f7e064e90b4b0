"""A film: the pictures of a run in one language, drawn once, kept compressed, streamed to every viewer as stored.

Its lines: {"head"} · {"value"} before the line that refers to it as {"$": n} · {"row"} and {"picture"} for every step ·
{"total"} and {"queued"} when they change (null: it waits no more) · {"error"} or {"done"}. Pictures come in order, but for
one: where the run is done, {"course"} says what the numbers of all its steps are, and the picture that the page opens at is
next, after {"at": its number}. So far goes the film's opening: the rest is drawn when somebody asks for the whole.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.errors import Diverged, TheoriaError, TooBig, sentence, title
from engine.params import Options
from runtime import settings, workers
from runtime.drawing import COURSE, HERE, Hand, Pen, Step, Task, is_too_big
from runtime.jobs import Job
from runtime.lines import STATE, closing
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
    @property
    def means(self) -> Mapping[str, str]: ...  # some of these keys and what such a number says

    def __call__(self, key: str, **values: Any) -> str: ...
    def escape(self, text: str) -> str: ...


class Film:
    """One run drawn with some options in one language. Lines are appended, never changed.

    One thread at a time calls `draw_line`; viewers `stream` on event loops or wait for `ended` in threads. `ended`: no line
    follows. `done`: it ended as it always will, the same for every viewer for ever; then `job` is None, so that frames can go.
    It says what is written (drawing.Step), and a pen writes: its own, or from the first picture on that of a drawer.
    """

    def __init__(
        self, key: str, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words, opens: int = 0
    ) -> None:
        self.key, self.options, self.words, self.params = key, options, words, job.run.params
        self.job: Job | None = job
        self.limit = settings.FILM_MB * 1_000_000
        self.chunks: list[bytes] = []  # together a gzip file, once it has ended
        self.stored = 0  # bytes of them
        self.done = False
        self.ended = threading.Event()
        self.watched = 0  # viewers reading now
        self.eager = 0  # those of them who want the whole of it
        self.opening: int | None = None  # how many of the chunks are its opening, once that is there
        self.used = time.monotonic()
        self.busy = False  # a lane is at it
        self.home: Hand | None = None  # the drawer that has its open stream
        self.lost = 0  # drawers that were lost over it
        self._beside = beside
        self._task: Task = draw, job.run.params, (*job.run.data, *beside), options, words
        self.pen: Pen | None = Pen(self._task, self.limit)
        self._script: list[Step] = []  # what was written so far
        self._tail = b""  # what makes a file of the opening
        self._opens = opens  # the picture that is to come first where the run is done; -1: the last
        self._early: int | None = None  # its number, once it came before its turn
        self._next = 0
        self._said: dict[str, Any] = {}
        self._lock = threading.Lock()  # over ended, done, job, watched
        self._bell = Bell()
        head = {"columns": list(words.columns.items()), "means": dict(words.means), "rate": SPEED}
        self._take(HERE, job, [{"head": head}])

    @property
    def nbytes(self) -> int:
        open_ = not self.ended.is_set() and not self.rests
        return OVERHEAD + self.stored + STATE * open_ + sum(uploads(self._beside).values())

    @property
    def drawn(self) -> int:
        """How many pictures it has."""
        return self._next + (self._early is not None and self._early >= self._next)

    @property
    def turn(self) -> int:
        """Films are drawn in this order: first what pages open at, then the film with the fewest pictures, in powers of two."""
        job = self.job
        owes = job is not None and job.done and self._owed(job) is not None
        return 0 if owes else self.drawn.bit_length()

    @property
    def rests(self) -> bool:
        """Whether nobody who reads it wants more than is there."""
        return self.opening is not None and not self.eager

    @property
    def stale(self) -> bool:
        """Whether it can only be drawn anew: it broke, or its frames went before it was finished."""
        job = self.job
        return self.ended.is_set() or (not self.watched and job is not None and (job.cancelled or job.evicted))

    @property
    def wants(self) -> bool:
        """Whether there is a line to draw."""
        job = self.job
        if job is None or self.ended.is_set() or self.rests:
            return False
        news = self._said.get("queued") != _place(job) or self._said.get("again", False) != job.again
        return job.done or self._next < len(job.frames) or news

    def draw_line(self, hand: Hand = HERE) -> None:
        """Have the next pictures drawn, or say what there is to say instead. A view that breaks ends the film, not the lane.

        Raises DrawerLost where the hand is one: then it goes on with the next.
        """
        job = self.job
        if job is None or self.ended.is_set():
            return
        steps, lasting = self._plan(job, hand.batch)
        problem = self._take(hand, job, steps)
        if problem is not None:
            lasting = getattr(problem, "code", "") == "film_too_big"
            steps = [self._error(problem if isinstance(problem, TheoriaError) else workers.bug(problem)), None]
            self._take(hand, job, steps)
        if steps and steps[-1] is None:
            self._end(lasting)
        elif steps and isinstance(steps[-1], dict):
            self._bell.ring()

    def sketch(self) -> tuple[Task, list[Step]] | None:
        """What a drawer needs to take it over: the task, and what was written so far. None when it has ended."""
        with self._lock:
            return None if self.ended.is_set() else (self._task, list(self._script))

    def give_up(self, error: TheoriaError) -> None:
        """End it with an error though its stream is lost: after the last whole line any other may follow."""
        if not self.ended.is_set():
            self._keep(None, closing(self.content(), self._error(error)))
            self._end(False)

    def content(self) -> bytes:
        """Everything drawn so far."""
        return b"".join(self.chunks)

    def begins(self) -> bytes:
        """Its opening as a gzip file, where it is there: what `stream` would send without waiting. Empty before."""
        upto = self.opening
        return b"" if upto is None else b"".join(self.chunks[:upto]) + self._closed(upto)

    async def stream(self, wake: Callable[[], None], *, whole: bool = True) -> AsyncIterator[bytes]:
        """Everything drawn so far, then what comes, for one viewer; without `whole` the opening. `wake` stirs the lanes."""
        event = self._bell.here()
        self.enter(whole)
        at = 0
        try:
            wake()
            while True:
                ended, upto = self.ended.is_set(), None if whole else self.opening
                chunks = self.chunks[at:upto]  # in this order: what is missed comes next time
                at += len(chunks)
                if chunks:
                    yield b"".join(chunks)
                elif upto is not None:
                    yield self._closed(upto)
                    return
                elif ended:
                    return
                else:
                    await event.wait()
        finally:
            self.leave(whole)

    def enter(self, whole: bool = True) -> None:
        """A viewer more."""
        self._count(1, whole)

    def leave(self, whole: bool = True) -> None:
        """A viewer less."""
        self._count(-1, whole)

    def drop(self, *, force: bool = False) -> bool:
        """End it as it is, unless somebody watches. Streams end; a player then asks its page for a new one."""
        with self._lock:
            if self.watched and not force:
                return False
            self._release()
        self._bell.ring()
        return True

    def _plan(self, job: Job, most: int) -> tuple[list[Step], bool]:
        """The next steps: what there is to say, some pictures, the end; and whether it would always end so."""
        over = job.done  # before the frames are counted: the last one may come in between
        said = dict(self._said)
        steps: list[Step] = []

        def say(what: str, value: Any) -> None:
            if said.get(what) != value:
                said[what] = value
                steps.append({what: value})

        say("queued", _place(job))
        if job.again:
            say("again", True)
        count = len(job.frames)
        if over and not (job.error or job.cancelled):
            say("total", count)
            say(COURSE, count)
        if over and (first := self._owed(job)) is not None:
            if first > self._next:
                say("at", first)
            return [*steps, first], False
        upto = min(count, self._next + most, 1 << self._next.bit_length())  # films are drawn in turn: see Films
        for i in range(self._next, upto):
            if total := 0 if COURSE in said else job.frames[i].total:
                say("total", total)
            if i != self._early:
                steps.append(i)
        if upto < count or not over:
            return steps, False
        say("total", count)
        if job.cancelled:
            return [*steps, None], False
        return [*steps, self._error(job.error) if job.error else {"done": True}, None], not job.lost

    def _owed(self, job: Job) -> int | None:
        """The number of the picture that the page opens at, while it is not drawn, where the run is done and did not break."""
        count = len(job.frames)
        first = min(self._opens, count - 1) if self._opens >= 0 else count + self._opens
        return first if first >= self._next and self._early is None and not (job.error or job.cancelled) else None

    def _take(self, hand: Hand, job: Job, steps: Sequence[Step]) -> TheoriaError | str | None:
        """Have steps written, up to one that breaks or makes it too large. The first picture brings it to that hand."""
        if self.pen and (hand is HERE or not any(isinstance(step, int) for step in steps)):
            hand = HERE
        else:
            self.home, self.pen = hand, None
        for step, (chunk, problem) in zip(steps, hand.take(self, job, steps), strict=False):
            self._keep(step, chunk)
            if isinstance(step, int):
                self._opened(job)
                self._bell.ring()
            if problem is not None:
                return problem
            if is_too_big(step, self.stored, self.limit):
                return TooBig("film_too_big", megabytes=settings.FILM_MB)
        return None

    def _keep(self, step: Step, chunk: bytes) -> None:
        self.stored += len(chunk)  # counted though it is dropped: the pen counts too
        with self._lock:
            if self.ended.is_set():  # dropped meanwhile
                return
            self._script.append(step)
            if chunk:
                self.chunks.append(chunk)
        if isinstance(step, int) and step != self._next:
            self._early = step
        elif isinstance(step, int):
            self._next += 1 if self._early != step + 1 else 2
        elif step:
            self._said |= step

    def _opened(self, job: Job) -> None:
        """Note where the opening ends, once it is there."""
        if self.opening is None and COURSE in self._said and self._owed(job) is None:
            self.opening = len(self.chunks)

    def _closed(self, upto: int) -> bytes:
        self._tail = self._tail or closing(b"".join(self.chunks[:upto]))
        return self._tail

    def _error(self, error: TheoriaError) -> dict[str, Any]:
        values = {key: self.words.escape(str(value)) for key, value in error.values.items()}
        head, text = title(error.code, self.words.language), sentence(error.code, self.words.language)
        told = {"title": head.format(**values), "text": text.format(**values), "diverged": isinstance(error, Diverged)}
        return {"error": told}

    def _end(self, lasting: bool) -> None:
        with self._lock:
            if not self.ended.is_set():  # else dropped meanwhile
                self.done = lasting
                self._release()
        self._bell.ring()

    def _release(self) -> None:
        if self.job:
            self.job.watch(-self.watched)
        self.job, self.pen, self._task, self._beside, self._script = None, None, (), (), []
        self.ended.set()

    def touch(self) -> None:
        self.used = time.monotonic()

    def _count(self, viewers: int, whole: bool) -> None:
        with self._lock:
            self.watched += viewers
            self.eager += viewers * whole
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
