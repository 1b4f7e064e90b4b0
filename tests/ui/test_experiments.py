"""An experiment sets everything: whatever was chosen before it, the same chip gives the same address and the same run."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from engine.params import Options, Params, Spec
from tests.pages import visit
from tests.ui.test_pages import opened
from ui.text import theory

pytestmark = pytest.mark.usefixtures("bugs_break")
SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
Shown = tuple[str, Params, Options, str]  # the link that says everything, the run's settings, the view's, the data's digest


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the player was given at each run of a page; nothing is computed."""
    heard: list[Any] = []
    monkeypatch.setattr("ui.shell.play", lambda run, draw, options, text, **more: heard.append((run, options)))
    return heard


def every_pair(names: Sequence[str]) -> list[str]:
    """A closed walk that goes once from each name to each other one: Hierholzer's, over the complete digraph."""
    left = {name: [other for other in names if other != name] for name in names}
    trail, walk = [names[0]], []
    while trail:
        if left[trail[-1]]:
            trail.append(left[trail[-1]].pop())
        else:
            walk.append(trail.pop())
    return walk[::-1]


def begin(page: AppTest, slug: str, name: str, shown: list[Any]) -> Shown:
    if not any(group.key == f"{slug}-experiment" for group in page.button_group):
        page.button(key="strip-leave").click().run()
    page.button_group(key=f"{slug}-experiment").set_value(name).run()
    assert not page.exception
    assert not page.error
    return told(page, shown)


def told(page: AppTest, shown: list[Any]) -> Shown:
    run, options = shown[-1]
    return visit(page).link, run.params, options, run.data[0].digest if run.data else ""


def other(spec: Spec) -> str:
    """A link's text of a value that is not the default."""
    if spec.kind == "bool":
        return Spec.write(not spec.default)
    if spec.kind == "choice":
        return next(value for value in spec.choices if value != spec.default)
    if spec.kind == "str":
        return "x"
    assert spec.low is not None
    value = spec.low if spec.low != spec.default else spec.low + (spec.step or 1)
    return Spec.write(int(value) if spec.kind == "int" else float(value))


def test_the_walk_goes_from_each_to_each_once():
    walk = every_pair("abcd")
    assert sorted(pairwise(walk)) == [(a, b) for a in "abcd" for b in "abcd" if a != b]


@pytest.mark.parametrize("slug", SLUGS)
def test_an_experiment_gives_one_address_and_one_run_whichever_was_chosen_before(slug, shown):
    names = [item.id for item in theory(slug, "en").experiments]
    fresh = {name: begin(opened(slug), slug, name, shown) for name in names}
    page = opened(slug)
    for before, name in zip(["the page as it opens", *(walk := every_pair(names))], walk, strict=False):
        assert begin(page, slug, name, shown) == fresh[name], f"{name} after {before}"


@pytest.mark.usefixtures("in_line")
def test_curves_show_nothing_of_what_is_to_come_from_the_question_to_the_answer(monkeypatch):
    veiled = []
    monkeypatch.setattr("ui.player.PLAYER", lambda key, data, **how: veiled.extend([data["veiled"]] * (key == "player")))
    page = opened("em")
    page.button_group(key="em-experiment").set_value("mirror").run()
    page.button(key="answer-mirror-0").click().run()
    assert veiled == [False, True, False]


@pytest.mark.parametrize("slug", SLUGS)
def test_an_experiment_leaves_nothing_of_a_link_that_set_everything(slug, shown):
    name = min(theory(slug, "en").experiments, key=lambda item: len(item.set)).id
    page = opened(slug)
    fresh = begin(page, slug, name, shown)
    for door in ("placing", "more"):  # what a link sets waits behind them
        page.session_state[f"{slug}-{door}"] = False
    specs = [spec for model in map(type, (fresh[1], fresh[2])) for spec in model.specs()]
    page.query_params.clear()
    page.query_params.update({f"{slug}.{spec.name}": other(spec) for spec in specs} | {"step": "3"})
    page.run()
    assert begin(page, slug, name, shown) == fresh
    assert visit(page).step is None
