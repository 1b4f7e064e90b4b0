"""What a lane computes with, seen from the server: a process, the pipe to it, and how it is started, cancelled and ended."""

import contextlib
import logging
import multiprocessing as mp
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
from engine.device import Device
from engine.errors import TheoriaError, WorkerLost
from runtime import child, settings
from runtime.jobs import Job
from runtime.run import ROOT

log = logging.getLogger("theoria.workers")
PRELOAD = "runtime.preload"
at_hand: list[str] = []  # modules that processes are to have beside it: set before the first is started
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")  # lanes share the cores


class Hand:
    """What a lane computes with, one job at a time. Where, its kinds say: a process here (Worker), or a cluster."""

    def __init__(self) -> None:
        self.spoilt = False  # it does not stop, or what it knows is uncertain: to be replaced
        self._job: Job | None = None  # the one being computed
        self._asked: float | None = None  # when that was asked to stop
        self._heard = float("inf")  # when something came last; never silent before it has begun
        self._sending = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it can be given a job."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """End what it computes, whatever that does. From any thread."""
        raise NotImplementedError

    def kill(self) -> None:
        """The same, and nothing is left of it."""
        raise NotImplementedError

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

    def _send(self, job: Job) -> None:
        """Hand the task over: sets `_job`, `_asked` and, once it is being computed, `_heard`."""
        raise NotImplementedError

    def _hear(self, job: Job) -> tuple[str, Any, int] | None:
        """What came (child.FRAME, END or BUG), its content, its bytes; None when nothing did for a moment."""
        raise NotImplementedError

    def _cancel(self) -> None:
        """Ask what computes to stop after the frame it is at."""
        raise NotImplementedError

    def _receive(self, job: Job) -> TheoriaError | None:
        problem: TheoriaError | None = None
        known = len(job.frames)  # what a lost worker had sent comes again
        while True:
            message = self._hear(job)
            if message is None:
                if self._asked is not None and time.monotonic() - self._asked > settings.CANCEL_SECONDS:
                    self.spoilt = True
                    return problem
                if time.monotonic() - self._heard > settings.SILENT_SECONDS:
                    self.spoilt = True
                    return problem or WorkerLost("worker_silent", seconds=round(settings.SILENT_SECONDS))
                continue
            kind, content, size = message
            self._heard = time.monotonic()
            if kind == child.BUG:
                return problem or bug(content)
            if kind == child.END:
                return problem or content
            if known:
                known -= 1
            elif problem is None:
                try:
                    job.add(content, size)
                except TheoriaError as refusal:  # too big
                    problem = refusal
                    self._stop(job)

    def _stop(self, job: Job) -> None:
        """Ask it to stop. From any thread; heard once, and only while that job is computed."""
        with self._sending, contextlib.suppress(OSError):  # gone: the lane will notice
            if self._job is job and self._asked is None:
                self._asked = time.monotonic()
                self._cancel()


class Worker(Hand):
    """One process and the pipe to it."""

    def __init__(self, context: Any, preload: str = "") -> None:
        super().__init__()
        self._shelf: child.Shelf[None] = child.Shelf()  # what the process has, by digest
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self.process: BaseProcess = context.Process(target=child.work, args=(theirs, preload), name="worker", daemon=True)
        with starting():
            self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def interrupt(self) -> None:
        self.process.kill()  # its lane then reads the end of the pipe, and clears up

    def kill(self) -> None:
        if self.process.is_alive():
            self.process.kill()
        self._pipe.close()
        self.process.join(timeout=1)

    def _send(self, job: Job) -> None:
        """The task; of its data only what the process does not have."""
        job.began()
        train, params, data = job.task
        items = {item.digest: item for item in data}
        fresh = {digest: item for digest, item in items.items() if digest not in self._shelf}
        self._shelf.put({digest: (None, item.nbytes) for digest, item in items.items()})
        with self._sending:
            self._job, self._asked, self._heard = job, None, time.monotonic()
            self._pipe.send(([item.digest for item in data], [(item.digest, item.nbytes) for item in items.values()], fresh))
            self._pipe.send((train, params, job.device))

    def _hear(self, job: Job) -> tuple[str, Any, int] | None:
        if not self._pipe.poll(0.1):
            return None
        message = self._pipe.recv_bytes()
        kind, content = pickle.loads(message)  # noqa: S301 — from our own process
        return kind, content, len(message)

    def _cancel(self) -> None:
        self._pipe.send(child.CANCEL)


def hire(where: Device) -> Hand:
    """A process here: a fork of one that has every algorithm at hand, or a fresh one where it is to own a GPU."""
    there = context(where)
    return Worker(there, "" if there.get_start_method() == "forkserver" else PRELOAD)


def context(where: Device = "cpu") -> Any:
    """How a process is started."""
    if where != "cpu" or "forkserver" not in mp.get_all_start_methods():
        return mp.get_context("spawn")
    forks = mp.get_context("forkserver")
    forks.set_forkserver_preload([*at_hand, PRELOAD])
    return forks


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
def starting() -> Iterator[None]:
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
