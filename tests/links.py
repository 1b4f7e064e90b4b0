"""Addresses that were given away, and what their runs showed: opened through the real pages, kept in `links.json`.

The file holds the links by name; the runs they led to, each once; the names of the frames' fields. Of a run it keeps the first,
the middle and the last frame: words and whole numbers exactly, other numbers to six digits, an array as its shape and one
projection, so that another processor's last bits do not matter. Fields may be added to a frame; none may change or go.
"""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

import numpy as np
from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from engine.frames import Frame
from engine.params import Options
from engine.points import Points
from runtime import workers
from runtime.film import Draw, Film
from runtime.films import Films, film_key
from runtime.jobs import Job
from runtime.run import Run
from runtime.store import Store
from ui.text import phrases

FILE = Path(__file__).with_name("links.json")
SCRIPT = str(Path(__file__).parents[1] / "ui" / "navigation.py")
CLOSE, WORD2VEC = 1e-4, 1e-3  # relative tolerance; training of word2vec is the least steady
NOTHING = 1e-9  # below it a number is nothing
GOLDEN = 0.6180339887498949
Entry = Mapping[str, Any]  # "open": an address, or "file": a lesson; "steps", "snippet" and its "code", "changed"; "runs"

# ---- from an address to its runs


def visitor(before: AppTest | None = None) -> AppTest:
    """A new visitor's browser. It spares the search for components, nine tenths of a page's time, when told of one before."""
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    if before is not None:
        page._bidi_component_manager = before._bidi_component_manager
    return page


@dataclass(frozen=True)
class Opened:
    """What a page hands to the player: a run, and how it is drawn."""

    run: Run
    draw: Draw
    beside: tuple[Any, ...]
    options: Options
    words: Any  # ui.text.Topic

    def picture(self, frames: Sequence[Frame], i: int) -> Any:
        return self.draw(frames, i, self.run.params, (*self.run.data, *self.beside), self.options, self.words)


@contextmanager
def heard() -> Iterator[list[Opened]]:
    """What pages hand to the player meanwhile; nothing is computed or drawn."""
    out: list[Opened] = []

    def start(store: Store, run: Run, session: str) -> Job:
        return Job(run)

    def show(
        films: Films, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Any, first: int | None = None
    ) -> Film:
        out.append(Opened(job.run, draw, beside, options, words))
        return Film(film_key(job.key, draw, beside, options, words), job, draw, beside, options, words)

    with patch.object(Store, "start", start), patch.object(Films, "open", show):
        yield out


def opened(page: AppTest, entry: Entry) -> list[Opened]:
    """What an entry leads to, in order: of every step of a lesson; the pinned run behind the one that is shown."""
    with heard() as out:
        if "file" in entry:
            _open_file(page, entry["file"])
        else:
            _open(page, entry["open"], code=entry.get("snippet", False))
        for _ in range(entry.get("steps", 1) - 1):
            page.button(key="lesson-next").click().run()
    assert not page.exception
    return out


def snippet(page: AppTest) -> str:
    """What stands under Code, of an entry that asks for it."""
    return str(page.code[0].value)


def executed(code: str) -> list[Frame]:
    """The frames that lines of Python go through as they print them."""
    frames: list[Frame] = []
    space: dict[str, Any] = {"__name__": "__main__", "print": lambda *words: frames.append(space["frame"])}
    exec(compile(code, "snippet", "exec"), space)
    return frames


def computed(run: Run) -> Job:
    """A run, computed here and now."""
    job = Job(run)
    workers.compute_here(job)
    assert job.outcome != "bug", job.error
    return job


def _open(page: AppTest, link: str, *, code: bool) -> None:
    slug, _, query = link.partition("?")
    said = dict(parse_qsl(query, keep_blank_values=True))
    page.query_params.update(said)
    if code:
        language = said.get("lang", "en")
        page.session_state[f"{slug}-tabs-{language}"] = phrases(language)["ui"]["code"]
    section = next(section for section, slugs in SECTIONS.items() if slug in slugs)
    page.switch_page(f"../pages/{section}/{slug}.py").run()


def _open_file(page: AppTest, lesson: Mapping[str, Any]) -> None:
    page.session_state["lesson-door"] = True
    page.switch_page("../pages/home.py").run()
    raw = json.dumps(lesson, ensure_ascii=False).encode()
    page.file_uploader(key="lesson-file").set_value(("lesson.json", raw, "application/json")).run()


# ---- from a run to what is kept of it


def print_of(job: Job, names: list[list[str]]) -> dict[str, Any]:
    """What is kept of a run. `names`: the lists of fields that are known, to which this adds."""
    kept: dict[str, Any] = {"count": len(job.frames), "data": [_datum(item) for item in job.run.data]}
    if job.error:
        kept["error"] = job.error.code
    if "word2vec" in job.run.train.__module__:
        kept["close"] = WORD2VEC
    return kept | {"frames": [_frame(frame, names) for frame in three(job.frames)]}


def three(frames: Sequence[Frame]) -> list[Frame]:
    """The first, the middle and the last."""
    return [frames[k] for k in sorted({0, len(frames) // 2, len(frames) - 1})] if frames else []


def name_of(kept: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(kept, sort_keys=True).encode(), digest_size=5).hexdigest()


def _frame(frame: Frame, names: list[list[str]]) -> list[Any]:
    mine = [field.name for field in fields(frame)]
    if mine not in names:
        names.append(mine)
    return [names.index(mine), *(mark(getattr(frame, name)) for name in mine)]


def _datum(item: Any) -> Any:
    """The digest; of points, whose last bits may come from a sine, the numbers."""
    return mark([item.X, ",".join(item.columns)]) if isinstance(item, Points) else item.digest


def mark(value: Any) -> Any:
    """What is kept of a field: a JSON value; of an array its kind, shape and projection, and how much of it is no number."""
    if isinstance(value, (bool, int, str, np.bool_, np.integer)) or value is None:
        return value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (float, np.floating)):
        return _digits(value)
    if is_dataclass(value):
        return {field.name: mark(getattr(value, field.name)) for field in fields(value)}
    array = as_array(value)
    if array is None:
        return [mark(item) for item in value]
    shape = "×".join(map(str, array.shape))
    if array.dtype.kind != "f":
        return [array.dtype.kind, shape, zlib.crc32(_bytes(array))]
    weighed = weights(array.size) * np.where(finite := np.isfinite(array), array, 0).ravel()
    return ["f", shape, _digits(weighed.sum()), *([int((~finite).sum())] if not finite.all() else [])]


def as_array(value: Any) -> np.ndarray | None:
    """An array of floats, of whole numbers or of words; None where it is a sequence of unlike things."""
    if not isinstance(value, np.ndarray):
        if any(isinstance(item, np.ndarray) or is_dataclass(item) for item in value):
            return None
        try:
            value = np.array(value)
        except ValueError:  # rows of different length
            return None
    kind = {"f": np.float64, "i": np.int64, "u": np.int64, "b": np.int64}.get(value.dtype.kind, np.str_)
    return value.astype(kind)


def weights(n: int) -> np.ndarray:
    """The vector (n,) that arrays are projected on: between ½ and 1½, no two neighbours alike."""
    return 0.5 + np.arange(1, n + 1) * GOLDEN % 1


def _bytes(array: np.ndarray) -> bytes:
    return "\x1f".join(array.ravel().tolist()).encode() if array.dtype.kind == "U" else array.astype("<i8").tobytes()


def _digits(value: Any) -> float | str:
    return float(f"{value:.6g}") if np.isfinite(value) else str(float(value))


# ---- whether a run is what it was


def differences(kept: Mapping[str, Any], frames: Sequence[Frame], names: Sequence[Sequence[str]]) -> list[str]:
    """What is not as it was in a run's frames, in words."""
    if len(frames) != kept["count"]:
        return [f"{len(frames)} frames, not {kept['count']}"]
    close, out = kept.get("close", CLOSE), []
    for (which, *marks), frame in zip(kept["frames"], three(frames), strict=True):
        for name, was in zip(names[which], marks, strict=True):
            if not hasattr(frame, name):
                out.append(f"step {frame.step}: no {name}")
            elif not same(was, getattr(frame, name), close):
                out.append(f"step {frame.step}: {name} is {mark(getattr(frame, name))}, was {was}")
    return out


def different_data(kept: Mapping[str, Any], run: Run) -> list[str]:
    now = [item if isinstance(item, Points) else item.digest for item in run.data]
    alike = len(now) == len(kept["data"]) and all(
        same(was, [item.X, ",".join(item.columns)] if isinstance(item, Points) else item, CLOSE)
        for was, item in zip(kept["data"], now, strict=True)
    )
    return [] if alike else ["other data"]


def same(was: Any, value: Any, close: float) -> bool:
    """Whether a value is what `mark` kept of it, but for the last bits."""
    now = mark(value)
    if isinstance(was, dict):
        return isinstance(now, dict) and all(key in now and same(item, getattr(value, key), close) for key, item in was.items())
    if isinstance(was, list) and was[:1] == ["f"]:
        return isinstance(now, list) and [now[:2], now[3:]] == [was[:2], was[3:]] and abs(now[2] - was[2]) <= _slack(value, close)
    if isinstance(was, list) and isinstance(now, list) and now[:1] not in (["i"], ["U"]):
        return len(was) == len(now) and all(same(*pair, close) for pair in zip(was, value, strict=True))
    if isinstance(was, float) and isinstance(now, (int, float)):
        return abs(now - was) <= max(close * abs(was), NOTHING * (abs(was) < NOTHING))
    return bool(was == now and type(was) is type(now))


def _slack(value: Any, close: float) -> float:
    array = as_array(value)
    assert array is not None
    return close * float(np.sqrt(np.square(np.where(np.isfinite(array), array, 0)).sum())) + NOTHING * 1e-3


# ---- the file


def read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def write(content: Mapping[str, Any]) -> None:
    """A line for each link, each run and each list of fields."""
    line: Callable[[Any], str] = lambda item: json.dumps(item, ensure_ascii=False, separators=(",", ":"))  # noqa: E731
    links = ",\n".join(f"{line(name)}:{line(entry)}" for name, entry in content["links"].items())
    runs = ",\n".join(f"{line(name)}:{line(kept)}" for name, kept in sorted(content["runs"].items()))
    names = ",\n".join(map(line, content["fields"]))
    FILE.write_text(f'{{"links":{{\n{links}\n}},\n"runs":{{\n{runs}\n}},\n"fields":[\n{names}\n]}}\n', encoding="utf-8")
