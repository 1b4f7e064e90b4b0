"""What `make look` finds to look at."""

import importlib
from types import SimpleNamespace

import pytest

from contents import SECTIONS
from tests.browser import look

HOMES = {slug: f"engine.{section}.{slug}" for section, slugs in SECTIONS.items() for slug in slugs}


@pytest.mark.parametrize("slug", HOMES)
def test_every_mode_is_an_address_that_the_topic_reads(slug):
    model = importlib.import_module(HOMES[slug]).Params
    specs = {f"{slug}.{spec.name}": spec for spec in model.specs()}
    modes = look.modes(slug)
    assert len({mode.name for mode in modes}) == len(modes) >= 2
    for mode in modes:
        settings = {key: text for key, text in mode.address.items() if key != "data"}
        model.make(**{specs[key].name: specs[key].read(text) for key, text in settings.items()})


def test_a_topic_that_lists_its_kinds_of_run_is_looked_at_by_them(monkeypatch):
    module = importlib.import_module(HOMES["em"])
    kinds = (SimpleNamespace(name="coins", closes=True), SimpleNamespace(name="by_k", closes=False))
    monkeypatch.setattr(module, "ALGORITHMS", kinds, raising=False)
    assert look.modes("em") == [look.Mode("coins", {"em.show": "coins"}), look.Mode("by_k", {"em.show": "by_k"})]
