"""What can go wrong, as a tree. Raised where it is known, shown in one place, in the visitor's language.

TheoriaError
  · ParamError    a setting, or two settings together, make no run
  · DataError     the data cannot be used: what is wrong where, and what to do
  · DeviceError   the device asked for is not there
  · Diverged      the numbers left the finite range: part of the answer, remembered
  · Busy          the queue is full: try again
  · TooBig        one run or film needs more memory than the cache has
  · WorkerLost    the worker died: bad luck, forgotten

An error carries a `code` and the values of its sentence; the sentences stand under [errors], those of many topics in
assets/text/<lang>.toml, those of one topic in the front matter of assets/theory/<lang>/<topic>.md.
"""

import tomllib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"


class TheoriaError(Exception):
    """Something a visitor can mend: `code` names the sentence, `values` fill it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    def __str__(self) -> str:
        return sentence(self.code, "en").format(**self.values)

    def __reduce__(self) -> tuple[object, ...]:  # crosses the pipe from a worker
        return _again, (type(self), self.code, self.values)


class ParamError(TheoriaError):
    """A setting, or two settings together, make no run."""


class DataError(TheoriaError):
    """The data cannot be used."""


class DeviceError(TheoriaError):
    """The device asked for is not there."""


class Diverged(TheoriaError):
    """The numbers left the finite range; the frames up to there stand."""


class Busy(TheoriaError):
    """The queue is full."""


class TooBig(TheoriaError):
    """One run or film needs more memory than the cache has."""


class WorkerLost(TheoriaError):
    """The worker process died."""


@cache
def _sentences(language: str) -> dict[str, str]:
    shared = tomllib.loads((ASSETS / "text" / f"{language}.toml").read_text(encoding="utf-8"))["errors"]
    theories = [file.read_text(encoding="utf-8").split("+++\n", 2)[1] for file in (ASSETS / "theory" / language).glob("*.md")]
    own = [tomllib.loads(front).get("errors", {}) for front in theories]
    return {code: sentence for errors in (shared, *own) for code, sentence in errors.items()}


def codes(language: str) -> set[str]:
    """All errors that have a sentence in a language."""
    return set(_sentences(language))


def sentence(code: str, language: str) -> str:
    """The sentence of an error in a language, with {fields} to fill."""
    return _sentences(language)[code]


def title(code: str, language: str) -> str:
    """The heading over an error's sentence: its own, or the general one."""
    sentences = _sentences(language)
    return sentences.get("title_" + code, sentences["title"])


def _again(kind: type[TheoriaError], code: str, values: dict[str, object]) -> TheoriaError:
    return kind(code, **values)
