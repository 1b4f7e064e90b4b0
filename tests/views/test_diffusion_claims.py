"""What the experiments of the diffusion page say is so."""

import numpy as np
import pytest

from engine import data
from engine.generative import diffusion, schedules
from tests import runs
from ui.text import LANGUAGES, theory


def run(id):
    item = next(item for item in theory("diffusion", "en").experiments if item.id == id)
    settings = {name: value for name, value in item.set.items() if name != "framed"}  # which changes the picture alone
    return item, runs.frames(diffusion.ALGORITHMS, diffusion.Params(**settings), data.sample(item.data))


def likeness(one, other):
    return float(np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(one, other, strict=True)]))


def test_after_a_third_of_the_steps_the_guess_is_nearly_the_end_while_the_picture_is_still_noise():
    item, frames = run("sixteen")
    end, third = frames[-1].x[0], frames[7]
    assert item.question.right == 0
    assert likeness(third.x0[0], end) > 0.95
    assert likeness(third.x[0], end) < 0.5


def test_after_five_steps_both_samplers_have_nothing_in_common_but_the_label():
    item, frames = run("twins")
    assert item.question.right == 1
    np.testing.assert_array_equal(frames[0].x[0], frames[0].x[1])
    assert abs(likeness(frames[5].x[0], frames[5].x[1])) < 0.1
    assert likeness(frames[-1].x[0], frames[-1].x[1]) < 0.8


def since(frames, k=0):
    reads = [int(frame.reads[0, k]) for frame in frames]
    return max((i + 1 for i, read in enumerate(reads) if read != reads[-1]), default=0), reads


def test_without_a_label_the_third_picture_is_decided_on_the_way_and_all_begin_as_an_eight():
    item, frames = run("label")
    step, reads = since(frames, item.set["framed"])
    assert (item.question.number.column, step) == ("since", 4)
    assert list(dict.fromkeys(reads)) == [8, 0, 5, 2]
    assert set(frames[0].reads[0].tolist()) == {8}
    assert (frames[0].reads == frames[-1].reads).sum() == 3


def test_with_labels_every_class_is_there_at_the_first_look():
    _, frames = run("sixteen")
    for frame in frames:
        np.testing.assert_array_equal(frame.reads[0], frame.labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_guidance_makes_sevens_more_alike(language):
    item, frames = run("guided")
    plain = runs.frames(diffusion.ALGORITHMS, diffusion.Params(**{**item.set, **item.then_set}), data.sample(item.data))
    np.testing.assert_array_equal(plain[0].x, frames[0].x)
    words = theory("diffusion", language)
    assert f"{plain[-1].spread:.2f}" == "0.58"
    assert "0.58" in next(one for one in words.experiments if one.id == "guided").question.ask
    assert f"{frames[-1].spread:.2f}" == "0.32"
    assert "0.32" in words.prose


def test_one_call_with_the_exact_score_sends_all_points_to_one_place_and_more_calls_mend_it():
    item, frames = run("exact")
    assert item.question.right == 1
    assert frames[0].calls == 1
    assert frames[0].x[0].std(axis=0).max() < 0.05
    assert frames[0].distance > 0.5 > 0.05 > frames[4].distance


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_distances_in_the_errata_are_those_that_the_page_measures(language):
    item = next(item for item in theory("diffusion", language).errata if "DDPM" in item["claim"])
    params = diffusion.Params(what="points", score="exact", by_calls=True)
    frames = {f.calls: f for f in runs.frames(diffusion.ALGORITHMS, params, data.sample("rings"))}
    for calls in (5, 10, 20, 50):
        for distance in (frames[calls].distance, frames[calls].distance2):
            assert f"{distance:.3f}" in item["shown"]
    assert f"± {frames[50].chance:.3f}" in item["shown"]
    assert abs(frames[50].distance) < frames[50].chance


def test_the_short_schedule_leaves_six_tenths_of_the_cat():
    item, frames = run("short")
    assert item.question.number.column == "known"
    assert f"{np.sqrt(frames[-1].alpha_bar):.3f}" == "0.603"
    assert "0.603" in item.question.why


def test_the_numbers_of_the_errata_are_those_of_the_schedules():
    told = " ".join(item["shown"] for item in theory("diffusion", "en").errata)
    cosine, linear = schedules.make("cosine", 1000), schedules.make("linear", 1000)
    assert f"{1 - cosine.betas[500]:.4f}" == "0.9968"
    for wanted in (f"{cosine.alpha_bar[500]:.4f}", f"{schedules.make('linear', 10).alpha_bar[-1]:.3f}"):
        assert wanted in told
    for schedule, wanted in ((cosine, 1.2e-9), (linear, 2.0e-5)):
        assert -0.5 * np.log1p(-schedule.alpha_bar[-1]) == pytest.approx(wanted, rel=0.02)
    assert "1.2·10⁻⁹" in told
    assert "2.0·10⁻⁵" in told
