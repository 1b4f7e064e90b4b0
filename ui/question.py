"""A question before a run: one form in theories, links and files. Knows no Streamlit.

It is read strictly, since a link may bring it, and fixed for ever, since lessons carry it. A covered value is read and kept;
nothing draws it yet.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from engine.readings import clean

CHOICES = 6


def _clean(text: str) -> str:
    """One line of signs that can be seen."""
    return re.sub(r"[ \t\r\n]+", " ", clean(text)).strip()


def _seen(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


Line = Annotated[str, AfterValidator(_clean)]
Word = Annotated[Line, AfterValidator(_seen)]
Name = Annotated[str, Field(pattern=r"^\w{1,40}$")]


class Part(BaseModel):
    """Read as strictly as a link deserves."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Number(Part):
    """A number to guess: a column of the numbers, where it may lie, and how far off is near."""

    column: Name
    low: float
    high: float
    step: float = Field(gt=0)
    within: float = Field(ge=0)
    digits: int = Field(ge=0, le=9)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.low < self.high:
            raise ValueError("low, high")
        return self

    def said(self, value: float) -> str:
        return f"{value:.{self.digits}f}"


class Goal(Part):
    """A bound that a column is to be brought above or below, in so many moves."""

    column: Name
    side: Literal["above", "below"]
    bound: float
    moves: int = Field(ge=1, le=100)


class Question(Part):
    """What is asked before a run, and why what happens is so.

    With choices one of them may be right, and a class's answers are counted. Instead of choices: a number, a goal, or the name
    of a value of the caption that is covered until it is answered.
    """

    ask: Annotated[Word, Field(max_length=400)]
    choices: tuple[Annotated[Word, Field(max_length=80)], ...] = Field((), max_length=CHOICES)
    right: int | None = Field(None, ge=0)
    why: Annotated[Line, Field(max_length=1000)] = ""  # {column}, {column:.2f}: numbers of the picture that was seen last
    number: Number | None = None
    goal: Goal | None = None
    cover: Name | None = None

    @property
    def kind(self) -> Literal["choice", "number", "goal", "cover"]:
        return "number" if self.number else "goal" if self.goal else "cover" if self.cover else "choice"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.choices) == 1 or (self.right is not None and self.right >= len(self.choices)):
            raise ValueError("choices")
        if sum(map(bool, (self.choices, self.number, self.goal, self.cover))) > 1:
            raise ValueError("kind")
        return self

    def said(self, answer: float) -> str:
        """An answer in words."""
        return self.number.said(answer) if self.number else self.choices[int(answer)]
