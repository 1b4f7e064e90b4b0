"""An experiment sets everything: whatever was chosen before it, the same chip gives the same address and the same run."""

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


@pytest.mark.parametrize("slug", SLUGS)
def test_an_experiment_gives_one_address_and_one_run_whatever_was_chosen_before(slug, shown):
    """Each after another experiment, and each after a link that set every field there is to something else."""
    names = [item.id for item in theory(slug, "en").experiments]
    fresh = {name: begin(opened(slug), slug, name, shown) for name in names}
    page = opened(slug)
    for before, name in pairwise(["the page as it opens", *names, names[0]]):
        assert begin(page, slug, name, shown) == fresh[name], f"{name} after {before}"
    for door in ("placing", "more"):  # what a link sets waits behind them
        page.session_state[f"{slug}-{door}"] = False
    for name in names:
        specs = [spec for model in map(type, fresh[name][1:3]) for spec in model.specs()]
        page.query_params.clear()
        page.query_params.update({f"{slug}.{spec.name}": other(spec) for spec in specs} | {"step": "3"})
        page.run()
        assert begin(page, slug, name, shown) == fresh[name], f"{name} after a link that set everything"
        assert visit(page).step is None
