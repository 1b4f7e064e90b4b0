"""Every run that is being computed or is remembered: one copy for all its viewers, bounded in bytes."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from engine.errors import TheoriaError, TooBig
from engine.frames import Frame, seal
from runtime import settings, workers
from runtime.run import Run, is_private

log = logging.getLogger("theoria.runs")
Listener = Callable[[], None]


class Job(workers.Job):
    """One run under way or done. Frames are appended, never changed; listeners hear of every change."""

    def __init__(self, run: Run) -> None:
        self.run, self.key = run, run.key
        self.task = (run.train, run.params, run.data)
        self.frames: list[Frame] = []
        self.error: TheoriaError | None = None
        self.state = "queued"  # then "running", "done"
        self.ahead = 0
        self.cancelled = False
        self.sessions: set[str] = set()
        self.streams = 0
        self.nbytes = sum(item.nbytes for item in run.data) if is_private(run.data) else 0
        self.used = self.wanted = time.monotonic()
        self._since = time.monotonic()
        self._listeners: list[Listener] = []

    @property
    def done(self) -> bool:
        return self.state == "done"

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def began(self) -> None:
        self.state, self._since = "running", time.monotonic()
        self._tell()

    def waits(self, ahead: int) -> None:
        if self.state == "queued" and ahead != self.ahead:
            self.ahead = ahead
            self._tell()

    def add(self, frame: Frame) -> None:
        self.nbytes += frame.nbytes
        if self.nbytes > settings.CACHE_MB * 1_000_000:
            raise TooBig("too_big", megabytes=settings.CACHE_MB)
        self.frames.append(seal(frame))
        self._tell()

    def end(self, error: TheoriaError | None) -> None:
        self.error, self.state = error, "done"
        outcome = "cancelled" if self.cancelled else error.code if error else "done"
        log.info("run=%s topic=%s seconds=%.2f frames=%d outcome=%s", self.key, self.run.train.__module__, time.monotonic() - self._since,
                 len(self.frames), outcome)  # fmt: skip
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


class Store:
    """Jobs by key. Equal runs are computed once, however many ask (single flight)."""

    def __init__(self, lanes: int) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._pool = workers.Pool(lanes) if lanes else None
        self._others: list[Callable[[], Iterable[Any]]] = []  # what else shares the cache: films
        self.alive: Callable[[str], bool] = lambda session: True  # whether a session still has a viewer
        self._closed = threading.Event()
        if lanes:
            threading.Thread(target=self._watch, name="janitor", daemon=True).start()

    def start(self, run: Run, session: str) -> Job:
        """The job of a run: the one that is there, or a new one. Raises Busy."""
        with self._lock:
            job = self._jobs.get(run.key)
            if job and (job.cancelled or (job.error and job.error.code in FORGOTTEN)):
                job = None
            fresh = job is None
            if job is None:
                job = Job(run)
            job.sessions.add(session)
            job.used = job.wanted = time.monotonic()
            if not fresh:
                return job
            if self._pool:
                self._pool.submit(job, session)
            self._jobs[run.key] = job
        if not self._pool:
            workers.compute_here(job)
        self.trim()
        return job

    def get(self, key: str) -> Job | None:
        return self._jobs.get(key)

    def leave(self, session: str, keep: Iterable[str] = ()) -> None:
        """A session no longer looks at its runs, but for those it keeps."""
        kept = set(keep)
        with self._lock:
            for job in self._jobs.values():
                if job.key not in kept:
                    job.sessions.discard(session)

    def share(self, others: Callable[[], Iterable[Any]]) -> None:
        """Count something else against the cache: things with nbytes, used, busy and drop()."""
        self._others.append(others)

    def nbytes(self) -> int:
        with self._lock:
            jobs = list(self._jobs.values())
        return sum(job.nbytes for job in jobs) + sum(item.nbytes for others in self._others for item in others())

    def trim(self) -> None:
        """Drop the least recently used finished jobs and films until the cache fits."""
        excess = self.nbytes() - settings.CACHE_MB * 1_000_000
        if excess <= 0:
            return
        with self._lock:
            jobs = [
                (job.used, job.nbytes, lambda key=job.key: self._jobs.pop(key, None))
                for job in self._jobs.values()
                if job.done and not job.streams
            ]
        films = [(item.used, item.nbytes, item.drop) for others in self._others for item in others() if not item.busy]
        for _, size, drop in sorted(jobs + films, key=lambda entry: entry[0]):
            drop()
            excess -= size
            if excess <= 0:
                return

    def close(self) -> None:
        self._closed.set()
        if self._pool:
            self._pool.close()

    @property
    def processes(self) -> list[Any]:
        return list(self._pool.processes.values()) if self._pool else []

    def _watch(self) -> None:
        """Cancel runs that nobody has wanted for a while."""
        while not self._closed.wait(1.0):
            now = time.monotonic()
            with self._lock:
                jobs = [job for job in self._jobs.values() if not job.done and not job.cancelled]
            for job in jobs:
                if job.streams or any(self.alive(session) for session in tuple(job.sessions)):
                    job.wanted = now
                elif now - job.wanted > settings.IDLE_SECONDS:
                    job.cancelled = True
            self.trim()


FORGOTTEN = {"worker_lost", "bug"}  # bad luck, tried again when asked again; Diverged and TooBig are answers
