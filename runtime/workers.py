"""Worker processes that run algorithms and send their frames back.

One lane (a thread here, a process there) computes one run at a time. Waiting runs are served round robin by session, so
that one visitor with many runs does not keep the others waiting. The processes are started once, from the server's
lifespan, with `__main__` hidden: otherwise each child would import Streamlit's script.
"""

import contextlib
import logging
import multiprocessing as mp
import os
import sys
import threading
import time
import traceback
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, Protocol

from engine.errors import Busy, TheoriaError, WorkerLost
from runtime import settings

log = logging.getLogger("theoria.workers")
KEPT = 8  # data sets a worker remembers, so that each is sent once
CANCEL = "cancel"
Task = tuple[Callable[..., Iterator[Any]], Any, tuple[Any, ...]]


class Job(Protocol):
    """What a lane needs of a run: the task, and where its frames go. `runtime.store.Job` is one."""

    task: Task
    cancelled: bool

    def began(self) -> None: ...
    def add(self, frame: Any) -> None: ...
    def end(self, error: TheoriaError | None) -> None: ...
    def waits(self, ahead: int) -> None: ...


class Pool:
    """Lanes and the queue before them."""

    def __init__(self, lanes: int) -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()  # session → its runs; the first session is next
        self._change = threading.Condition()
        self._open = True
        self._context = mp.get_context("forkserver")
        self._context.set_forkserver_preload(["numpy", "runtime.workers"])
        self.processes: dict[int, Any] = {}
        self._threads = [threading.Thread(target=self._lane, args=(k,), name=f"lane-{k}", daemon=True) for k in range(lanes)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job, session: str) -> None:
        """Queue a job. Raises Busy when the queue, or this session's share of it, is full."""
        with self._change:
            mine = self._waiting.get(session, ())
            if len(mine) >= settings.QUEUE_PER_SESSION or sum(map(len, self._waiting.values())) >= settings.QUEUE:
                raise Busy("busy")
            self._waiting.setdefault(session, deque()).append(job)
            self._change.notify()
        self._tell()

    def close(self) -> None:
        """End every process; waiting runs stay undone."""
        with self._change:
            self._open = False
            self._waiting.clear()
            self._change.notify_all()
        for process in list(self.processes.values()):
            process.kill()
        for thread in self._threads:
            thread.join(timeout=2)

    def _next(self) -> Job | None:
        with self._change:
            while self._open:
                while self._waiting:
                    session, jobs = self._waiting.popitem(last=False)
                    job = jobs.popleft()
                    if jobs:
                        self._waiting[session] = jobs  # to the end of the line
                    if not job.cancelled:
                        return job
                    job.end(None)
                self._change.wait()
        return None

    def _tell(self) -> None:
        """Say to every waiting job how many are ahead of it."""
        with self._change:
            queues = [list(jobs) for jobs in self._waiting.values()]
        ahead = 0
        for turn in range(max(map(len, queues), default=0)):
            for jobs in queues:
                if turn < len(jobs):
                    jobs[turn].waits(ahead)
                    ahead += 1

    def _lane(self, number: int) -> None:
        worker: Worker | None = Worker(self._context)
        while worker and (self.processes.update({number: worker.process}) or (job := self._next())):
            self._tell()
            job.began()
            try:
                error = worker.compute(job)
            except (EOFError, OSError):
                error = WorkerLost("worker_lost")
            except TheoriaError as problem:  # from job.add: the run is too big
                error = problem
            if not self._open:
                break
            if worker.lost or isinstance(error, WorkerLost):
                worker.kill()
                worker = Worker(self._context)
                self.processes[number] = worker.process
            job.end(error)
        if worker:
            worker.kill()


class Worker:
    """One process and the pipe to it."""

    def __init__(self, context: Any) -> None:
        self._sent: OrderedDict[str, None] = OrderedDict()
        self.lost = False
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        with _main_hidden():
            self.process.start()
        theirs.close()

    def compute(self, job: Job) -> TheoriaError | None:
        """Run a job to its end, its error or its cancellation; frames go to `job.add`."""
        train, params, data = job.task
        fresh = {item.digest: item for item in data if item.digest not in self._sent}
        _remember(self._sent, dict.fromkeys(item.digest for item in data))
        self._pipe.send((train, params, [item.digest for item in data], fresh))
        asked = 0.0
        while True:
            if job.cancelled and not asked:
                asked = time.monotonic()
                self._pipe.send(CANCEL)
            if not self._pipe.poll(0.1):
                if asked and time.monotonic() - asked > settings.CANCEL_SECONDS:
                    self.lost = True
                    return None
                continue
            kind, content = self._pipe.recv()
            if kind == "frame":
                if not job.cancelled:
                    try:
                        job.add(content)
                    except TheoriaError:
                        self.lost = True  # it goes on computing: replace it
                        raise
            else:
                return content if kind == "error" else None

    def kill(self) -> None:
        self.process.kill()
        self._pipe.close()
        self.process.join(timeout=1)


def compute_here(job: Job) -> None:
    """The same in this thread, for tests, notebooks and tiny hosts."""
    train, params, data = job.task
    job.began()
    try:
        for frame in train(params, *data):
            job.add(frame)
            if job.cancelled:
                break
    except TheoriaError as problem:
        job.end(problem)
    except Exception:
        job.end(bug(traceback.format_exc()))
    else:
        job.end(None)


def bug(trace: str) -> TheoriaError:
    """An error nobody foresaw: its traceback goes to the log, under a number the visitor is shown."""
    reference = uuid.uuid4().hex[:8]
    log.error("bug %s\n%s", reference, trace)
    return TheoriaError("bug", reference=reference)


def _work(pipe: Connection) -> None:
    """A worker's life: take a task, send its frames, until the pipe closes."""
    known: OrderedDict[str, Any] = OrderedDict()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            message = pipe.recv()
            if message == CANCEL:  # came after its run had ended
                continue
            train, params, digests, fresh = message
            _remember(known, {digest: fresh.get(digest, known.get(digest)) for digest in digests})
            try:
                for frame in train(params, *(known[digest] for digest in digests)):
                    pipe.send(("frame", frame))
                    if pipe.poll() and pipe.recv() == CANCEL:
                        break
                pipe.send(("done", None))
            except TheoriaError as problem:
                pipe.send(("error", problem))
            except Exception:
                pipe.send(("error", bug(traceback.format_exc())))


def _remember(known: OrderedDict[str, Any], new: dict[str, Any]) -> None:
    """Put `new` last and drop the oldest; both ends of the pipe do the same, so they agree on what was sent."""
    for digest, item in new.items():
        known[digest] = item
        known.move_to_end(digest)
    while len(known) > KEPT:
        known.popitem(last=False)


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """While a process starts, let the main module have no file and no spec, so that the child does not import it."""
    with _HIDING:
        main = sys.modules["__main__"]
        kept = {key: main.__dict__.pop(key) for key in ("__file__", "__spec__") if key in main.__dict__}
        main.__dict__["__spec__"] = None
        for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(threads, "1")
        try:
            yield
        finally:
            main.__dict__.update(kept)


_HIDING = threading.Lock()
