"""The queue and the lanes. A lane is a thread here and a hand that computes, a process as a rule; one run at a time.

Waiting runs are served round robin by session, so that a visitor with many runs does not keep the others waiting. The
lanes start once, from the server's lifespan.
"""

import contextlib
import logging
import threading
import time
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import zip_longest
from multiprocessing.process import BaseProcess

from engine.errors import Busy, TheoriaError, WorkerLost
from runtime import settings
from runtime.jobs import Job, is_luck
from runtime.workers import Hand, Worker, bug

log = logging.getLogger("theoria.workers")
AGAIN = 1.0  # seconds until a process that the host refused is asked for again


class Pool:
    """Lanes and the queue before them. `hire` gets what a lane computes with, and another where that was lost."""

    def __init__(self, lanes: int, hire: Callable[[], Hand], *, name: str = "lane") -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()  # session → its runs; the first session is next
        self._change = threading.Condition()
        self._open = True
        self._hire = hire
        self._workers: dict[int, Hand] = {}
        self._busy = 0  # lanes with a run
        self.ready = threading.Event()  # one worker stands: what workers are forked from has imported what they need
        self.crowded = False  # what is watched or computed fills the cache: one run at a time, until there is room again
        self.restarts = 0  # runs that were computed anew because their worker was lost
        self._lanes = [threading.Thread(target=self._lane, args=(k,), name=f"{name}-{k}", daemon=True) for k in range(lanes)]
        for lane in self._lanes:
            lane.start()

    @property
    def processes(self) -> list[BaseProcess]:
        """Those of its workers that are processes here."""
        return [worker.process for worker in list(self._workers.values()) if isinstance(worker, Worker)]

    def submit(self, job: Job, session: str) -> None:
        """Queue a job. Raises Busy when the queue, or this session's share of it, is full; or when all is over."""
        with self._change:
            mine = len(self._waiting.get(session, ()))
            everything = sum(map(len, self._waiting.values()))
            if not self._open or mine >= settings.QUEUE_PER_SESSION or everything >= settings.QUEUE:
                raise Busy("busy")
            self._waiting.setdefault(session, deque()).append(job)
            self._tell()
            self._change.notify()

    def withdraw(self, job: Job) -> bool:
        """Take a job out of the queue. False when it does not wait there (any more)."""
        with self._change:
            for session, jobs in self._waiting.items():
                if job in jobs:
                    jobs.remove(job)
                    if not jobs:
                        del self._waiting[session]
                    self._tell()
                    return True
        return False

    def crowd(self, crowded: bool) -> None:
        """Whether there is room for the frames of more than one run."""
        if crowded != self.crowded:
            with self._change:
                self.crowded = crowded
                self._change.notify_all()

    def close(self) -> None:
        """End every process and every lane; what waits stays undone."""
        with self._change:
            self._open = False
            self._waiting.clear()
            self._change.notify_all()
        for worker in list(self._workers.values()):
            worker.interrupt()
        until = time.monotonic() + 2
        for lane in self._lanes:
            lane.join(timeout=max(0.0, until - time.monotonic()))

    def _next(self) -> Job | None:
        with self._change:
            while self._open and (not self._waiting or (self.crowded and self._busy)):
                self._change.wait()
            if not self._open:
                return None
            session, jobs = self._waiting.popitem(last=False)
            job = jobs.popleft()
            if jobs:
                self._waiting[session] = jobs  # to the end of the line
            self._busy += 1
            self._tell()
            return job

    def _finished(self) -> None:
        with self._change:
            self._busy -= 1
            self._change.notify_all()

    def _tell(self) -> None:
        """Say to every waiting job how many are ahead of it. Under the lock, so that no older count arrives later."""
        turns = zip_longest(*self._waiting.values())
        for ahead, job in enumerate(job for turn in turns for job in turn if job is not None):
            job.waits(ahead)

    def _lane(self, number: int) -> None:
        while self._open:
            worker = self._worker(number)
            if worker and (job := self._next()):
                self._compute(number, job)
                self._finished()
        if number in self._workers:
            self._workers.pop(number).kill()

    def _compute(self, number: int, job: Job) -> None:
        """See one job through, with a second worker where the first was lost. Whatever happens it ends."""
        error = self._try(number, job)
        if isinstance(error, WorkerLost) and error.code == "worker_lost" and self._open and job.retry():
            self.restarts += 1
            error = self._try(number, job)
        job.end(error)

    def _try(self, number: int, job: Job) -> TheoriaError | None:
        """Compute a job with this lane's worker. A worker that cannot be trusted any more goes."""
        error: TheoriaError | None = None
        worker = self._worker(number)
        try:
            if worker is None:
                error = WorkerLost("worker_lost")
            elif not job.cancelled:
                error = worker.compute(job)
        except (EOFError, OSError):
            error = WorkerLost("worker_lost")
        except Exception:  # a task or a frame that cannot cross the pipe
            error = bug(traceback.format_exc())
        if worker and (worker.spoilt or (error and is_luck(error))):
            self._workers.pop(number, None)
            worker.kill()
        return error

    def _worker(self, number: int) -> Hand | None:
        """This lane's worker; a new one where there is none, or it died while it waited. None when the host refuses."""
        worker = self._workers.get(number)
        if worker and worker.alive:
            return worker
        with contextlib.suppress(KeyError):
            self._workers.pop(number).kill()
        try:
            self._workers[number] = self._hire()
            self.ready.set()
        except (OSError, EOFError):
            log.exception("no new worker")
            with self._change:
                self._change.wait_for(lambda: not self._open, timeout=AGAIN)
        return self._workers.get(number)
