"""The theory's prose: its doors to pictures."""

import contextlib
import re
from importlib import import_module

import pytest

from contents import SECTIONS
from engine import data
from engine.errors import TheoriaError
from engine.frames import Frame
from tests.pages import opened
from tests.runs import again
from ui.prose import DEFAULT, DOOR, runs
from ui.text import LANGUAGES, theory

TOPICS = [(section, slug) for section, slugs in SECTIONS.items() for slug in slugs]
every = pytest.mark.parametrize(("section", "slug"), TOPICS, ids=[slug for _, slug in TOPICS])


def doors(slug: str, language: str) -> list[tuple[str, str, str]]:
    """Words, run and picture of each."""
    return DOOR.findall(theory(slug, language).prose)


def frames(section: str, slug: str, run: str) -> list[Frame]:
    """Of the run that a door names, also where it breaks."""
    kinds = import_module(f"engine.{section}.{slug}").ALGORITHMS
    sample, settings = runs(theory(slug, "en"), kinds)[run]
    kind = next(kind for kind in kinds if kind.name == settings.get("show", kinds[0].name))
    params = kind.Params(**{name: value for name, value in settings.items() if name in kind.Params.model_fields})
    found: list[Frame] = []
    with contextlib.suppress(TheoriaError):
        found.extend(again(kind.train, params, *([data.sample(sample)] if kind.sample else [])))
    return found


@every
def test_every_theory_has_doors_and_the_same_ones_in_every_language(section: str, slug: str):
    asked = {language: sorted((run, picture) for _, run, picture in doors(slug, language)) for language in LANGUAGES}
    assert all(found == asked["en"] for found in asked.values())
    assert 2 <= len(asked["en"]) <= 5
    for language in LANGUAGES:
        assert theory(slug, language).prose.count("](#") == len(asked[language])


@every
def test_the_picture_that_a_door_names_is_there_and_is_of_the_step_that_it_says(section: str, slug: str):
    opened = {run: frames(section, slug, run) for run in {run for _, run, _ in doors(slug, "en")}}
    for language in LANGUAGES:
        for words, run, picture in doors(slug, language):
            at = len(opened[run]) - 1 if picture == "last" else int(picture)
            frame = opened[run][at]
            said = {int(number) for number in re.findall(r"\d+", words)}
            assert said <= {1, *numbers(frame)}, (words, run, at)


def test_doors_know_the_run_that_is_shown_as_long_as_nothing_departs_from_it(monkeypatch: pytest.MonkeyPatch):
    named: list[list[str]] = []
    monkeypatch.setattr("ui.shell.play", lambda *run, **more: named.append(more["named"]))
    page = opened("som")
    page.slider(key="som.rows").set_value(9).run()
    page.button_group(key="som-experiment").set_value("tangle").run()
    assert not page.exception
    assert named == [[DEFAULT], [], ["tangle"]]


def numbers(frame: Frame) -> set[int]:
    """Its whole numbers."""
    return {int(value) for value in vars(frame).values() if isinstance(value, int)}
