"""What a topic offers to run: kinds of run, each with a name that stands in links; and which of its steps make frames."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np

from engine.errors import ParamError
from engine.frames import Frame
from engine.params import CLOSE_UP_STEPS, Closing, Params, Spec, Value

P = TypeVar("P", bound=Params)
Lines = tuple[Callable[..., Any], Sequence[str]]  # a function, and the lines of it that matter, by their beginnings


@dataclass(frozen=True, eq=False)
class Algorithm(Generic[P]):
    """A kind of run. A topic's ALGORITHMS are all of its kinds, the first of them what its page opens with."""

    name: str  # stands in links for ever: never a function's name
    train: Callable[..., Iterator[Frame]]
    Params: type[P]
    sample: str = ""  # the data it opens with; "": it needs none
    torch: bool = False  # whether it computes where it is told to, on the CPU or a GPU
    opens: int = -1  # the frame its page opens at; -1: the last
    code: Mapping[str, Lines] = field(default_factory=dict)  # part of a step ("step": a whole one) → what makes it
    says: Mapping[str, str] = field(default_factory=dict)  # the beginning of such a line → its values: "θ = ⟦theta⟧"
    changes: Sequence[str] = ()  # the settings that may be changed in the middle of a run
    was: Mapping[str, Value] = field(default_factory=dict)  # how links asked for it before kinds had names
    unsaid: bool = False  # what links and Python mean that name no kind: its page opened with it once

    @property
    def closes(self) -> bool:
        """Whether single steps can be looked at closely."""
        return issubclass(self.Params, Closing)


def meant(algorithms: Sequence[Algorithm[Any]], said: Mapping[str, Value]) -> Algorithm[Any]:
    """The kind that is asked for by `show`, or as links said it before; `unsaid` where nothing asks. Raises ParamError.

    As links said it before: the kind that most of what is said speaks of; of equals the last.
    """
    if "show" in said:
        found = [item for item in algorithms if item.name == said["show"]]
        if not found:
            raise ParamError("param", name="show", value=said["show"], why=" · ".join(item.name for item in algorithms))
        return found[0]
    fits = [item for item in algorithms if item.was and all(said.get(name) == value for name, value in item.was.items())]
    return max(reversed(fits), key=lambda item: len(item.was), default=unsaid(algorithms))


def unsaid(algorithms: Sequence[Algorithm[Any]]) -> Algorithm[Any]:
    """The kind that is meant where settings are said and no kind: what the page opened with when that could be left out."""
    return next((item for item in algorithms if item.unsaid), algorithms[0])


def before(algorithms: Sequence[Algorithm[Any]]) -> Mapping[str, Mapping[str, Value]]:
    """The settings that picked a kind in older links: name → its values by their text."""
    out: dict[str, dict[str, Value]] = {}
    for name, value in (pair for item in algorithms for pair in item.was.items()):
        out.setdefault(name, {})[Spec.write(value)] = value
    return out


def together(algorithms: Sequence[Algorithm[Any]]) -> tuple[Callable[..., Any], Callable[..., Iterator[Any]]]:
    """All kinds as one: settings picked by `show` (what belongs to another kind plays no part), and the run they name.

    Python that was copied before kinds had names calls a topic's `Params` and its one function; both go on.
    """
    known = {name for item in algorithms for name in (*item.Params.model_fields, *item.was, "show")}

    def settings(**values: Any) -> Any:
        kind = meant(algorithms, values)
        own = {name: value for name, value in values.items() if name in kind.Params.model_fields or name not in known}
        return kind.Params.make(**own)

    def train(params: Params, *data: Any, **more: Any) -> Iterator[Any]:
        return of(algorithms, params).train(params, *data, **more)

    return settings, train


def of(algorithms: Sequence[Algorithm[Any]], params: Params) -> Algorithm[Any]:
    """The kind whose settings these are."""
    return next(item for item in algorithms if item.Params is type(params))


def shown(last: int, most: int = 60) -> list[int]:
    """Which of the steps 0 … last make a frame: all, or `most` + 1 spread evenly, both ends among them."""
    return sorted({int(step) for step in np.linspace(0, last, min(last, most) + 1).round()})


def closely(params: Closing, last: int) -> range | None:
    """The steps that a close-up goes through, its start among them; None for the whole run. Raises ParamError."""
    if params.close_up < 0:
        return None
    if params.close_up > last:
        raise ParamError("close_up", step=params.close_up, last=last)
    return range(params.close_up, min(params.close_up + CLOSE_UP_STEPS, last) + 1)
