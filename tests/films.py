"""Films drawn once for all tests, and read as the player does: references resolved, colours and series put in."""

import json
import os
import re
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import plotly.graph_objects as go
from streamlit.testing.v1 import AppTest

from charts import theme
from runtime import server
from runtime.drawing import Pen
from runtime.films import Film
from tests.pages import SCRIPT, SECTION
from ui.text import LANGUAGES, REFERENCE

ENTRY = (Path(__file__).parents[1] / "assets" / "scripts" / "plotly-entry.js").read_text(encoding="utf-8")
TRACES = {"scatter", *re.findall(r"plotly\.js/(?:lib|src/traces)/(?!core)(\w+)", ENTRY)}  # what our Plotly can draw
WORDS = re.compile(r'"phase":"((?:[^"\\\\]|\\\\.)*)","said":"((?:[^"\\\\]|\\\\.)*)"')
NESTS = frozenset((dict, list, tuple))
EVENLY = 12  # pictures from the first to the last
NAMED = ("type", "mode", "dash", "symbol", "textposition", "xanchor", "yanchor", "side")  # keys with few right values


@dataclass
class Read:
    head: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    course: dict[str, list[float | None]] = field(default_factory=dict)  # what was said of the numbers before their pictures
    totals: list[int] = field(default_factory=list)  # how many pictures it was said to have, whenever that changed
    error: dict[str, Any] | None = None
    done: bool = False
    raw: str = ""


def read(film: bytes) -> Read:
    """A whole film. Fails on a line that is not as the protocol says."""
    out, values, early = Read(raw=zlib.decompress(film, 31).decode()), [], None
    for line in out.raw.splitlines():
        (kind, content), *rest = orjson.loads(line).items()
        assert not rest, line[:80]
        if kind == "head":
            out.head = content
        elif kind == "value":
            values.append(resolved(content, values))
        elif kind == "row":
            out.rows.append(dict(zip([key for key, _ in out.head["columns"]], content, strict=True)))
        elif kind == "picture":
            out.pictures.append(resolved(content, values))
        elif kind == "at":
            early = content, len(out.pictures)
        elif kind == "course":
            out.course = content
        elif kind == "error":
            out.error = content
        elif kind == "done":
            out.done = True
        elif kind == "total":
            out.totals.append(content)
        else:
            assert kind == "queued", kind
    if early:  # it came before its turn
        to, came = early
        for ordered in (out.rows, out.pictures):
            ordered.insert(to, ordered.pop(came))
    curves = {part[axis] for picture in out.pictures for part in drawn_over(picture) for axis in ("x", "y")}
    if curves <= out.course.keys():  # else the player waits for the whole
        for name in curves:
            assert out.course[name] == [row[name] for row in out.rows], f"the curve of {name} is another without its pictures"
    return out


def drawn_over(picture: dict[str, Any]) -> list[dict[str, str]]:
    """The columns its curves are of."""
    return [meta["series"] for trace in picture["figure"]["data"] if "series" in (meta := trace.get("meta") or {})]


def resolved(item: Any, values: list[Any]) -> Any:
    if isinstance(item, dict):
        if item.keys() == {"$"}:
            return values[item["$"]]
        return {key: resolved(value, values) if isinstance(value, dict | list) else value for key, value in item.items()}
    return [resolved(value, values) for value in item] if nested(item) else item


def nested(item: Any) -> bool:
    """Whether it is a list in which more stands than words and numbers."""
    return isinstance(item, list) and not NESTS.isdisjoint(map(type, item))


def accepted(what: dict[str, Any], seen: set[Hashable]) -> None:
    """Plotly takes a figure. One all of whose traces, and whose layout, have the keys of one in `seen` is not asked about."""
    shapes = {shape(part) for part in (*what["data"], what["layout"])}
    if not shapes <= seen:
        layout = {**what["layout"], "template": theme.TEMPLATE}
        go.Figure(theme.resolve({"data": what["data"], "layout": layout}, theme.LIGHT))
        seen |= shapes


def shape(item: Any) -> Hashable:
    """What kind of thing it is: keys all the way down, what is named under them, types of all else."""
    if isinstance(item, dict):
        kinds = [(key, type(value), value) for key, value in item.items()]
        return frozenset(
            [(key, named(value) if key in NAMED else shape(value) if kind in NESTS else kind) for key, kind, value in kinds]
        )
    if isinstance(item, list | tuple):
        held = frozenset(map(type, item))
        return held if held.isdisjoint(NESTS) else frozenset(map(shape, item))
    return type(item)


def named(item: Any) -> Hashable:
    """The names that stand there, one or a list of them."""
    return frozenset(item) if isinstance(item, list | tuple) else item if isinstance(item, str) else shape(item)


@dataclass(frozen=True)
class Filmed:
    """A film as the server would send it, with what the drawing knew of it."""

    nbytes: int  # that it takes in the cache
    frames: int  # of the run it was drawn from
    steps: list[int]  # those of its pictures: all of them in the language of reference
    content: bytes

    @property
    def read(self) -> Read:
        return read(self.content)

    def spoken(self, most: int = EVENLY) -> str:
        """The film cut to some of its pictures, from the first to the last, and to what is said of them: no figure."""
        head, values, said, end, early = "", [], [], "", []
        for line in zlib.decompress(self.content, 31).decode().splitlines():
            if line.startswith('{"picture"'):
                picture = json.loads(line)["picture"]
                cut = json.dumps({"picture": {key: part for key, part in picture.items() if key != "figure"}})
                (early if early == [""] else said).append(cut)
            elif line.startswith('{"value"'):
                values.append(line)
            elif line.startswith('{"at"'):
                early = [""]  # the last one comes before its turn
            elif line.startswith('{"head"'):
                head = line
            elif line.startswith('{"error"'):
                end = line
        said += early[1:]
        shown = [said[k] for k in sorted({round(k * (len(said) - 1) / (most - 1)) for k in range(most)})]
        return "\n".join([head, *_needed(values, shown), *shown, *filter(None, [end])])

    @property
    def last_row(self) -> dict[str, Any]:
        """Of its table; no picture is read for it."""
        lines = zlib.decompress(self.content, 31).splitlines()
        head, *said = (json.loads(line) for line in lines if line.startswith((b'{"head"', b'{"at"', b'{"row"')))
        early = next((k for k, line in enumerate(said) if said[k - 1].get("at") == len(said) - 2), -1)  # it came before its turn
        return dict(zip([key for key, _ in head["head"]["columns"]], said[early]["row"], strict=True))


def _needed(values: list[str], lines: list[str]) -> list[str]:
    """The values that lines refer to, each at its place; of others only the place."""
    used: set[int] = set()
    for k, line in [*((-1, line) for line in lines), *reversed(list(enumerate(values)))]:
        if k < 0 or k in used:
            used |= {int(n) for n in re.findall(r'{"\$": ?(\d+)}', line)}
    return [line if k in used else '{"value": 0}' for k, line in enumerate(values)]


class Films:
    """What the pages open with and what their experiments show, each drawn once for all tests, workers and languages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def get(self, slug: str, experiment: str, language: str) -> Filmed:
        """The film of an experiment, or where it is "" the one that the page opens with."""
        if not self._place(slug, experiment, language).exists():
            self._draw(slug, experiment)
        head, content = self._place(slug, experiment, language).read_bytes().split(b"\n", 1)
        return Filmed(**json.loads(head), content=content)

    def _place(self, slug: str, experiment: str, language: str) -> Path:
        return self.folder / f"{slug}-{experiment}-{language}"

    def _draw(self, slug: str, experiment: str) -> None:
        """In every language, of one run: whole in that of reference, in the others what may differ, the words of every phase."""
        server.start(0)
        some: list[int] = []
        for language in sorted(LANGUAGES, key=lambda one: one != REFERENCE):
            opened = shown(slug, experiment, language)
            job = opened.job
            assert job
            if language == REFERENCE:
                content, steps = server.running()[1].whole(opened), list(range(len(job.frames)))
                some = telling(content)
            else:
                content, steps = cut(opened, some), some
            head = {"nbytes": opened.nbytes, "frames": len(job.frames), "steps": steps}
            half = self.folder / f"{os.getpid()}.part"
            half.write_bytes(json.dumps(head).encode() + b"\n" + content)
            half.rename(self._place(slug, experiment, language))
        server.stop()


def telling(film: bytes) -> list[int]:
    """The pictures of a whole film of which the others' words are like: some evenly spread, the first one of every phase, and the
    first of all that begin with the same words, unless nearly all begin with a name."""
    lines, early = zlib.decompress(film, 31).decode().splitlines(), None
    phases: list[str] = []
    begins: list[str] = []
    for line in lines:
        if line.startswith('{"at"'):
            early = json.loads(line)["at"], len(phases)
        elif line.startswith('{"picture"') and (said := WORDS.search(line)):
            phases.append(re.sub(r"[\d.]+", "", said[1]))
            begins.append(" ".join(re.sub(r"“[^”]*”|[^A-Za-z ]", "", said[2]).split()[:3]))
    if early:  # it came before its turn
        to, came = early
        for ordered in (phases, begins):
            ordered.insert(to, ordered.pop(came))
    spread = {round(k * (len(phases) - 1) / (EVENLY - 1)) for k in range(EVENLY)}
    kinds = set(map(begins.index, begins))
    return sorted(spread | set(map(phases.index, phases)) | (kinds if len(kinds) <= EVENLY else set()))


def cut(film: Film, steps: list[int]) -> bytes:
    """Some pictures of a film whose run has ended, in a film of their own."""
    job, sketch = film.job, film.sketch()
    assert job
    assert sketch
    task, script = sketch
    head = [line for line in script if isinstance(line, dict) and "head" in line]
    end = film._error(job.error) if job.error else {"done": True}
    written = Pen(task, film.limit).take([*head, {"total": len(job.frames)}, *steps, end, None], job.frames)
    content = b""
    for chunk, problem in written:
        assert problem is None, problem
        content += chunk
    return content


def shown(slug: str, experiment: str, language: str) -> Film:
    """The film that the page's script opens."""
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["lang"] = language
    page.switch_page(f"../pages/{SECTION[slug]}/{slug}.py").run()
    assert not page.exception
    if experiment:
        page.button_group(key=f"{slug}-experiment").set_value(experiment).run()
        assert not page.exception
    return list(server.running()[1]._films.values())[-1]
