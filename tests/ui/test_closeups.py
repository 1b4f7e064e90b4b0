"""A close-up is never a dead end: a kind of run without one is shown whole."""

from importlib import import_module

import pytest

from contents import SECTIONS
from tests.engine.algorithms import ALGORITHMS, Case, fewer
from tests.examples import SHORT
from tests.pages import visit
from tests.ui.test_experiments import shown as shown
from tests.ui.test_pages import opened, said
from ui.text import LANGUAGES, theory

pytestmark = pytest.mark.usefixtures("bugs_break")
KINDS = {slug: import_module(f"engine.{section}.{slug}").ALGORITHMS for section, slugs in SECTIONS.items() for slug in slugs}
PAIRS = [
    (slug, one.name, other.name)
    for slug, kinds in KINDS.items()
    for one in [kind for kind in kinds if kind.closes][:1]
    for other in [kind for kind in kinds if not kind.closes]
]
WHOLE = [(slug, kind) for slug, kinds in KINDS.items() for kind in kinds if not kind.closes]


@pytest.mark.parametrize(("slug", "one", "other"), PAIRS)
def test_choosing_a_run_without_close_looks_leaves_the_close_up(slug, one, other, shown):
    page = opened(slug, **{f"{slug}__show": one, f"{slug}__close_up": "1"})
    assert shown[-1][0].params.close_up == 1
    widgets = [*page.button_group, *page.selectbox]
    next(widget for widget in widgets if widget.key in (f"{slug}.show", f"{slug}.show.en")).set_value(other).run()
    assert not page.exception
    assert not hasattr(shown[-1][0].params, "close_up")
    link = visit(page).link
    assert f"{slug}.show={other}" in link
    assert "close_up" not in link


@pytest.mark.parametrize(("slug", "kind"), WHOLE, ids=lambda item: getattr(item, "name", item))
def test_a_close_up_that_a_link_asks_of_such_a_run_shows_the_whole_and_says_nothing(slug, kind, shown):
    page = opened(slug, **{f"{slug}__show": kind.name, f"{slug}__close_up": "1"})
    assert shown[-1][0].params == kind.Params()
    assert "close_up" not in said(page)
    assert "close_up" not in visit(page).link


@pytest.mark.parametrize("case", [case for case in ALGORITHMS if case.kind.closes], ids=str)
def test_the_parts_of_a_step_that_the_bar_names_are_those_of_a_close_up_in_their_order(case: Case):
    with fewer():
        short = {name: value for name, value in SHORT.items() if name in case.Params.model_fields}
        _, *frames = case.train(case.Params(**short, close_up=1), *case.data())
        came = dict.fromkeys(frame.part for frame in frames)
    for language in LANGUAGES:
        text = theory(case.slug, language)
        named = [part for part in case.kind.code if text.called(case.kind.name, part)]
        told = [part for part in came if part and text.called(case.kind.name, part)]
        assert told in (named, [])  # diffusion learns before it walks: a batch has no parts
