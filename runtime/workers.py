"""A worker seen from the server: one process, the pipe to it, and how it is started, cancelled and ended."""

import contextlib
import logging
import os
import pickle
import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from functools import partial
from multiprocessing import spawn
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from engine import device
from engine.errors import TheoriaError, WorkerLost
from runtime import child, settings
from runtime.jobs import Job
from runtime.run import ROOT

log = logging.getLogger("theoria.workers")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # lanes share the cores


class Worker:
    """One process and the pipe to it."""

    def __init__(self, context: Any, preload: str = "") -> None:
        self._shelf: child.Shelf[None] = child.Shelf()  # what the process has, by digest
        self.spoilt = False  # it does not stop, or what it knows is uncertain: to be replaced
        self._job: Job | None = None  # the one being computed
        self._asked: float | None = None  # when that was asked to stop
        self._sending = threading.Lock()
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self.process: BaseProcess = context.Process(target=child.work, args=(theirs, preload), name="worker", daemon=True)
        with _starting():
            self.process.start()
        theirs.close()

    def compute(self, job: Job) -> TheoriaError | None:
        """Run a job to its end, its error or its cancellation; frames go to `job.add`. Raises EOFError, OSError."""
        self._send(job)
        job.stop = partial(self._stop, job)
        try:
            if job.cancelled:  # before it could tell
                job.stop()
            return self._receive(job)
        finally:
            job.stop = None
            with self._sending:
                self._job = None

    def kill(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self._pipe.close()
        self.process.join(timeout=1)

    def _receive(self, job: Job) -> TheoriaError | None:
        problem: TheoriaError | None = None
        known, heard = len(job.frames), time.monotonic()  # what a lost worker had sent comes again
        while True:
            if not self._pipe.poll(0.1):
                if self._asked is not None and time.monotonic() - self._asked > settings.CANCEL_SECONDS:
                    self.spoilt = True
                    return problem
                if time.monotonic() - heard > settings.SILENT_SECONDS:
                    self.spoilt = True
                    return problem or WorkerLost("worker_silent", seconds=round(settings.SILENT_SECONDS))
                continue
            message, heard = self._pipe.recv_bytes(), time.monotonic()
            kind, content = pickle.loads(message)  # noqa: S301 — from our own process
            if kind == child.BUG:
                return problem or bug(content)
            if kind == child.END:
                return problem or content
            if known:
                known -= 1
            elif problem is None:
                try:
                    job.add(content, len(message))
                except TheoriaError as refusal:  # too big
                    problem = refusal
                    self._stop(job)

    def _stop(self, job: Job) -> None:
        """Ask the process to stop after the frame it is at. From any thread; heard once, and only while that job is computed."""
        with self._sending, contextlib.suppress(OSError):  # gone: the lane will notice
            if self._job is job and self._asked is None:
                self._asked = time.monotonic()
                self._pipe.send(child.CANCEL)

    def _send(self, job: Job) -> None:
        """The task; of its data only what the process does not have."""
        train, params, data = job.task
        items = {item.digest: item for item in data}
        fresh = {digest: item for digest, item in items.items() if digest not in self._shelf}
        self._shelf.put({digest: (None, item.nbytes) for digest, item in items.items()})
        with self._sending:
            self._job, self._asked = job, None
            self._pipe.send(([item.digest for item in data], [(item.digest, item.nbytes) for item in items.values()], fresh))
            self._pipe.send((train, params, job.device))


def compute_here(job: Job) -> None:
    """The same in this thread, for tests, notebooks and tiny hosts."""
    train, params, data = job.task
    job.began()
    error: TheoriaError | None = None
    try:
        with device.on(job.device):
            for frame in train(params, *data):
                job.add(frame)
                if job.cancelled:
                    break
    except TheoriaError as problem:
        error = problem
    except Exception:
        error = bug(traceback.format_exc())
    except BaseException:  # this thread is being stopped: whoever asks next computes anew
        job.cancel()
        raise
    finally:
        job.end(error)


def bug(trace: str) -> TheoriaError:
    """An error nobody foresaw: its traceback goes to the log, under a number the visitor is shown."""
    reference = uuid.uuid4().hex[:8]
    log.error("bug %s\n%s", reference, trace)
    return TheoriaError("bug", reference=reference)


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """While a process starts, keep `__main__` from it, and set the environment of the processes.

    A child imports its parent's main module; that of a Streamlit server is whatever page is running now. So the description
    of it is left out of what the child is told. (To change `__main__` itself would be seen by the pages.)
    """
    with _STARTING:
        told, before = spawn.get_preparation_data, dict(os.environ)

        def without_main(name: str) -> dict[str, Any]:
            return {key: value for key, value in told(name).items() if not key.startswith("init_main")}

        spawn.get_preparation_data = without_main
        for threads in ONE_THREAD:
            os.environ.setdefault(threads, "1")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), before.get("PYTHONPATH"))))  # for the preload
        try:
            yield
        finally:
            spawn.get_preparation_data = told
            for key in ("PYTHONPATH", *ONE_THREAD):
                os.environ.pop(key, None)
            os.environ.update({key: before[key] for key in ("PYTHONPATH", *ONE_THREAD) if key in before})


_STARTING = threading.Lock()
