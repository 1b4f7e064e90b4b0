"""Every run that is being computed or is remembered: one copy for all its viewers, bounded in bytes."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Protocol

from engine import device
from engine.device import Device
from engine.errors import Busy, DeviceError
from engine.params import Params
from runtime import settings, workers
from runtime.jobs import Job
from runtime.pool import Pool
from runtime.run import Run

__all__ = ["Job", "Kept", "Store"]
log = logging.getLogger("theoria.runs")


class Kept(Protocol):
    """Something else that shares the cache: a film."""

    @property
    def nbytes(self) -> int: ...
    @property
    def used(self) -> float: ...
    @property
    def watched(self) -> int: ...
    def drop(self) -> None: ...


class Store:
    """Jobs by key. Equal runs are computed once, however many ask (single flight).

    Locks are taken in this order: store, queue, job. No film's lock is taken under any of them.
    """

    def __init__(self, lanes: int, gpu: Device = "cpu", hire: Callable[[Device], workers.Hand] = workers.hire) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._trimming = threading.Lock()
        self._pool = Pool(lanes, partial(hire, "cpu")) if lanes else None
        self._gpu_pool = Pool(1, partial(hire, gpu), name="gpu") if lanes and gpu != "cpu" else None
        self._pools = [pool for pool in (self._pool, self._gpu_pool) if pool]
        self._others: list[Callable[[], Iterable[Kept]]] = []
        self.ended: Callable[[str, str, float], None] = lambda topic, outcome, seconds: None  # told of every run
        self.copies: Callable[[], int] = lambda: 0  # bytes of frames that drawers hold
        self.alive: Callable[[str], bool] = lambda session: True  # whether a session still has a viewer
        self._closed = threading.Event()
        self._janitor = threading.Thread(target=self._watch, name="janitor", daemon=True)
        if lanes:
            self._janitor.start()
        self._probe = self.start(Run(device.probe, Params(), (), gpu), "gpu") if self._gpu_pool else None

    @property
    def gpu(self) -> tuple[Device, str]:
        """The GPU that runs can use and its name; else "cpu" and why: "none", "checking", or the code of an error."""
        job = self._probe
        if job is None:
            return "cpu", "none"
        if job.frames:
            return job.device, str(getattr(job.frames[0], "name", ""))
        return "cpu", job.error.code if job.error else "checking"

    def ready(self, patience: float) -> bool:
        """Wait until a run could be computed at once; whether it can."""
        return self._pool is None or self._pool.ready.wait(patience)

    def start(self, run: Run, session: str) -> Job:
        """The job of a run: the one that is there, or a new one. Raises Busy."""
        with self._lock:
            there = self._jobs.get(run.key)
            fresh = there is None or there.lost
            job = Job(run, self.trim, self._ended) if there is None or fresh else there
            if fresh and self._pool:
                self._queue(self._lane_of(job), job, session)
            self._jobs[run.key] = job
            job.sessions.add(session)
            job.used = job.wanted = time.monotonic()
        if fresh and not self._pool:
            workers.compute_here(job)
        if fresh:
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

    def share(self, others: Callable[[], Iterable[Kept]]) -> None:
        """Count something else against the cache."""
        self._others.append(others)

    def nbytes(self) -> int:
        """Bytes of all frames, drawers' copies among them, uploads (each once) and films."""
        with self._lock:
            jobs = list(self._jobs.values())
        uploads = {digest: size for job in jobs for digest, size in job.uploads.items()}
        frames = sum(job.nbytes for job in jobs) + self.copies()
        return frames + sum(uploads.values()) + sum(item.nbytes for item in self._kept())

    def trim(self) -> None:
        """Forget cancelled jobs; drop what was not used for longest until the cache fits: frames first, then unwatched films."""
        if not self._trimming.acquire(blocking=False):
            return  # somebody is at it
        try:
            with self._lock:
                self._jobs = {key: job for key, job in self._jobs.items() if not (job.done and job.cancelled)}
            limit = settings.CACHE_MB * 1_000_000
            if self.nbytes() > limit:
                self._make_room(limit)
            if self._pool:
                self._pool.crowd(self.nbytes() > limit)
        finally:
            self._trimming.release()

    def close(self) -> None:
        """End the workers. Whatever was under way is cancelled, and says so."""
        self._closed.set()
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        for pool in self._pools:
            pool.close()
        if self._pool:
            self._janitor.join(timeout=2)
        for job in jobs:
            job.end(None)

    def count(self, state: str) -> int:
        """How many jobs are "queued", "running" or "done"."""
        with self._lock:
            return sum(job.state == state for job in self._jobs.values())

    @property
    def restarts(self) -> int:
        """Runs that were computed anew because their worker was lost."""
        return sum(pool.restarts for pool in self._pools)

    @property
    def processes(self) -> list[BaseProcess]:
        """The workers, as processes."""
        return [process for pool in self._pools for process in pool.processes]

    def _lane_of(self, job: Job) -> Pool:
        """Where a job is computed: what wants the GPU has a lane of its own, so that nothing else waits for it."""
        pool = self._pool if job.device == "cpu" else self._gpu_pool
        if pool is None:
            raise DeviceError("no_device", device=job.device)
        return pool

    def _ended(self, job: Job) -> None:
        self.ended(job.topic, job.outcome, job.seconds)

    def _queue(self, pool: Pool, job: Job, session: str) -> None:
        try:
            pool.submit(job, session)
        except Busy:  # the settings moved fast: what this left waiting, and nobody wants any more, makes room
            if not self._cancel_unwanted():
                raise
            pool.submit(job, session)

    def _cancel_unwanted(self) -> int:
        jobs = [job for job in self._jobs.values() if job.state == "queued" and not job.sessions and not job.streams]
        return sum(self._cancel(job) for job in jobs)

    def _cancel(self, job: Job) -> bool:
        fresh = job.cancel()
        if fresh and any(pool.withdraw(job) for pool in self._pools):
            job.end(None)  # else a lane has it, and ends it
        return fresh

    def _kept(self) -> list[Kept]:
        return [item for others in self._others for item in others()]

    def _make_room(self, limit: float) -> None:
        """Films are small and dear: they keep a quarter of the cache, however many frames are being watched."""
        with self._lock:
            jobs = sorted((job for job in self._jobs.values() if job.done), key=lambda job: job.used)
        for job in jobs:
            self._evict(job)
            if self.nbytes() <= limit:
                return
        films = sorted(self._kept(), key=lambda item: item.used)
        size = sum(item.nbytes for item in films)
        for item in films:
            if size <= limit / 4 or self.nbytes() <= limit:
                return
            if not item.watched:
                item.drop()
                size -= item.nbytes

    def _evict(self, job: Job) -> None:
        with self._lock:
            if self._jobs.get(job.key) is job and not job.streams:
                del self._jobs[job.key]
                job.evicted = True

    def _watch(self) -> None:
        while not self._closed.wait(min(1.0, settings.IDLE_SECONDS / 5)):
            try:
                self._end_idle()
                self.trim()
            except Exception:  # the next round may fare better; without rounds nothing would ever be cancelled
                log.exception("janitor")

    def _end_idle(self) -> None:
        """Cancel runs that nobody has wanted for a while."""
        with self._lock:
            jobs = [(job, job.wanted, tuple(job.sessions)) for job in self._jobs.values() if not job.done and not job.cancelled]
        for job, wanted, sessions in jobs:
            if job.streams or any(self.alive(session) for session in sessions):
                job.wanted = time.monotonic()
            elif time.monotonic() - wanted > settings.IDLE_SECONDS:
                with self._lock:
                    if job.wanted == wanted:  # nobody came in between
                        self._cancel(job)
