"""One run under way or done: its frames so far, who wants it, and how it ended."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

from engine.errors import TheoriaError, TooBig, WorkerLost
from engine.frames import Frame
from runtime import settings
from runtime.run import Run, uploads

log = logging.getLogger("theoria.runs")
OVERHEAD = 2_000  # bytes of a job beside its frames
NEVER = float("inf")
STRIDE = 8_000_000  # after so many new bytes the cache is looked at
Listener = Callable[[], None]


class Job:
    """Frames are appended, never changed; listeners hear of every change.

    A lane calls `began`, `add` and `end`, the queue `waits`, the store `cancel`; the films read, and count their viewers in
    `streams`. `cancelled` and `done` are settled under one lock: a job that is done is never cancelled afterwards.
    """

    def __init__(self, run: Run, grown: Listener = lambda: None, over: "Callable[[Job], None]" = lambda job: None) -> None:
        self.run, self.key = run, run.key
        self.task = (run.train, run.params, run.data)
        self.device = run.device
        self.uploads = uploads(run.data)
        self.frames: list[Frame] = []
        self.error: TheoriaError | None = None
        self.state: Literal["queued", "running", "done"] = "queued"
        self.ahead = 0  # runs to be served before this one, while it is queued
        self.cancelled = False
        self.evicted = False  # the cache needed the room
        self.again = False  # its worker was lost, and another computes it anew
        self.stop: Listener | None = None  # tells whoever computes it, at once, that it was cancelled
        self.sessions: set[str] = set()
        self.streams = 0
        self.nbytes = OVERHEAD
        self.used = self.wanted = time.monotonic()
        self.waited = self.seconds = 0.0  # in the queue, and in computing; known when it has ended
        self._asked, self._began = time.monotonic(), NEVER
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._grown, self._looked, self._over = grown, 0, over

    @property
    def done(self) -> bool:
        return self.state == "done"

    @property
    def topic(self) -> str:
        """Its name in the figures: the third part of engine.<section>.<topic>, however deep the run's module lies."""
        return self.run.train.__module__.split(".")[:3][-1]

    @property
    def outcome(self) -> str:
        """How it ended: "done", "cancelled", or the code of an error."""
        return "cancelled" if self.cancelled else self.error.code if self.error else "done"

    @property
    def lost(self) -> bool:
        """Whether it is of no use to who asks next: cancelled, or ended by bad luck. Diverged and TooBig are answers."""
        return self.cancelled or (self.error is not None and is_luck(self.error))

    def listen(self, listener: Listener) -> None:
        """Call `listener` on every change; asking twice is asking once."""
        with self._lock:
            if listener not in self._listeners:
                self._listeners.append(listener)

    def watch(self, viewers: int) -> None:
        """So many viewers more, or fewer."""
        with self._lock:
            self.streams += viewers
            self.used = self.wanted = time.monotonic()

    def waits(self, ahead: int) -> None:
        if self.state == "queued" and ahead != self.ahead:
            self.ahead = ahead
            self._tell()

    def began(self) -> None:
        with self._lock:
            if self.state == "queued":
                self.state, self._began = "running", time.monotonic()
        self._tell()

    def retry(self) -> bool:
        """Say that it is computed anew: frames stay, the same ones will come. False the second time, or when nobody wants it."""
        with self._lock:
            fresh = not (self.again or self.cancelled or self.done)
            self.again |= fresh
        if fresh:
            self._tell()
        return fresh

    def add(self, frame: Frame, size: int = 0) -> None:
        """One frame more, of `size` bytes if that is known better. Raises TooBig when the run alone would fill the cache."""
        size = max(size, frame.nbytes)
        with self._lock:
            if self.cancelled or self.done:
                return
            if self.nbytes + size + sum(self.uploads.values()) > settings.CACHE_MB * 1_000_000:
                raise TooBig("too_big", megabytes=settings.CACHE_MB)
            self.nbytes += size
            self.frames.append(frame)
        self._tell()
        if self.nbytes - self._looked > STRIDE:
            self._looked = self.nbytes
            self._grown()

    def cancel(self) -> bool:
        """Ask it to end: no frame is added from here on. False when it had ended, or was asked before."""
        with self._lock:
            fresh = not self.done and not self.cancelled
            self.cancelled |= fresh
            stop = self.stop
        if fresh and stop:
            stop()
        return fresh

    def end(self, error: TheoriaError | None) -> None:
        """That was all, or `error` ended it. The first end counts."""
        with self._lock:
            if self.done:
                return
            self.error, self.state = error, "done"
            now = time.monotonic()
            self.waited, self.seconds = min(self._began, now) - self._asked, max(now - self._began, 0.0)
        facts = (self.key, self.topic, self.waited, self.seconds, len(self.frames), self.outcome)
        log.info("run=%s topic=%s waited=%.2f seconds=%.2f frames=%d outcome=%s", *facts)
        self._over(self)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def is_luck(error: TheoriaError) -> bool:
    """Whether the same run may end otherwise next time: it is forgotten, and tried again when asked for again."""
    return isinstance(error, WorkerLost) or error.code == "bug"
