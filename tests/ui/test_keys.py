"""Every word that stands in a theory or in the phrases is used, and can be found by searching for its key."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contents import SECTIONS
from tests.engine.algorithms import ALGORITHMS
from ui.text import REFERENCE, phrases, theory

ROOT = Path(__file__).parents[2]
SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
PARTS = {"start", "step", "from"}  # what a step is called that has no part of its own
OF_DATA = ("column_", "class_", "limits")  # what stands in the data: its columns and classes; what the box of a script takes
topics = pytest.mark.parametrize("slug", SECTION)


def quoted(*folders: str) -> set[str]:
    """All words in quotes in the sources of some folders, and what scripts take from `words`."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*")) if file.suffix in (".py", ".js")]
    return {word for file in files for word in re.findall(r"(?:[\"'`]|\bwords\.)(\w+)", file.read_text(encoding="utf-8"))}


def leaves(words: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all words of a table."""
    if isinstance(words, str):
        yield path
    else:
        for key, inner in words.items():
            yield from leaves(inner, (*path, key))


@topics
def test_every_word_of_a_topic_is_used(slug):
    text, named = (
        theory(slug, REFERENCE),
        quoted("ui/data", *(f"{room}/{SECTION[slug]}" for room in ("views", "engine", "pages"))),
    )
    kinds = {case.kind.name: case.kind for case in ALGORITHMS if case.slug == slug}
    assert set(text.scenes) - named <= set(kinds)
    for name, words in text.scenes.items():
        known = named | PARTS
        for kind in (
            [kinds[name]] if name in kinds else kinds.values()
        ):  # words that several kinds share have a scene of their own
            known |= set(kind.code) | {value for spec in kind.Params.specs() for value in spec.choices}
        silent = [path for path in leaves(words) if not set(path) - {"phase", "said", "alt"} <= known]
        assert silent == [], name
    named |= phrases(REFERENCE)["say"].keys()  # what every topic has, whether it says it or not
    shared = [key for key in text.say if key not in named and not key.startswith(OF_DATA)]
    assert shared == []


def test_every_phrase_is_used():
    named = quoted("ui", "pages", "runtime", "charts", "engine", "views")
    made = re.compile("|".join(("own_", "place_", "limits_", "teach_", "title_", "gpu_", "engine_", "lesson_")))
    for table in ("ui", "player", "notices", "ways", "say"):
        silent = [key for key in phrases(REFERENCE)[table] if key not in named and not made.match(key)]
        assert silent == [], table
