"""What the picture of diffusion says is what the frame holds; films stay small; clicks mean the place they were made at."""

import base64
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image as Pillow

from engine import data
from engine.algorithm import of
from engine.generative import diffusion, nets, samplers, schedules
from engine.generative.diffusion import sixteen
from runtime.film import Film
from runtime.jobs import Job
from runtime.run import Run
from tests import runs
from ui.text import theory
from views.generative import diffusion as view

WORDS = theory("diffusion", "en")


def made(name="seven", **params):
    given = diffusion.Params(**params)
    sample = data.sample(name)
    frames = runs.frames(diffusion.ALGORITHMS, given, sample)
    return frames, lambda i, options=view.Options(): view.draw(frames, i % len(frames), given, (sample,), options, WORDS)  # noqa: B008


def film_bytes(params, sample):
    job = Job(Run(of(diffusion.ALGORITHMS, params).train, params, (sample,)))
    runs.compute_here(job)
    film = Film("key", job, view.draw, (), view.Options(), WORDS)
    while not film.ended.is_set():
        film.draw_line()
    assert film.done
    return len(film.content()), len(job.frames)


def knows_sixteen(model, x, t, labels, guidance):
    """v of a network that says at any time which real picture each noisy one comes from: what it draws is as hard to make small."""
    a = schedules.make("cosine", nets.T).at(t)
    x0 = np.resize(sixteen.real(model)[0], x.shape)
    return samplers.v_of(x0, (x - np.sqrt(a) * x0) / np.sqrt(1 - a), a)[None]


def read(picture):
    """All that a film holds of a picture, to be compared."""
    return json.dumps(asdict(picture), default=np.ndarray.tolist)


@pytest.fixture(scope="module")
def few():
    return made(calls=6)


def test_the_formula_of_ddim_holds_for_every_pixel(few):
    frames, draw = few
    for i in range(6):
        values = {key: np.asarray(value) for key, (value, _) in draw(i).values.items()}
        np.testing.assert_allclose(values["signal"] * values["x0"] + values["noise"] * values["eps"], values["next"], atol=2e-3)
        np.testing.assert_allclose(values["next"], frames[i + 1].x[0, 0].ravel(), atol=1e-3)


def test_a_pixels_posterior_mean_and_variance_are_those_of_the_frame():
    frames, draw = made(calls=6, sampler="ddpm")
    options = view.Options(framed=9, pixel=300)
    for i in range(5):
        shown = draw(i, options)
        frame, values = frames[i], {key: value for key, (value, _) in shown.values.items()}
        of_x0, of_x, beta = samplers.posterior(frame.alpha_bar, frame.alpha_bar_prev)
        mean = of_x0 * frame.x0[0, 9].ravel()[300] + of_x * frame.x[0, 9].ravel()[300]
        assert (shown.of, shown.at) == ("pixel", 300)
        assert values["next"][300] == pytest.approx(mean, abs=6e-4)
        assert values["beta"] == pytest.approx(beta)
        z = diffusion.drawn(0, 2, frame.t, (16, 28, 28))[9].ravel()[300]
        assert frames[i + 1].x[0, 9].ravel()[300] == pytest.approx(mean + np.sqrt(beta) * z, abs=1e-4)


def drawn(picture, k):
    """How much ink the k-th image of a picture has, 0 … 1."""
    source = [trace["source"] for trace in picture.data if trace["type"] == "image"][k]
    return np.asarray(Pillow.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))[..., 1] / 255


def inked(array):
    return (np.clip(array, -1, 1) + 1) / 2


def test_the_framed_picture_and_its_guess_are_large_and_all_sixteen_stand_beside_them(few):
    frames, draw = few
    picture = draw(3, view.Options(framed=6))
    large, others = drawn(picture, 0), drawn(picture, 1)
    np.testing.assert_allclose(large[:, :28], inked(frames[3].x[0, 6]), atol=0.05)
    np.testing.assert_allclose(large[:, 30:], inked(frames[3].x0[0, 6]), atol=0.05)
    assert others.shape == (4 * 31 - 3, 4 * 31 - 3)
    np.testing.assert_allclose(others[31:59, 62:90], inked(frames[3].x[0, 6]), atol=0.05)
    assert (others[28:31] == 0).all()  # the gap


def test_two_samplers_stand_beside_each_other_large_and_small():
    frames, draw = made(calls=4, sampler="both", guidance=0.0)
    picture = draw(2, view.Options(framed=7))
    large, others = drawn(picture, 0), drawn(picture, 1)
    for k in range(2):
        np.testing.assert_allclose(large[:, 30 * k : 30 * k + 28], inked(frames[2].x[k, 7]), atol=0.05)
        left = 31 * (4 * k + 3)
        np.testing.assert_allclose(others[31:59, left : left + 28], inked(frames[2].x[k, 7]), atol=0.05)
    targets = next(trace for trace in picture.data if trace.get("meta", {}).get("click") == "framed")
    at = [(x, y) for x, y, k in zip(targets["x"], targets["y"], targets["meta"]["index"], strict=True) if k == 7]
    assert at == [(31 * 3 + 14, 31 + 14), (31 * 7 + 14, 31 + 14)]


@pytest.mark.parametrize("pixel", [0, 300, 783])
def test_the_lamp_rings_the_pixel_that_caption_and_formula_name(few, pixel):
    _, draw = few
    picture, (row, column) = draw(2, view.Options(pixel=pixel)), divmod(pixel, 28)
    ring = next(trace for trace in picture.data if trace.get("line", {}).get("color") == "@accent")
    for left in (0, 30):
        inside = (ring["x"] > left - 1) & (ring["x"] < left + 29)
        assert (np.nanmean(ring["x"][inside][:4]), np.nanmean(ring["y"][inside][:4])) == pytest.approx(
            (left + column + 0.5, row + 0.5)
        )
    assert f"row {row + 1}, column {column + 1}" in picture.said
    assert (picture.of, picture.at) == ("pixel", pixel)
    assert [picture.values[name][0][pixel] for name in ("row", "column")] == [row + 1, column + 1]


def test_what_guidance_mixes_in_the_ringed_pixel_is_said_and_calls_that_double_are_too(few):
    frames, draw = few
    picture, told = draw(2), frames[2].told[:, 0].ravel().reshape(2, -1)[:, 406].astype(float)
    for value in (told[0], told[1], 2 * told[0] - told[1]):
        assert f"{value:.3f}".replace("-", "−") in picture.said
    assert ("calls", "3 × 2") in picture.metrics
    assert "each with and without the label" in draw(-1).said
    _, plain = made(calls=2, guidance=0.0)
    assert ("calls", "2") in plain(1).metrics
    assert "label" not in plain(-1).said


def test_the_noise_is_seen_in_the_close_up_alone_and_first_as_guidance_mixes_it():
    frames, draw = made(calls=4, close_up=2)
    picture = draw(0)
    assert drawn(picture, 0).shape == (28, 88)
    values = {name: np.asarray(value) for name, (value, _) in picture.values.items()}
    np.testing.assert_allclose(2 * values["with"] - values["none"], values["mixed"], atol=2e-3)
    free = np.abs(frames[0].x0[0, 0].ravel()) < 1  # elsewhere the guess was held in range, and eps derived anew
    np.testing.assert_allclose(values["mixed"][free], frames[0].eps[0, 0].ravel()[free], atol=1e-3)
    assert "next" in draw(1).values


def test_the_strip_tells_since_when_a_guess_is_read_as_it_is():
    frames, draw = made(wanted="none")
    reads = [int(frame.reads[0, 0]) for frame in frames]
    since = draw(-1).numbers["since"]
    assert len(set(reads[since:])) == 1
    assert reads[since - 1] != reads[since]
    assert f"since step {since}" in str(draw(-1).layout["annotations"])
    named = [item["text"] for item in draw(-1).layout["annotations"] if item.get("name") == "wide"]
    assert named[-1] == str(reads[-1])
    assert draw(-1).numbers["kept"] == (frames[0].reads[0] == frames[-1].reads[0]).sum()


def test_the_strip_leads_to_its_times_and_shows_nothing_that_is_not_yet_known(few):
    frames, draw = few
    doors = [trace for trace in draw(2).data if trace.get("meta", {}).get("frames")]
    assert [trace["meta"]["frames"] for trace in doors] == [[0, 1, 2, 3, 4, 5, 6]]
    assert doors[0]["customdata"][2:4] == [f"t = {frames[2].t}, read as {frames[2].reads[0, 0]}", "not yet reached"]


def test_both_samplers_film_of_a_hundred_calls_is_at_most_four_megabytes(monkeypatch):
    monkeypatch.setattr(nets, "velocities", knows_sixteen)
    size, frames = film_bytes(diffusion.Params(sampler="both", calls=99, guidance=0.0), data.sample("seven"))
    assert frames == sixteen.FRAMES
    assert size <= 4_000_000


def test_a_large_photograph_dissolves_in_few_webp_pictures():
    noise = data.Image(
        np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    )  # nothing is harder to make small
    size, frames = film_bytes(diffusion.Params(what="forward"), noise)
    assert frames <= 24
    assert size <= 8_000_000
    _, draw = made("chelsea", what="forward")
    assert any(trace.get("source", "").startswith("data:image/webp") for trace in draw(3).data)


@pytest.mark.parametrize("T", [10, 100, 300])
def test_a_schedule_that_never_reaches_noise_says_how_much_is_left(T):
    left = np.sqrt(schedules.make("linear", T).alpha_bar[-1])
    _, draw = made("chelsea", what="forward", schedule="linear", timesteps=T)
    assert f"{left:.3f}" in draw(-1).said
    _, draw = made("moons", what="points", score="exact", schedule="linear", timesteps=T, calls=3)
    assert f"{left:.3f}" in draw(0).said


def test_a_schedule_that_reaches_noise_says_nothing_of_the_kind():
    _, draw = made("chelsea", what="forward")
    assert "never arrives" not in draw(-1).said


@pytest.mark.parametrize("index", [0, 61, 1830, 3599])
def test_a_click_in_the_plane_is_the_place_its_cell_stands_for(index):
    moons = data.sample("moons")
    _, draw = made("moons", what="points", score="exact", calls=2)
    cells = next(trace for trace in draw(0, view.Options(click="add")).data if trace["type"] == "heatmap")
    at = np.array(list(view.clicked("place", index, None, None, moons, None).place.values()))
    centre = moons.X.mean(0)
    scaled = (at - centre) / (moons.X - centre).std()
    np.testing.assert_allclose(scaled, [cells["x"][index % 60], cells["y"][index // 60]], atol=2e-3)


def test_the_points_formula_is_the_step_that_is_made():
    frames, draw = made("moons", what="points", score="exact", calls=5)
    values = {key: np.asarray(value) for key, (value, _) in draw(2).values.items()}
    np.testing.assert_allclose(np.stack([values["nextx"], values["nexty"]], -1), frames[3].x[0], atol=0.006)


def test_every_option_changes_the_pictures_of_the_kinds_it_is_offered_for_and_of_no_other():
    other = {"framed": 5, "pixel": 100, "arrows": False, "trails": False, "click": "add"}
    kinds = {
        "pictures": made(calls=2),
        "points": made("moons", show="points", score="exact", calls=2),
        "by_calls": made("moons", show="by_calls", training=100, timesteps=20),
        "forward": made("chelsea", show="forward", timesteps=3),
    }
    as_opened = {kind: [read(draw(i)) for i in range(len(frames))] for kind, (frames, draw) in kinds.items()}
    for spec in view.Options.specs():
        for kind, (_, draw) in kinds.items():
            changed = view.Options(**{spec.name: other[spec.name]})
            differs = any(shown != read(draw(i, changed)) for i, shown in enumerate(as_opened[kind]))
            assert differs == (kind in spec.only), (spec.name, kind)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("seven", {"calls": 45, "guidance": 0.0}),
        ("seven", {"calls": 5, "begin": "picture"}),
        ("moons", {"show": "points", "training": 100, "calls": 4}),
        ("chelsea", {"show": "forward"}),
    ],
    ids=str,
)
def test_a_picture_drawn_while_its_film_grows_is_the_one_of_the_finished_film(name, params):
    given, sample = diffusion.Params(**params), data.sample(name)
    frames, growing = [], []
    for frame in runs.frames(diffusion.ALGORITHMS, given, sample):
        frames.append(frame)
        growing.append(read(view.draw(frames, len(frames) - 1, given, (sample,), view.Options(), WORDS)))
    finished = [read(view.draw(frames, i, given, (sample,), view.Options(), WORDS)) for i in range(len(frames))]
    assert growing == finished


@pytest.mark.parametrize(("calls", "pace"), [(10, 2.5), (45, 1.0)])
def test_all_steps_of_a_film_have_the_time_that_its_length_leaves(calls, pace):
    _, draw = made(calls=calls, guidance=0.0)
    assert {draw(i).hold for i in range(1, calls)} == {pace}


def test_the_followed_point_is_the_one_whose_numbers_the_formula_has():
    frames, draw = made("moons", what="points", score="exact", sampler="both", calls=6)
    shown = draw(3)
    bright = [t for t in shown.data if t["xaxis"] == "x" and t.get("marker", {}).get("color") == "@accent"]
    guess, here = (np.stack([t["x"], t["y"]], -1) for t in bright)
    lit = shown.at
    np.testing.assert_array_equal(here, frames[3].x[:, lit])
    np.testing.assert_array_equal(guess, frames[3].x0[:, lit])
    way = next(t for t in shown.data if t.get("line", {}).get("color") == "@accent")
    came = np.stack([way["x"], way["y"]], -1)
    np.testing.assert_array_equal(came[~np.isnan(came[:, 0])], [f.x[k, lit] for k in range(2) for f in frames[:4]])


@pytest.mark.parametrize("held", [True, False])
def test_points_that_are_held_stand_in_the_corners_and_points_outside_are_counted_not_moved(held):
    frames, draw = made("moons", what="points", training=100, clip=held)
    shown = draw(0)
    dots = next(t for t in shown.data if t.get("meta", {}).get("link") == "point")
    outside = (np.abs(frames[0].x[0]) > (2.9, 2.6)).any(1)
    assert outside.any() != held
    assert (np.isnan(dots["x"]) == outside).all()
    told = [item["text"] for item in shown.layout["annotations"]]
    assert (WORDS("outside", n=int(outside.sum()), all=250) in told) != held
    assert ("corners" in shown.said) == held
    assert f"at t = {frames[0].t}" in shown.said


def test_an_estimated_distance_stands_beside_what_chance_makes():
    frames, draw = made("rings", what="points", score="exact", calls=20)
    shown, last = draw(-1), frames[-1]
    assert f"0 ± {last.chance:.3f}" in shown.said
    assert shown.metrics[-1] == ("energy distance", f"{last.distance:.3f}")
