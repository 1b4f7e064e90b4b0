"""What every algorithm keeps, whatever legal parameters it is given."""

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data
from engine.errors import TheoriaError, sentence
from engine.params import Params, Spec
from tests.engine.algorithms import ALGORITHMS, Case

every = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
SHORT = {  # bounds that keep an example quick
    "steps": 300, "rows": 7, "cols": 7, "epochs": 5, "samples": 100, "longest": 6, "calls": 6, "training": 100, "every": False,
}  # fmt: skip


def values_of(spec: Spec) -> st.SearchStrategy[Any]:
    if spec.kind == "choice":
        return st.sampled_from(spec.choices)
    if spec.kind == "bool":
        return st.booleans() if SHORT.get(spec.name, True) else st.just(False)
    if spec.kind == "str":
        return st.sampled_from(["", "A", "A C", "<eos>", "nothing of the kind"])
    low, high = spec.low or 0, min(spec.high if spec.high is not None else 60, SHORT.get(spec.name, 1e9))
    if spec.kind == "float":
        return st.floats(low, high)
    step = int(spec.step or 1)
    return st.integers(-(-int(low) // step), int(high) // step).map(lambda k: k * step)


def params_of(model: type[Params]) -> st.SearchStrategy[Params]:
    return st.fixed_dictionaries({spec.name: values_of(spec) for spec in model.specs()}).map(lambda values: model(**values))


@every
@given(sample=st.data())
def test_legal_parameters_give_ordered_finite_frames_or_an_error_with_advice(algorithm: Case, sample):
    params = sample.draw(params_of(algorithm.Params))
    frames, error = run(algorithm, params)
    if error:
        for language in ("en", "zh"):
            said = sentence(error.code, language).format(**error.values)
            assert len(said) > 10
            assert "{" not in said
    else:
        assert frames
    for frame in frames:
        assert all(np.isfinite(array).all() for array in frame.arrays() if array.dtype.kind == "f")
        assert not any(array.flags.writeable for array in frame.arrays())
        assert frame.total >= 1
    order = [frame.step for frame in frames]
    assert order == sorted(order)
    if frames and not error:
        assert frames[-1].total == len(frames)
        if getattr(params, "close_up", -1) < 0:
            assert frames[0].step == 0


@every
@given(sample=st.data())
def test_the_same_parameters_give_the_same_bits(algorithm: Case, sample):
    params = sample.draw(params_of(algorithm.Params))
    (once, error), (again, same_error) = run(algorithm, params), run(algorithm, params)
    assert [bits(frame) for frame in once] == [bits(frame) for frame in again]
    assert (error is None) == (same_error is None)


@every
def test_the_default_run_costs_at_most_two_cpu_seconds(algorithm: Case):
    train, params, name = algorithm.default
    before = time.process_time()
    frames = list(train(params, data.sample(name)))
    assert time.process_time() - before < 2
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
