"""Pictures as data: brought, used, refused, awaited; and the word for the GPU."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from engine import data
from runtime import server
from tests.pages import CSV, opened, said, visit
from ui.data import EDITED_POINTS, PICTURE, POINTS
from ui.device import hear

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
FORWARD = {"diffusion__what": "forward"}
RETURN = {"diffusion__begin": "picture", "diffusion__calls": "2", "diffusion__depth": "0.2"}


def job() -> Any:
    return list(server.running()[0]._jobs.values())[-1]


def used(page: Any) -> Any:
    """The data that the page shows."""
    return visit(page).topic("diffusion").data.good.data


def saved(mode: str = "RGB", size: tuple[int, int] = (40, 30), kind: str = "PNG", **how: Any) -> bytes:
    """A dark cross on white paper as a file."""
    picture = Pillow.new(mode, size, {"RGB": (255,) * 3, "RGBA": (255, 255, 255, 0), "L": 255, "CMYK": (0,) * 4}[mode])
    for x in range(10, 30):
        picture.putpixel((x, 15), {"RGB": (0,) * 3, "RGBA": (0, 0, 0, 255), "L": 0, "CMYK": (255,) * 4}[mode])
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def brought(raw: bytes, name: str = "mine.png", **link: str) -> Any:
    page = opened("diffusion", **link)
    page.file_uploader(key="diffusion-upload").upload(name, raw, "image/png").run()
    assert not page.exception
    return page


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGB", "PNG"), ("RGBA", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("RGB", "GIF")]
)
def test_an_own_picture_of_any_mode_dissolves(mode, kind):
    brought(saved(mode, kind=kind), **FORWARD)
    image = job().run.data[0]
    assert image.pixels.shape == (30, 40, 3)
    assert image.pixels[15, 12].max() < 60 < 200 < image.pixels[0, 0].min()  # see-through is laid on white
    assert image.origin == "upload"
    assert len(job().frames) == 24


def test_an_own_drawing_comes_back_half_noised():
    brought(saved(), **RETURN)
    frames = job().frames
    assert frames[0].source.shape == (16, 28, 28)
    assert frames[0].source.max() > 0.9  # ink is light, as the model knows it
    assert frames[-1].error < 0.5


def test_a_picture_the_camera_turned_stands_upright():
    turned = Pillow.Exif()
    turned[0x0112] = 6
    brought(saved(size=(40, 30), kind="JPEG", exif=turned), "turned.jpg", **FORWARD)
    assert job().run.data[0].pixels.shape == (40, 30, 3)


def test_sixteen_bits_are_scaled_not_cut():
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    file = io.BytesIO()
    Pillow.fromarray(ramp).save(file, "PNG")
    brought(file.getvalue(), **FORWARD)
    pixels = job().run.data[0].pixels
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert 100 < np.median(pixels) < 155


def test_of_an_animation_the_first_picture_is_taken_and_said():
    file = io.BytesIO()
    first, second = Pillow.new("RGB", (20, 20), "white"), Pillow.new("RGB", (20, 20), "black")
    first.save(file, "GIF", save_all=True, append_images=[second])
    page = brought(file.getvalue(), "moving.gif", **FORWARD)
    assert job().run.data[0].pixels.min() > 200
    assert any("first frame" in item.value for item in page.caption)


@pytest.mark.parametrize(("raw", "word"), [(CSV, "text"), (b"\x89PNG\r\n\x1a\n" + bytes(40), "damaged"), (b"", "empty")])
def test_what_is_no_picture_is_refused_and_the_sample_stays(raw, word):
    page = brought(raw, "x.png", **FORWARD)
    assert word in said(page) + " ".join(item.value for item in page.error)
    assert used(page) == data.sample("chelsea")


def test_a_picture_of_a_hundred_megapixels_is_refused_with_its_size():
    file = io.BytesIO()
    Pillow.new("1", (10_000, 10_000)).save(file, "PNG")
    page = brought(file.getvalue(), **FORWARD)
    told = " ".join(item.value for item in page.error)
    assert "100" in told
    assert "16" in told


def test_an_own_picture_is_set_aside_while_the_plane_is_shown_and_is_there_again_afterwards():
    page = brought(saved(), **FORWARD, diffusion__score="exact")
    mine = used(page)
    page.selectbox(key="diffusion.show.en").set_value("points").run()
    assert not page.exception
    assert used(page) == data.sample("moons")
    page.selectbox(key="diffusion.show.en").set_value("forward").run()
    assert not page.exception
    box = next(box for box in page.selectbox if str(box.key).startswith("diffusion.data"))
    box.set_value("own").run()
    assert used(page) == mine


@pytest.mark.parametrize("kind", ["points", "by_calls"])
def test_who_turns_to_points_sees_the_exact_score_and_its_address_says_so_but_an_old_address_still_means_a_network(kind):
    quick = {"diffusion__training": "100", "diffusion__timesteps": "20"}
    opened("diffusion", diffusion__show=kind, **quick)
    assert job().run.params.score == "network"
    page = opened("diffusion", diffusion__calls="1", diffusion__seed="1", **quick)  # another run than the first
    page.selectbox(key="diffusion.show.en").set_value(kind).run()
    assert not page.exception
    assert job().run.params.score == "exact"
    assert "diffusion.score=exact" in visit(page).link
    page.button_group(key="diffusion.score").set_value("network").run()
    assert job().run.params.score == "network"
    page.selectbox(key="diffusion.show.en").set_value("forward").run()
    page.selectbox(key="diffusion.show.en").set_value(kind).run()
    assert "diffusion.score=network" in visit(page).link


def test_a_link_with_an_own_picture_names_the_file_and_who_opens_it_is_asked_for_it():
    page = brought(saved(), **FORWARD)
    link = visit(page).link
    assert "file%3Amine.png" in link
    other = opened("diffusion", data=f"file:mine.png:{len(saved())}:{job().run.data[0].digest[:12]}", **FORWARD)
    assert not other.exception
    assert "mine.png" in said(other)
    assert used(other) == data.sample("chelsea")


def test_what_a_form_takes_is_said_by_the_form():
    image, table = data.sample("chelsea"), data.sample_table("penguins")
    assert (PICTURE.accepts(image), PICTURE.accepts(table)) == (True, False)
    assert (EDITED_POINTS.accepts(image), EDITED_POINTS.accepts(table)) == (False, True)
    assert (POINTS.accepts(image), POINTS.accepts(table)) == (True, True)


# ---- the word in the player's row


@pytest.fixture
def told(monkeypatch):
    """What the player is told at each run of a page, newest last."""
    heard: list[dict[str, Any]] = []
    monkeypatch.setattr("ui.player.PLAYER", lambda key, data, **how: heard.extend([data] * (data["kind"] == "player")))
    return heard


def test_without_a_gpu_the_word_is_off_and_says_why(told):
    opened("diffusion", diffusion__calls="1")
    device = told[-1]["device"]
    assert (device["gpu"], device["there"]) == (False, False)
    assert "no GPU" in device["said"]
    assert job().run.device == "cpu"


def test_with_a_gpu_the_word_sets_the_device_of_runs_and_stands_in_no_link(monkeypatch, told):
    monkeypatch.setattr("runtime.store.Store.gpu", ("cuda", "A GPU"))
    page = opened("diffusion", diffusion__calls="1")
    assert job().run.device == "cpu"
    with monkeypatch.context() as pressed:
        pressed.setattr("ui.device.visit", lambda: visit(page))
        hear({"kind": "device", "gpu": True})
    page.run()
    assert job().run.device == "cuda"
    assert told[-1]["device"] == {"gpu": True, "there": True, "said": told[-1]["device"]["said"]}
    assert "cuda" not in visit(page).link
    assert "gpu" not in visit(page).link
    page.switch_page("../pages/learning/som.py").run()
    assert told[-1]["device"] is None  # nothing there computes with torch
    assert job().run.device == "cpu"
    page.switch_page("../pages/generative/diffusion.py").run()
    assert told[-1]["device"]["gpu"]  # kept for the session
