"""What `make look` finds to look at."""

import importlib

import pytest

from contents import SECTIONS
from engine import data
from tests.browser import look

KINDS = {
    slug: importlib.import_module(f"engine.{section}.{slug}").ALGORITHMS for section, slugs in SECTIONS.items() for slug in slugs
}


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_of_run_is_looked_at_with_data_that_it_can_be_about(slug):
    modes = look.modes(slug)
    assert [mode.name for mode in modes] == [kind.name for kind in KINDS[slug]]
    for mode, kind in zip(modes, KINDS[slug], strict=True):
        assert mode.address[f"{slug}.show"] == kind.name
        if "data" in mode.address:  # on its own sample every kind runs in tests/engine/test_contract.py
            assert next(iter(kind.train(kind.Params(), data.sample(mode.address["data"]))))
