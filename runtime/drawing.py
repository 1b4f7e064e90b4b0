"""A film's lines, wherever they are written: in the server's own thread, or in a process that only draws.

A film is a list of steps: a dict is a line, a number a picture, None the end; {COURSE: n} is a line too, made of the numbers
that n frames hold. Equal steps make equal bytes, so a film can go on elsewhere: whoever takes it over takes its steps again,
and keeps the bytes of those that were sent to himself.
"""

import contextlib
import math
import signal
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.errors import TheoriaError
from engine.frames import Frame
from runtime.child import Shelf, end_with_server, stand_back
from runtime.lines import Lines, plain

if TYPE_CHECKING:
    from runtime.film import Film
    from runtime.jobs import Job

Task = tuple[Any, ...]  # what is drawn: draw, params, data, options, words
Step = dict[str, Any] | int | None
Reply = tuple[bytes, TheoriaError | str | None]  # what was written; an error, or a bug's traceback, that ended it
FILM, FRAMES, FORGET, DROP, TAKE = "film", "frames", "forget", "drop", "take"
COURSE = "course"


class Pen:
    """Writes one film."""

    def __init__(self, task: Task, limit: float) -> None:
        self.lines = Lines()
        self._draw, *self._about = task
        self._words, self._limit = task[-1], limit

    def take(self, steps: Iterable[Step], frames: Sequence[Frame]) -> Iterator[Reply]:
        """What each step wrote. Ends early with an error, or once the film is too large: both ends can tell."""
        for step in steps:
            problem: TheoriaError | str | None = None
            try:
                self._write(step, frames)
            except TheoriaError as error:
                problem = error
            except Exception:
                problem = traceback.format_exc()
            chunk, self.lines.chunks = b"".join(self.lines.chunks), []
            yield chunk, problem
            if problem is not None or is_too_big(step, self.lines.stored, self._limit):
                return

    def _write(self, step: Step, frames: Sequence[Frame]) -> None:
        if step is None:
            self.lines.end()
        elif isinstance(step, int):
            self._picture(self._draw(frames, step, *self._about), frames[step])
        elif COURSE in step:
            self.lines.add({COURSE: course(frames[: step[COURSE]], self._words.columns)}, more=True)
        else:
            self.lines.add(step)

    def _picture(self, picture: Any, frame: Frame) -> None:
        if unknown := set(picture.numbers) - set(self._words.columns):
            raise KeyError(f"columns without a name: {sorted(unknown)}")
        lines, row = self.lines, {"step": frame.step, "part": frame.part} | picture.numbers
        lines.add({"row": [plain(row.get(column)) for column in self._words.columns]}, more=True)
        content: dict[str, Any] = {
            "figure": {"data": [lines.sent(trace) for trace in picture.data], "layout": lines.value(picture.layout)}
        }
        content |= {key: lines.value(getattr(picture, key)) for key in ("wide", "narrow", "alone", "series")}
        if picture.huge and picture.huge != picture.wide:
            content["huge"] = lines.value(picture.huge)
        content |= {key: getattr(picture, key) for key in ("phase", "said", "alt", "of", "at", "metrics", "mark", "hold", "flip")}
        content |= {"formula": lines.value(picture.formula) if picture.formula else ""}
        content |= {"values": {key: [lines.sent(value), digits] for key, (value, digits) in picture.values.items()}}
        content |= {"step": frame.step, "part": frame.part}
        lines.add({"picture": content})


def course(frames: Sequence[Frame], columns: Iterable[str]) -> dict[str, list[float | None]]:
    """The columns of numbers that need no picture, since every frame holds them: what curves are of, before pictures come."""
    out = {name: [getattr(frame, name, "") for frame in frames] for name in columns}
    return {name: [finite(value) for value in held] for name, held in out.items() if all(map(is_number, held))}


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def finite(value: Any) -> Any:
    """A number as a row has it: none where it is not known."""
    return value if math.isfinite(value) else None


def reach(step: Step) -> int:
    """The last frame that a step looks at; -1: none."""
    return step if isinstance(step, int) else step.get(COURSE, 0) - 1 if step else -1


def is_too_big(step: Step, stored: int, limit: float) -> bool:
    """Whether a film ends with this step because of its size. Asked after pictures only, at both ends of the pipe."""
    return isinstance(step, int) and stored > limit


class Hand(Protocol):
    """What a lane draws with."""

    @property
    def alive(self) -> bool: ...
    @property
    def batch(self) -> int: ...  # pictures asked for at once, at most
    @property
    def held(self) -> int: ...  # bytes of frames that it keeps beside the server's
    def take(self, film: "Film", job: "Job", steps: Sequence[Step]) -> Iterator[Reply]: ...
    def rest(self, film: "Film") -> None: ...  # what it draws next of that film is begun anew
    def interrupt(self) -> None: ...
    def kill(self) -> None: ...


class Here:
    """Draws in this thread."""

    alive, batch, held = True, 1, 0

    def take(self, film: "Film", job: "Job", steps: Sequence[Step]) -> Iterator[Reply]:
        """What each step wrote; nothing, where the film was dropped meanwhile."""
        pen = film.pen
        return pen.take(steps, job.frames) if pen else iter(())

    def rest(self, film: "Film") -> None: ...

    def interrupt(self) -> None: ...

    def kill(self) -> None: ...


HERE = Here()


def work(pipe: Connection) -> None:
    """A drawer's life. It does what it is told, in order; only TAKE is answered, with a reply for each step."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_server, daemon=True).start()
    stand_back()
    desk = _Desk()
    with contextlib.suppress(EOFError, OSError):
        while True:
            kind, name, content = pipe.recv()
            if kind == TAKE:
                for reply in desk.take(name, *content):
                    pipe.send(reply)
            else:
                desk.note(kind, name, content)


class _Desk:
    """What a drawer has before it: films it is at, and the beginnings of their runs."""

    def __init__(self) -> None:
        self._shelf: Shelf[Any] = Shelf()
        self._films: dict[str, Pen] = {}
        self._runs: dict[str, list[Frame]] = {}

    def note(self, kind: str, name: str, content: Any) -> None:
        """Put something there, or take it away."""
        if kind == FRAMES:
            self._runs.setdefault(name, []).extend(content)
        elif kind == FORGET:
            self._runs.pop(name, None)
        elif kind == DROP:
            self._films.pop(name, None)
        else:
            (draw, params, digests, options, words), limit, kept, fresh = content
            self._shelf.put({digest: (fresh.get(digest), size) for digest, size in kept})
            data = tuple(self._shelf[digest] for digest in digests)
            self._films[name] = Pen((draw, params, data, options, self._shelf[words]), limit)

    def take(self, film: str, run: str, before: Sequence[Step], steps: Sequence[Step]) -> Iterator[Reply]:
        """The steps of a film, after those it had taken elsewhere: one by one, since one that broke does not end them."""
        pen, frames = self._films[film], self._runs.get(run, [])
        for step in before:
            for _ in pen.take([step], frames):
                pass
        return pen.take(steps, frames)
