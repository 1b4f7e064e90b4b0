"""What a picture looks at, and all of it that is the same for every kind of run: phase, sentence, alt text, numbers, metrics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from charts import curves
from charts.layout import Layout, compose
from charts.numbers import UNKNOWN, number
from charts.panels import Panel, Picture
from engine.algorithm import Algorithm, of
from engine.frames import Frame
from engine.params import Params

F = TypeVar("F", bound=Frame)
Fact = float | int | str | None
Metric = str | tuple[str, str | None]
Values = Mapping[str, tuple[Any, int]]  # name in the formula → (a number, or numbers by entity; decimals)


class Words(Protocol):
    """A topic's words in one language. Values are escaped as they go in."""

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]: ...
    @property
    def columns(self) -> Mapping[str, str]: ...
    def part(self, scene: str, *keys: str, **values: Any) -> str: ...


@dataclass(frozen=True)
class Look(Generic[F]):
    """One step of a run. Views take it whole, so that no picture passes six things through five hands."""

    frames: Sequence[F]  # up to this one
    params: Any
    data: tuple[Any, ...]
    options: Any
    words: Words
    scene: str  # the kind of run, as its words are called

    @property
    def frame(self) -> F:
        return self.frames[-1]

    @property
    def part(self) -> str:
        """What is told of a step: its part; "step": it is whole; "start": before the first; "from": where a close-up begins."""
        frame = self.frame
        if frame.part:
            return frame.part
        if len(self.frames) == 1 and getattr(self.params, "close_up", -1) > 0:
            return "from"
        return "step" if frame.step else "start"

    def say(self, *keys: str, **values: Any) -> str:
        """A word of this kind of run, or of the topic, its values escaped. Raises KeyError."""
        return self.words.part(self.scene, *keys, **values)

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share of one as the language writes it: 0.5 is 50 %, in Chinese 50%."""
        said = number(None if share is None else 100 * share, decimals)
        return said if said == UNKNOWN else self.say("percent", n=said)

    def name(self, field: str) -> str:
        """What the chosen value of a setting, or of an option, is called."""
        value = getattr(self.params, field) if field in type(self.params).model_fields else getattr(self.options, field)
        return self.words.choices[field][value]

    def history(self, *names: str, **how: Any) -> Panel:
        """The course of columns of the numbers, called as the table calls the first of them."""
        return curves.history(self.words.columns[names[0]], *names, **how)

    def picture(
        self,
        layout: Layout | Panel,
        *,
        facts: Mapping[str, Any],
        key: str = "",
        formula: str = "",
        values: Values | None = None,
        of: str = "",
        at: int = -1,
        metrics: Sequence[Metric] = (),
        derived: Mapping[str, Fact] | None = None,
        hold: float = 1.0,
    ) -> Picture:
        """The picture of this step.

        `facts` fill its sentences, beside the frame's own numbers; `key` picks the sentence where the part alone does not.
        `metrics`: at most three, the same ones in all pictures of a run, since each has its place: columns, or (column, its
        value in words, None where it is not known). `derived`: columns that no frame has. `formula`, `values`, `of`,
        `at`, `hold`: as in Picture.
        """
        row = self._row(derived or {})
        told = {name: shown(value) for name, value in row.items()} | {"step": self.frame.step, **facts}
        phase = self.say("phase", self.part, **told)
        said = self.say("said", key or self.part, **told)
        return Picture(
            **compose(layout),
            phase=phase,
            said=said,
            alt=self.say("alt", self.part, **told | {"phase": phase, "said": said}),
            numbers=row,
            formula=formula,
            values=values or {},
            of=of,
            at=at,
            metrics=[self._metric(item, row) for item in metrics],
            mark=len(self.frames) > 1 and self.frames[-2].step != self.frame.step,
            hold=hold,
        )

    def _row(self, derived: Mapping[str, Fact]) -> dict[str, Fact]:
        """The step's row in the table of numbers."""
        held = {name: getattr(self.frame, name) for name in self.words.columns if hasattr(self.frame, name)}
        single = {name: known(value) for name, value in held.items() if not isinstance(value, np.ndarray)}
        return single | dict(derived)

    def _metric(self, item: Metric, row: Mapping[str, Fact]) -> tuple[str, str]:
        name, value = (item, row[item]) if isinstance(item, str) else item
        return self.words.columns[name], shown(value)


def scenes(algorithms: Sequence[Algorithm[Any]], kinds: Mapping[str, Callable[[Look[Any]], Picture]]) -> Callable[..., Picture]:
    """`draw` of a topic: every kind of run has a function, named as the kind is declared."""

    def draw(frames: Sequence[Frame], i: int, params: Params, data: tuple[Any, ...], options: Any, words: Words) -> Picture:
        kind = of(algorithms, params).name
        return kinds[kind](Look(frames[: i + 1], params, data, options, words, kind))

    section, topic = algorithms[0].train.__module__.split(".")[1:3]
    draw.__module__, draw.__qualname__ = f"views.{section}.{topic}", "draw"  # films are named by it, and processes find it by it
    return draw


def known(value: Any) -> Fact:
    """A number as the table has it: none where it is not known."""
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    return None if isinstance(value, float) and not np.isfinite(value) else value


def shown(value: Fact) -> str:
    """A number as sentences and metrics have it."""
    return UNKNOWN if value is None else number(value, 3) if isinstance(value, float) else str(value)
