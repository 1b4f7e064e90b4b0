"""Parameters of a run, declared once.

A declaration serves five masters: it validates, draws the widget, names the link's parameter, makes the property tests'
examples and prints the snippet that reproduces the run. Only int, float, bool, str and Literal; nothing nested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Self, get_args, get_origin

from annotated_types import Ge, Le, MultipleOf
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from engine.errors import ParamError

Value = int | float | bool | str
When = Mapping[str, Sequence[int | float | bool | str]] | None
CLOSE_UP_STEPS = 40  # how many steps a close-up goes through


class Options(BaseModel):
    """Settings of a view: they change the picture, never the run. Also the base of `Params`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @classmethod
    def make(cls, **values: Any) -> Self:
        """As the constructor, but a bad value raises ParamError, which says what to do."""
        try:
            return cls(**values)
        except ValidationError as problem:
            first = problem.errors()[0]
            name = ".".join(map(str, first["loc"])) or cls.__name__
            raise ParamError("param", name=name, value=first.get("input"), why=first["msg"]) from problem

    @classmethod
    def specs(cls) -> list["Spec"]:
        """The fields as plain facts, in order of declaration: a kind's own first, then what it shares with others."""
        return list(_specs(cls))


class Params(Options):
    """Settings of a run. `seed` names the random numbers."""

    seed: int = Field(0, ge=0, le=9999, json_schema_extra={"rare": True})


class Certain(Params):
    """Settings of a run in which nothing is left to chance: its seed stands in links, and no page asks for it."""

    seed: int = Field(0, ge=0, le=9999, json_schema_extra={"rare": True, "when": {"seed": []}})


class Closing(Params):
    """Settings of a run whose single steps can be looked at: from step `close_up` on; -1: the whole run."""

    close_up: int = Field(-1, ge=-1)

    @property
    def last(self) -> int | None:
        """The last step of the whole run, where the settings alone say it."""
        return None


def number(
    default: float, low: float | None = None, high: float | None = None, *, step: float | None = None, rare: bool = False,
    when: When = None, only: Sequence[str] = (),
) -> Any:  # fmt: skip
    """A number from `low` to `high`. A whole one is a multiple of `step`; any other's widget moves by it.

    `rare`: folded away on the page. `when`: it plays a part only while these fields have one of these values. `only`: the
    kinds of run whose picture it changes.
    """
    whole = isinstance(default, int)
    return Field(default, ge=low, le=high, multiple_of=step if whole else None, json_schema_extra=_extra(rare, when, only, step))


def choice(default: bool | str, *, rare: bool = False, when: When = None, only: Sequence[str] = ()) -> Any:
    """One of a Literal's words, a yes or no, or a word of the visitor's; the rest as in `number`."""
    return Field(default, json_schema_extra=_extra(rare, when, only))


def _extra(rare: bool, when: When, only: Sequence[str], step: float | None = None) -> JsonDict:
    facts: JsonDict = {"rare": rare, "when": {name: list(values) for name, values in (when or {}).items()}, "only": list(only)}
    return facts if step is None else facts | {"step": step}


@dataclass(frozen=True)
class Spec:
    """One field: what a widget, a link, a test and a snippet need to know of it."""

    name: str
    kind: Literal["int", "float", "bool", "str", "choice"]
    default: Value
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    when: tuple[tuple[str, tuple[Value, ...]], ...] = ()  # shown only while these fields have one of these values
    rare: bool = False  # folded away
    only: tuple[str, ...] = ()  # of a view's options: the kinds of run whose picture it changes; (): all

    def read(self, text: str) -> Value:
        """The value a link's text stands for. Raises ValueError when it is none or out of bounds."""
        if self.kind == "bool":
            value: Value = {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
        elif self.kind == "int":
            value = int(text)
        elif self.kind == "float":
            value = float(text)
        else:
            value = text if not self.choices or text in self.choices else _refuse(text)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not (self.low is None or value >= self.low) or not (self.high is None or value <= self.high):
                _refuse(text)
            if self.kind == "int" and self.step and round(value) % round(self.step):
                _refuse(text)
        return value

    @staticmethod
    def write(value: Value) -> str:
        """The text of a value in a link; `read` brings the same value back."""
        return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def _refuse(text: str) -> Any:
    raise ValueError(text)


@cache
def _specs(model: type[Options]) -> tuple[Spec, ...]:
    declared = [name for base in model.__mro__ for name in vars(base).get("__annotations__", ())]
    return tuple(_spec(name, model.model_fields[name]) for name in dict.fromkeys(declared) if name in model.model_fields)


def _spec(name: str, field: FieldInfo) -> Spec:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    shown: Any = extra.get("when", {})
    when: tuple[tuple[str, tuple[Value, ...]], ...] = tuple((key, tuple(values)) for key, values in shown.items())
    bounds: dict[str, float] = {}
    for rule in field.metadata:
        if isinstance(rule, Ge):
            bounds["low"] = rule.ge  # type: ignore[assignment]
        elif isinstance(rule, Le):
            bounds["high"] = rule.le  # type: ignore[assignment]
        elif isinstance(rule, MultipleOf):
            bounds["step"] = rule.multiple_of  # type: ignore[assignment]
    if "step" in extra:
        bounds["step"] = extra["step"]  # type: ignore[assignment]
    facts: Any = {"when": when, "rare": bool(extra.get("rare")), "only": tuple(extra.get("only", ()))}  # type: ignore[arg-type]
    if get_origin(field.annotation) is Literal:
        return Spec(name, "choice", field.default, choices=get_args(field.annotation), **facts)
    kind = {int: "int", float: "float", bool: "bool", str: "str"}[field.annotation]  # type: ignore[index]
    return Spec(name, kind, field.default, **facts, **bounds)  # type: ignore[arg-type]
