"""Words: a topic's theory and the phrases around every page, in each language there is a folder for. Knows no Streamlit."""

import html
import re
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from charts.panels import Safe, escaped
from runtime.run import digest_of
from ui.question import Question

REFERENCE = "en"  # the language whose files also hold what has no language
ASSETS = Path(__file__).parents[1] / "assets"
LANGUAGES = tuple(sorted(folder.name for folder in (ASSETS / "theory").iterdir() if folder.is_dir()))


@dataclass(frozen=True)
class Topic:
    """A theory file: its front matter and its prose."""

    slug: str
    language: str
    title: str
    question: str
    labels: dict[str, str]  # parameter → label
    view_labels: dict[str, str]  # option of the view → label
    choices: dict[str, dict[str, str]]  # parameter → its choices' names
    columns: dict[str, str]  # the numbers of a step → what they are called
    say: dict[str, str]  # the picture's words, with {fields}
    experiments: tuple["Experiment", ...]
    errata: tuple[dict[str, str], ...]
    sources: tuple[str, ...]
    prose: str
    means: dict[str, str] = field(default_factory=dict)  # some of these numbers → what they say, in a sentence
    scenes: dict[str, dict[str, Any]] = field(default_factory=dict)  # kind of run → its words, by phase, said, alt and part
    errors: dict[str, str] = field(default_factory=dict)  # what goes wrong on this page alone: read by engine.errors
    digest: str = field(repr=False, default="")

    def __call__(self, key: str, **values: Any) -> Safe:
        """A sentence of the picture, its values escaped."""
        return _filled(self.say[key], values)

    def part(self, scene: str, *keys: str, **values: Any) -> Safe:
        """The same of one kind of run; a single key that it has not is the topic's. Raises KeyError that says where it lacks."""
        try:
            return _filled(self._found(scene, *keys), values)
        except KeyError as missing:
            place = f"assets/theory/{self.language}/{self.slug}.md"
            raise KeyError(f"{place}: no {'.'.join(keys)} in [scenes.{scene}], or no value for {missing} in it") from missing

    def called(self, scene: str, part: str) -> str:
        """What a part of a step is called; "" where it is none: a phase is "Step 3 · match". A kind may use another's words."""
        phases = [item["phase"] for item in (self.scenes.get(scene), *self.scenes.values()) if item]
        found = next((item[part] for item in phases if isinstance(item, dict) and part in item), "")
        return str(found).partition(" · ")[2]

    def _found(self, scene: str, *keys: str) -> str:
        found: Any = self.scenes[scene]
        if len(keys) == 1 and keys[0] not in found:
            found = self.say
        for key in keys:
            found = found if isinstance(found, str) else found[key]  # one sentence may do for every part
        return str(found)

    def telling(self, **facts: str) -> "Topic":
        """The same, with {facts} that files hold put into what experiments say: a number is not typed a second time."""

        def told(why: str) -> str:
            return PLACE.sub(lambda match: facts.get(match[1], match[0]), why)

        def asked(question: Question) -> Question:
            return question.model_copy(update={"why": told(question.why)})

        return replace(self, experiments=tuple(replace(item, question=asked(item.question)) for item in self.experiments))

    @staticmethod
    def escape(text: str) -> str:
        return escaped(text)


@dataclass(frozen=True)
class Hides:
    """What would answer a question before it is asked: columns of the numbers, and panels, counted from 1."""

    numbers: tuple[str, ...] = ()
    panels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """A preset: what it sets, what is asked before it runs, and what to try next."""

    id: str
    name: str
    question: Question
    data: str
    set: Mapping[str, Any]
    then: str = ""
    then_set: Mapping[str, Any] = field(default_factory=dict)
    hides: Hides = Hides()
    hint: str = ""  # said instead of the question once the moves towards a goal are used up


@cache
def theory(slug: str, language: str) -> Topic:
    """A topic's words in a language. Raises FileNotFoundError when there are none."""
    text = (ASSETS / "theory" / language / f"{slug}.md").read_text(encoding="utf-8")
    _, front, prose = text.split("+++\n", 2)
    facts = tomllib.loads(front)
    facts["experiments"] = tuple(_experiment(slug, language, item) for item in facts["experiments"])
    shared = phrases(language)
    facts["labels"] = {**shared["labels"], **facts["labels"]}
    facts["columns"] = {**shared["columns"], **facts["columns"]}
    facts["say"] = {**shared["say"], **facts["say"]}
    facts["choices"]["data"] = {**shared["texts"], **facts["choices"].get("data", {})}
    facts["errata"], facts["sources"] = tuple(facts.get("errata", ())), tuple(facts["sources"])
    return Topic(slug=slug, language=language, prose=prose.strip(), digest=digest_of("assets/theory", "assets/text"), **facts)


class Count(int):
    """A number that chooses its word: `"{count} {count:cell|cells}"`, the first for one."""

    def __format__(self, spec: str) -> str:
        return spec.split("|")[self != 1] if "|" in spec else format(int(self), spec)


def _filled(template: str, values: Mapping[str, Any]) -> Safe:
    named = ((name, values[name]) for name in _named(template))
    return Safe(template.format(**{name: escaped(value if isinstance(value, str) else str(value)) for name, value in named}))


@cache
def _named(template: str) -> tuple[str, ...]:
    """The fields of a template: of the many values that it might have, those that it has."""
    return tuple(dict.fromkeys(name for _, name, *_ in Formatter().parse(template) if name))


PLACE = re.compile(r"\{(\w+)(?::\.(\d)f)?\}")  # {column} or {column:.2f}


def with_numbers(text: str, columns: Container[str]) -> str:
    """HTML of a plain text; the player fills its {columns} with the numbers of the run that was seen. What is no column stays."""

    def place(match: re.Match[str]) -> str:
        digits = f' data-th-digits="{match[2]}"' if match[2] else ""
        return f'<span data-th-value="{match[1]}"{digits}></span>' if match[1] in columns else match[0]

    return PLACE.sub(place, html.escape(text))


def markdown(text: str) -> str:
    """A visitor's word inside Markdown: every sign that could mean something is escaped."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|$~:&" else sign for sign in text)


def _experiment(slug: str, language: str, item: dict[str, Any]) -> Experiment:
    """An experiment in a language; its settings, and what answers its question, stand once, in the reference language."""
    words = {"ask": item["ask"], "why": item["why"], "choices": tuple(item.get("answers", ()))}
    named = {"id": item["id"], "name": item["name"], "then": item.get("then", ""), "hint": item.get("hint", "")}
    if language != REFERENCE:
        same = next(other for other in theory(slug, REFERENCE).experiments if other.id == item["id"])
        asked = {name: getattr(same.question, name) for name in ("right", "number", "goal", "cover")}
        return replace(same, **named, question=Question(**words, **asked))
    asked = {name: item[key] for name, key in (("number", "guess"), ("goal", "goal"), ("cover", "cover")) if key in item}
    question = Question.model_validate(words | asked | {"right": item.get("right", 0) if words["choices"] else None})
    hides = Hides(**{name: tuple(values) for name, values in item.get("hides", {}).items()})
    return Experiment(
        **named, question=question, data=item["data"], set=item["set"], then_set=item.get("then_set", {}), hides=hides
    )


@cache
def phrases(language: str) -> Mapping[str, Mapping[str, str]]:
    """The short phrases of a language by table: ui, player, errors, notes …"""
    with (ASSETS / "text" / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)
