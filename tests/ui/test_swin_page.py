"""Swin's page takes pictures, whatever they are stored as, and refuses all else; what is clicked is asked."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import data
from engine.vision import swin
from engine.vision.swin.pictures import cut_off
from runtime import server
from tests.pages import opened, said, visit

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
ROOT = Path(__file__).parents[2]


def run():
    return list(server.running()[1]._films.values())[-1].job


def stored(picture: Image.Image, kind: str = "PNG", **more) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def test_a_classifier_opens_with_something_it_knows_and_the_film_with_a_photograph_again():
    page = opened("swin")
    assert run().run.data[0] == data.sample("chelsea")
    for show, sample in (("trained", "boot"), ("shift", "chelsea")):
        next(box for box in page.selectbox if box.key.startswith("swin.show")).set_value(show).run()
        assert not page.exception
        assert visit(page).topic("swin").settings["data"] == sample
    opened("swin", swin__show="trained", data="chelsea")
    assert run().run.data[0] == data.sample("chelsea")


def test_an_own_picture_makes_the_film_and_the_link_speaks_of_the_file():
    page = opened("swin")
    raw = stored(Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)))
    page.file_uploader[0].set_value(("mine.png", raw, "image/png")).run()
    assert not page.exception
    assert run().run.data[0] == data.read_image(raw)
    assert not run().error
    assert "data=file%3Amine.png%3A" in visit(page).link


@pytest.mark.parametrize(
    ("picture", "more", "first"),
    [
        (Image.fromarray((np.arange(64 * 64).reshape(64, 64) * 16).astype(np.uint16)), {}, (0, 0, 0)),  # 16 bits: a ramp, not all white
        (Image.new("RGBA", (64, 64), (255, 0, 0, 0)), {}, (255, 255, 255)),  # see-through: on white
        (Image.new("P", (64, 64)), {}, (0, 0, 0)),
        (Image.new("1", (64, 64), 1), {}, (255, 255, 255)),
    ],
)  # fmt: skip
def test_a_picture_of_any_mode_becomes_three_channels(picture, more, first):
    page = opened("swin")
    page.file_uploader[0].set_value(("odd.png", stored(picture, **more), "image/png")).run()
    assert not page.exception
    pixels = run().run.data[0].pixels
    assert pixels.shape == (64, 64, 3)
    assert tuple(pixels[0, 0]) == first
    assert not run().error


def test_a_picture_that_lies_on_its_side_is_stood_up():
    exif = Image.Exif()
    exif[0x0112] = 6
    page = opened("swin")
    raw = stored(Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    page.file_uploader[0].set_value(("phone.jpg", raw, "image/jpeg")).run()
    assert run().run.data[0].pixels.shape == (40, 20, 3)


@pytest.mark.parametrize(
    ("raw", "word"), [(b"a,b\n1,2\n3,4\n", "text"), (b"", "empty"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged")]
)
def test_what_is_no_picture_is_refused_in_a_sentence_and_the_sample_stays(raw, word):
    page = opened("swin")
    page.file_uploader[0].set_value(("a.png", raw, "image/png")).run()
    assert not page.exception
    assert [word in error.value for error in page.error] == [True]
    assert run().run.data[0] == data.sample("chelsea")


def test_the_trained_classifier_comes_with_pictures_it_knows_and_the_film_keeps_an_own_one():
    opened("swin", swin__show="trained")
    assert run().run.data[0] == data.sample("boot")
    opened("swin", swin__show="trained", swin__labels="emoji")
    assert run().run.data[0] == data.sample("emoji_cat")


def test_a_link_says_the_asked_patch_and_bad_values_are_said():
    page = opened("swin", swin__down="900", swin__across="1000")
    assert (run().run.params.down, run().run.params.across) == (900, 460)
    assert "1000" in said(page)


def test_settings_that_make_no_film_say_what_to_do():
    opened("swin", swin__window="4", swin__shift="6")
    assert run().error.code == "swin_shift"


def test_drawing_brings_no_torch_into_the_server():
    """Frames come from workers; the pictures are drawn in the server, the accuracies read there."""
    code = """if True:
        import sys
        from engine import data
        from engine.vision import swin
        import numpy as np
        from ui.text import theory
        from views.vision import swin as view
        swin.measured("fashion", "shifted"), swin.small(data.sample("boot"), "fashion")
        for show in ("shapes", "offsets", "cost"):
            params = swin.Params(show=show)
            frames = list(swin.look(params, data.sample("chelsea")))
            view.draw(frames, 0, params, (data.sample("chelsea"),), view.Options(), theory("swin", "en"))
        print("torch" in sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize("labels", ["fashion", "emoji"])
def test_the_accuracies_on_the_page_are_those_that_were_measured_on_the_same_terms(labels):
    shifted, still = (swin.measured(labels, weights) for weights in ("shifted", "still"))
    assert {name: shifted[name] for name in ("tested", "steps", "seed")} == {
        name: still[name] for name in ("tested", "steps", "seed")
    }
    opened("swin", swin__show="trained", swin__labels=labels)
    last = run().frames[-1]
    assert (last.accuracy, last.other) == (shifted["accuracy"], still["accuracy"])


def test_what_is_cut_off_a_picture_is_said():
    wide = data.Image(np.zeros((300, 900, 3), np.uint8), ())
    assert cut_off(wide, 224, 224) == (("cut", {"width": 300, "height": 300}),)
    assert cut_off(wide, 32, 96) == ()
    for height, width in ((224, 224), (96, 32), (50, 500)):
        kept = cut_off(wide, height, width)[0][1]
        assert kept["width"] / kept["height"] == pytest.approx(width / height, rel=0.02)
