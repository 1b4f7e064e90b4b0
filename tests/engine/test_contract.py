"""What every algorithm keeps, whatever legal parameters it is given."""

import time
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from engine.errors import TheoriaError, sentence
from engine.params import Params, Spec
from tests.engine.algorithms import ALGORITHMS, Case
from tests.examples import examples

REFUSED = {  # rightly: what is typed names nothing there is, or a network has no weights for the edges
    "close_up", "gcn_node", "gcn_labelled", "gcn_weights", "w2v_unknown",
}  # fmt: skip
every = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)


@every
def test_legal_settings_give_ordered_finite_frames_or_an_error_with_advice(algorithm: Case):
    given = [params for (params,) in examples(algorithm.Params)]
    yielded = [params for params in given if kept(algorithm, params)]
    refused = [params for params in given if (error := run(algorithm, params)[1]) and error.code in REFUSED]
    assert len(yielded) >= 0.8 * (len(given) - len(refused))
    assert any(getattr(params, "close_up", -1) < 0 for params in yielded)
    assert not algorithm.kind.closes or any(params.close_up >= 0 for params in yielded)
    for spec in algorithm.Params.specs():
        assert {getattr(params, spec.name) for params in yielded} >= set(spec.choices), spec.name


def kept(algorithm: Case, params: Params) -> bool:
    """Look at all frames of a run; whether there are any."""
    frames, error = run(algorithm, params)
    if error:
        for language in ("en", "zh"):
            said = sentence(error.code, language).format(**error.values)
            assert len(said) > 10
            assert "{" not in said
    assert frames or error
    for frame in frames:
        assert all(np.isfinite(array).all() for array in frame.arrays() if array.dtype.kind == "f")
        assert not any(array.flags.writeable for array in frame.arrays())
    order = [frame.step for frame in frames]
    assert order == sorted(order)
    if frames and not error:
        assert frames[-1].total == len(frames)
        assert getattr(params, "close_up", -1) >= 0 or frames[0].step == 0
    return bool(frames)


@every
def test_the_same_settings_give_the_same_bits(algorithm: Case):
    for (params,) in examples(algorithm.Params)[:: 1 + len(examples(algorithm.Params)) // 3]:
        (once, error), (again, same_error) = run(algorithm, params), run.__wrapped__(algorithm, params)
        assert [bits(frame) for frame in once] == [bits(frame) for frame in again]
        assert (error is None) == (same_error is None)


@every
def test_the_run_that_a_page_opens_with_costs_at_most_two_cpu_seconds_and_none_has_more_than_300_frames(algorithm: Case):
    before = time.process_time()
    frames = list(algorithm.opening())
    opening = next(item for item in ALGORITHMS if item.slug == algorithm.slug) is algorithm
    assert not opening or time.process_time() - before < 2
    assert len(frames) <= 300


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


@lru_cache(40)
def run(algorithm: Case, params: Params) -> tuple[list[Any], TheoriaError | None]:
    frames = []
    try:
        for frame in algorithm.train(params, *algorithm.data()):
            frames.append(frame)
    except TheoriaError as error:
        return frames, error
    return frames, None


def bits(frame: Any) -> tuple[Any, ...]:
    return frame.step, frame.part, frame.total, *(array.tobytes() for array in frame.arrays())


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_no_parameter_is_called_what_a_link_calls_the_columns_of_own_data(algorithm: Case):
    assert not {"data", "columns", "label"} & {spec.name for spec in algorithm.Params.specs()}
