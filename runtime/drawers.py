"""A process that only draws, seen from the server: what it has been sent, and the pipe to it."""

import itertools
import os
import select
import socket
import struct
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from engine.frames import Frame
from runtime import child, drawing, settings, workers
from runtime.drawing import DROP, FILM, FORGET, FRAMES, TAKE, Reply, Step, Task, is_too_big, reach
from runtime.film import Film
from runtime.jobs import Job

KEPT = 32_000_000  # bytes of frames that a drawer holds beside those of the film it is at
WRITE_SECONDS = settings.SILENT_SECONDS  # until a drawer that takes nothing is given up: it only draws what it has been given
PARCEL = 500_000  # bytes of frames sent at once, and what the last of them has more
WORDS = 50_000  # bytes that a topic's words count for


class DrawerLost(Exception):
    """Its process is gone, or does not answer. Not an OSError: a view can raise one of those."""


@dataclass
class _Sent:
    """The frames of one run that a drawer has. By the job, not by the run's key: computed anew they may differ a little."""

    name: str
    job: "weakref.ref[Job]"
    frames: int = 0
    nbytes: int = 0


class Drawer:
    """One process. It holds the beginnings of some runs, and the open stream of every film it has begun."""

    batch = 8

    def __init__(self, kept: float = KEPT) -> None:
        context = workers.context()
        self.held = 0
        self._over = False
        self._kept = kept
        self._shelf: child.Shelf[None] = child.Shelf()
        self._runs: OrderedDict[int, _Sent] = OrderedDict()  # the one looked at last at the end
        self._names = itertools.count()
        self._films: dict[str, Film] = {}
        ours, theirs = context.Pipe()
        self._pipe: Connection = ours
        self._answers = _asker(ours)
        _give_up_after(ours, WRITE_SECONDS)
        self.process: BaseProcess = context.Process(target=drawing.work, args=(theirs,), name="drawer", daemon=True)
        with workers.starting():
            self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return not self._over and self.process.is_alive()

    def take(self, film: Film, job: Job, steps: Sequence[Step]) -> Iterator[Reply]:
        """What each step wrote. Raises DrawerLost. `job` comes with it: a film that is dropped lets go of its own."""
        try:
            yield from self._take(film, job, steps)
        except (EOFError, OSError) as problem:  # nothing but the pipe raises them here
            raise DrawerLost("gone") from problem

    def rest(self, film: Film) -> None:
        """Close the stream of a film that may stay as it is. Whoever draws on takes its steps again."""
        try:
            if self._films.get(film.key) is film:
                self._close(film.key)
            if (job := film.job) and self.held > self._kept:
                self._forget(id(job))
        except OSError:
            self.interrupt()

    def interrupt(self) -> None:
        """End it, whatever it does. From any thread; its lane then reads the end of the pipe, and clears up."""
        self._over = True  # it may live a moment longer
        self.process.kill()

    def kill(self) -> None:
        self.process.kill()
        self._pipe.close()
        self.process.join(timeout=1)

    def _take(self, film: Film, job: Job, steps: Sequence[Step]) -> Iterator[Reply]:
        before: Sequence[Step] = ()
        if self._films.get(film.key) is not film:
            sketch = film.sketch()
            if sketch is None:  # dropped
                return
            task, before = sketch
            self._open(film, task)
        run = self._give(job, max(map(reach, (*before, *steps)), default=-1))
        self._pipe.send((TAKE, film.key, (run, before, steps)))
        for step in steps:
            reply = self._hear()
            if step is None:
                self._close(film.key)
                if self.held > self._kept:
                    self._forget(id(job))
            yield reply
            if reply[1] is not None or is_too_big(step, film.stored, film.limit):
                return

    def _hear(self) -> Reply:
        began = time.monotonic()
        while not self._answers(1.0):
            if time.monotonic() - began > settings.SILENT_SECONDS:
                raise DrawerLost("silent")
        reply: Reply = self._pipe.recv()
        return reply

    def _open(self, film: Film, task: Task) -> None:
        """Tell of a film, its data and words where they are new; forget those films that ended elsewhere."""
        for key in [key for key, other in self._films.items() if other.ended.is_set() or key == film.key]:
            self._close(key)
        draw, params, data, options, words = task
        text = f"{words.slug}/{words.language}/{words.digest}"
        wanted = {item.digest: (item, item.nbytes) for item in data} | {text: (words, WORDS)}
        fresh = {digest: item for digest, (item, _) in wanted.items() if digest not in self._shelf}
        kept = [(digest, size) for digest, (_, size) in wanted.items()]
        self._shelf.put({digest: (None, size) for digest, size in kept})
        told = draw, params, [item.digest for item in data], options, text
        self._pipe.send((FILM, film.key, (told, film.limit, kept, fresh)))
        self._films[film.key] = film

    def _give(self, job: Job, last: int) -> str:
        """Send the frames up to one, those it does not have: the name they go by."""
        sent = self._runs.get(id(job))
        if sent is None or sent.job() is not job:
            self._forget(id(job))
            sent = self._runs[id(job)] = _Sent(str(next(self._names)), weakref.ref(job))
        self._runs.move_to_end(id(job))
        for frames, size in parcels(job.frames[sent.frames : last + 1]):
            self._pipe.send((FRAMES, sent.name, frames))
            sent.frames += len(frames)
            sent.nbytes += size
            self.held += size
        self._tidy()
        return sent.name

    def _tidy(self) -> None:
        """Forget runs that are gone, then those not looked at for longest; the one that is being drawn stays."""
        *others, _ = self._runs
        for key in others:
            if self._runs[key].job() is None or self.held > self._kept:
                self._forget(key)

    def _forget(self, key: int) -> None:
        if sent := self._runs.pop(key, None):
            self._pipe.send((FORGET, sent.name, None))
            self.held -= sent.nbytes

    def _close(self, key: str) -> None:
        self._films.pop(key, None)
        self._pipe.send((DROP, key, None))


def parcels(frames: Iterable[Frame]) -> Iterator[tuple[list[Frame], int]]:
    """Frames as they are sent, with their bytes: small ones together, since every message costs as much as some of them."""
    parcel: list[Frame] = []
    size = 0
    for frame in frames:
        parcel.append(frame)
        size += frame.nbytes
        if size >= PARCEL:
            yield parcel, size
            parcel, size = [], 0
    if parcel:
        yield parcel, size


def _asker(pipe: Connection) -> Callable[[float], bool]:
    """Asks whether there is something to read, within so many seconds. `Connection.poll` makes a selector for each question:
    that costs twice as much as to read the answer."""
    if os.name != "posix":
        return pipe.poll
    waiting = select.poll()
    waiting.register(pipe.fileno(), select.POLLIN)
    return lambda seconds: bool(waiting.poll(1000 * seconds))


def _give_up_after(pipe: Connection, seconds: float) -> None:
    """Let a write to it raise an OSError that waits for so long. (On Windows a pipe is no socket: there it waits.)"""
    if os.name == "posix":
        with socket.socket(fileno=os.dup(pipe.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(seconds), int(seconds % 1 * 1e6)))


def hire(drawers: int) -> Drawer:
    """One of so many drawers: what they hold together is a quarter of the cache at most, beside the films they are at."""
    return Drawer(min(KEPT, settings.CACHE_MB * 1_000_000 / 4 / drawers))
