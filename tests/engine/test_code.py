"""What a kind of run says of its own source is so: the lines are there."""

import inspect

import pytest

from tests.engine.algorithms import ALGORITHMS, Case

every = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)


@every
def test_every_line_that_makes_a_part_is_found_once(algorithm: Case):
    for part, (function, beginnings) in algorithm.kind.code.items():
        lines = [line.strip() for line in inspect.getsource(function).splitlines()]
        for beginning in beginnings:
            assert sum(line.startswith(beginning) for line in lines) == 1, (part, function.__name__, beginning)


@every
def test_names_fields_and_defaults_agree_among_the_kinds_of_a_topic(algorithm: Case):
    others = [item.kind for item in ALGORITHMS if item.slug == algorithm.slug]
    assert len({kind.name for kind in others}) == len({kind.Params for kind in others}) == len(others)
    for spec in algorithm.Params.specs():
        for other in others:
            for same in other.Params.specs():
                assert same.name != spec.name or (same.kind, same.default) == (spec.kind, spec.default), spec.name
