"""Whatever legal settings a run and its picture have, it keeps what every run keeps, and its frames can be drawn in every language."""

import re
from collections.abc import Hashable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import pytest

from contents import SECTIONS
from engine.errors import TheoriaError, sentence
from engine.params import Options, Params
from tests.engine.algorithms import ALGORITHMS, Case, fewer
from tests.examples import examples
from tests.films import accepted
from ui.text import LANGUAGES, theory

SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
REFUSED = {  # rightly: what is typed names nothing there is, or a network has no weights for the edges
    "autograd_cut", "autograd_v", "ce_logits", "close_up", "gcn_labelled", "gcn_node", "gcn_weights", "optimisation_points", "script_empty", "script_syntax", "script_unknown", "w2v_unknown",
}  # fmt: skip
seen: set[Hashable] = set()  # figures that Plotly has accepted


class Tried(NamedTuple):
    params: Params
    options: Options
    frames: list[Any]
    error: TheoriaError | None


class Runs(NamedTuple):
    algorithm: Case
    all: list[Tried]


@pytest.fixture(scope="module", params=ALGORITHMS, ids=str)
def tried(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """Runs of a kind with any two values of two choices among them, each computed once for all tests here."""
    algorithm, known = request.param, {}
    view = import_module(f"views.{SECTION[algorithm.slug]}.{algorithm.slug}")
    with fewer():
        rows = examples(algorithm.Params, view.Options)
        for params, _ in rows:
            if params not in known:
                known[params] = run(algorithm, params)
        yield Runs(algorithm, [Tried(params, options, *known[params]) for params, options in rows])


def run(algorithm: Case, params: Params) -> tuple[list[Any], TheoriaError | None]:
    frames = []
    try:
        for frame in algorithm.train(params, *algorithm.data()):
            frames.append(frame)
    except TheoriaError as error:
        return frames, error
    return frames, None


def test_legal_settings_give_ordered_finite_frames_or_an_error_with_advice(tried: Runs):
    different = {one.params: one for one in tried.all}.values()
    kept = [one for one in different if looked_at(one)]
    refused = [one for one in different if one.error and one.error.code in REFUSED]
    assert len(kept) >= 0.8 * (len(different) - len(refused))
    assert any(getattr(one.params, "close_up", -1) < 0 for one in kept)
    assert not tried.algorithm.kind.closes or any(one.params.close_up >= 0 for one in kept)
    for spec in tried.algorithm.Params.specs():
        assert {getattr(one.params, spec.name) for one in kept} >= set(spec.choices), spec.name


def looked_at(one: Tried) -> bool:
    """Look at all frames of a run; whether there are any."""
    frames, error = one.frames, one.error
    if error:
        for language in LANGUAGES:
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
        assert getattr(one.params, "close_up", -1) >= 0 or frames[0].step == 0
    return bool(frames)


def test_every_part_of_a_step_has_its_lines(tried: Runs):
    assert tried.algorithm.kind.code
    for one in tried.all:
        for k, frame in enumerate(one.frames):
            begins = not frame.part and (k == 0 or not frame.step)  # a close-up begins with what the step before has left
            assert begins or (frame.part or "step") in tried.algorithm.kind.code, frame.part


def test_the_same_settings_give_the_same_bits_and_a_seed_that_is_asked_for_gives_others(tried: Runs):
    asked = certain(tried.algorithm) is False
    for once in tried.all[:: 1 + len(tried.all) // 3]:
        frames, error = run(tried.algorithm, once.params if asked else reseeded(once.params))
        assert [bits(frame) for frame in once.frames] == [bits(frame) for frame in frames]
        assert (error is None) == (once.error is None)
    assert not asked or any(matters(tried.algorithm, one) for one in tried.all)


def matters(algorithm: Case, one: Tried) -> bool:
    """Whether another seed gives another run; of a fit by a few points at a time."""
    params = one.params.model_copy(update={"batch": 3} if hasattr(one.params, "batch") else {})
    once = one.frames if params == one.params else run(algorithm, params)[0]
    return list(map(bits, once)) != list(map(bits, run(algorithm, reseeded(params))[0]))


def certain(algorithm: Case) -> bool:
    """Whether no page asks for the seed of a kind."""
    return next(spec.when for spec in algorithm.Params.specs() if spec.name == "seed") == (("seed", ()),)


def reseeded(params: Params) -> Params:
    return params.model_copy(update={"seed": params.seed + 1})


def bits(frame: Any) -> tuple[Any, ...]:
    return frame.step, frame.part, frame.total, *(array.tobytes() for array in frame.arrays())


def test_every_frame_of_any_legal_run_can_be_drawn(tried: Runs):
    slug, data = tried.algorithm.slug, tried.algorithm.data()
    draw = import_module(f"views.{SECTION[slug]}.{slug}").draw
    for k, (params, options, frames, _) in enumerate(tried.all):
        text = theory(slug, LANGUAGES[k % len(LANGUAGES)])
        for i in sorted({0, len(frames) // 2, len(frames) - 1}) if frames else ():
            picture = draw(frames, i, params, data, options, text)
            accepted({"data": plain(picture.data), "layout": picture.layout}, seen)
            words = " ".join([picture.said, picture.alt, picture.phase, *(word for pair in picture.metrics for word in pair)])
            assert not re.search(r"[{}]|None|nan", words), words
            assert noted(picture) <= drawn(picture)


@pytest.mark.parametrize("slug", SECTION)
def test_a_topics_draw_is_found_by_its_name(slug):
    draw = import_module(f"views.{SECTION[slug]}.{slug}").draw
    assert getattr(import_module(draw.__module__), draw.__qualname__) is draw


def noted(picture):
    """The axes that words stand on."""
    refs = {item["xref"].removesuffix(" domain") for item in picture.layout["annotations"]}
    return refs - {"paper"}


def drawn(picture):
    """The axes that Plotly makes: those of a trace. Words on others would fall onto the first."""
    return {trace["xaxis"] for trace in picture.data}


def plain(traces):
    """Traces without what only the player reads."""
    return [{key: value for key, value in trace.items() if key != "meta"} for trace in traces]
