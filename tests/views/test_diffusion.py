"""What the picture of diffusion says is what the frame holds; films stay small; clicks mean the place they were made at."""

import base64
import io
import json
from dataclasses import asdict, replace

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
    return samplers.v_of(x0, (x - np.sqrt(a) * x0) / np.sqrt(1 - a), a)


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


def test_a_sheet_shows_the_sixteen_pictures_of_the_frame(few):
    frames, draw = few
    source = next(trace["source"] for trace in draw(6).data if trace["type"] == "image")
    shown = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))[..., 1] / 255
    assert shown.shape == (4 * 31 - 3, 4 * 31 - 3)
    np.testing.assert_allclose(shown[31:59, 62:90], (np.clip(frames[6].x[0, 6], -1, 1) + 1) / 2, atol=0.05)
    assert (shown[28:31] == 0).all()  # the gap


def test_the_strip_leads_to_its_times_and_shows_nothing_that_is_not_yet_known(few):
    frames, draw = few
    doors = [trace for trace in draw(2).data if trace.get("meta", {}).get("frames")]
    assert [trace["meta"]["frames"] for trace in doors] == [[0, 1, 2, 3, 4, 5, 6] * 2]
    assert doors[0]["customdata"][2:4] == [f"t = {frames[2].t}", "not yet reached"]


def test_both_samplers_film_of_a_hundred_calls_is_at_most_four_megabytes(monkeypatch):
    monkeypatch.setattr(nets, "velocity", knows_sixteen)
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


def decibels(alpha_bars):
    """Signal over noise by a schedule, and the range of the axis on which its course is drawn, that of the fourth panel."""
    frames, _ = made("chelsea", what="forward", timesteps=100)
    given = diffusion.Params(what="forward", timesteps=100)
    frame = replace(frames[0], alpha_bars=alpha_bars)
    picture = view.draw([frame], 0, given, (data.sample("chelsea"),), view.Options(), WORDS)
    return 10 * np.log10(alpha_bars / (1 - alpha_bars)), picture.layout["yaxis4"]["range"]


def test_a_tenth_of_the_way_is_left_above_and_below_the_signal_over_noise_and_a_tenth_of_a_decibel_at_least():
    level, (low, high) = decibels(schedules.make("cosine", 100).alpha_bar)
    assert (level.min() < 0 < level.max(), low < level.min(), high > level.max()) == (True, True, True)
    assert high - level.max() == pytest.approx(0.1 * np.ptp(level))
    assert level.min() - low == pytest.approx(0.1 * np.ptp(level))
    level, (low, high) = decibels(np.full(100, 0.5))
    assert (high - level.max(), level.min() - low) == (pytest.approx(0.1), pytest.approx(0.1))


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
    np.testing.assert_allclose(np.stack([values["nx"], values["ny"]], -1), frames[3].x[0], atol=0.006)


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


def test_at_the_end_it_is_said_that_no_noise_is_left_to_see(few):
    _, draw = few
    titles = [[item["text"] for item in draw(i).layout["annotations"]] for i in (0, -1)]
    assert [WORDS.part("pictures", "noise_none") in texts for texts in titles] == [False, True]


@pytest.mark.parametrize("held", [True, False])
def test_points_that_are_held_stand_in_the_corners_and_points_outside_are_counted_not_moved(held):
    frames, draw = made("moons", what="points", training=100, clip=held)
    shown = draw(0)
    dots = next(t for t in shown.data if t.get("meta", {}).get("link") == "point")
    outside = (np.abs(frames[0].x[0]) > 2.9).any(1)
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
