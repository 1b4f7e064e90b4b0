"""What every algorithm keeps, before any parameter is tried; `tests/views/test_any_run.py` tries them."""

import time

import pytest

from engine.errors import TheoriaError
from engine.params import Spec
from tests.engine.algorithms import ALGORITHMS, Case, fewer
from tests.examples import short

every = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)


@every
def test_the_run_that_a_page_opens_with_costs_at_most_two_cpu_seconds_and_none_has_more_than_300_frames(algorithm: Case):
    opening = next(item for item in ALGORITHMS if item.slug == algorithm.slug) is algorithm
    total = next(algorithm.opening()).total
    if opening or not total:  # else the frame says how many there will be: tests of any run hold it to that
        spent, total = spent_on(algorithm)
        if opening and spent >= 2:  # two busy threads of one core cost each other time: the best of some
            spent = min(spent_on(algorithm)[0] for _ in range(3))
        assert not opening or spent < 2
    assert total <= 300


def spent_on(algorithm: Case) -> tuple[float, int]:
    """CPU-seconds of a whole run, and its frames."""
    before = time.process_time()
    frames = sum(1 for _ in algorithm.opening())
    return time.process_time() - before, frames


@every
def test_every_field_survives_the_way_through_a_link(algorithm: Case):
    for spec in algorithm.Params.specs():
        choices = spec.choices or (spec.default,)
        for value in choices:
            assert spec.read(Spec.write(value)) == value


@every
def test_a_value_outside_its_bounds_is_refused(algorithm: Case):
    for spec in algorithm.Params.specs():
        if spec.high is not None:
            with pytest.raises(ValueError, match=r"\d"):
                spec.read(Spec.write(spec.high + 1 if spec.kind == "float" else int(spec.high) + 1))
            with pytest.raises(TheoriaError):
                algorithm.Params.make(**{spec.name: type(spec.default)(spec.high + 1)})


@every
def test_no_parameter_is_called_what_a_link_calls_the_columns_of_own_data(algorithm: Case):
    assert not {"data", "columns", "label"} & {spec.name for spec in algorithm.Params.specs()}


@every
def test_a_run_ends_at_the_step_that_its_settings_say(algorithm: Case):
    with fewer():
        params = algorithm.Params(**short(algorithm.Params))
        if (last := getattr(params, "last", None)) is not None:
            *_, end = algorithm.train(params, *algorithm.data())
            assert end.step == last
