"""Parameters of a run, declared once.

A declaration serves five masters: it validates, draws the widget, names the link's parameter, makes the property tests'
examples and prints the snippet that reproduces the run. Only int, float, bool, str and Literal; nothing nested.
"""

from dataclasses import dataclass
from typing import Any, Literal, Self, get_args, get_origin

from annotated_types import Ge, Le, MultipleOf
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from engine.errors import ParamError

Value = int | float | bool | str
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
        """The fields as plain facts, in order of declaration."""
        return [_spec(name, field) for name, field in cls.model_fields.items()]


class Params(Options):
    """Settings of a run. `seed` names the random numbers, `close_up` the step to look at closely (-1: the whole run)."""

    seed: int = Field(0, ge=0, le=9999)
    close_up: int = Field(-1, ge=-1)


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
    if get_origin(field.annotation) is Literal:
        return Spec(name, "choice", field.default, choices=get_args(field.annotation), when=when)
    kind = {int: "int", float: "float", bool: "bool", str: "str"}[field.annotation]  # type: ignore[index]
    return Spec(name, kind, field.default, when=when, **bounds)  # type: ignore[arg-type]
