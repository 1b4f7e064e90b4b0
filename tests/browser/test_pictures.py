"""A large picture is made smaller in the browser before it travels; a small one travels as it is."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow
from playwright.sync_api import Page, expect

from tests.browser.playground import another_film, bring, picture, ready

DROPPED = """([zone, content, name, kind]) => {
  const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(content)], name, {type: kind}));
  for (const what of ["dragenter", "dragover", "drop"]) zone.dispatchEvent(new DragEvent(what, {bubbles: true, cancelable: true, dataTransfer: held}));
}"""


def photo(width: int, height: int, kind: str = "JPEG", *, turned: int = 1) -> bytes:
    """Red above, blue below, as it stands in the file."""
    image = Pillow.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width, height))
    file, exif = io.BytesIO(), Pillow.Exif()
    exif[0x0112] = turned
    image.save(file, kind, exif=exif)
    return file.getvalue()


HEARD = """() => {
  const append = FormData.prototype.append;
  window.sent = [];
  FormData.prototype.append = function (name, file, ...more) { window.sent.push(file); return append.call(this, name, file, ...more); };
}"""
LAST = "async () => { const file = window.sent.at(-1); return [...new Uint8Array(await file.arrayBuffer())]; }"


@pytest.fixture
def som(visit) -> Page:
    """A page of pictures that notes what travels from it."""
    page = visit("/som")
    ready(page)
    page.evaluate(HEARD)
    return page


def sent(page: Page) -> bytes:
    """The file that was sent last."""
    return bytes(page.evaluate(LAST))


def shown(file: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(file)).convert("RGB"))


def test_a_photo_is_turned_upright_and_made_smaller_before_it_travels(som: Page):
    original = photo(4000, 3000, turned=6)  # a quarter turn to the right: what is above comes to stand at the right
    with another_film(som):
        bring(som, "holiday.jpg", original, "image/jpeg")
    file = sent(som)
    pixels = shown(file)
    assert file[:3] == b"\xff\xd8\xff"
    assert b"Exif" not in file
    assert 3_950_000 < pixels.shape[0] * pixels.shape[1] <= 4_000_000
    assert abs(pixels.shape[0] / pixels.shape[1] - 4 / 3) < 0.01
    middle = pixels.shape[0] // 2
    assert pixels[middle, -20].tolist()[::2] > [240, 0]
    assert pixels[middle, 20, 2] > 240
    expect(som.get_by_test_id("stPopoverBody")).to_contain_text("it had 3000×4000 pixels")


def test_a_small_picture_and_one_that_cannot_be_drawn_travel_byte_for_byte(som: Page):
    small = photo(2000, 1999)
    with another_film(som):
        bring(som, "small.jpg", small, "image/jpeg")
    assert sent(som) == small
    cut = small[: len(small) // 2]
    bring(som, "cut.png", cut[:40], "image/png")
    expect(som.get_by_test_id("stAlert")).to_contain_text("damaged")
    assert sent(som) == cut[:40]


def test_a_large_drawing_stays_a_png_and_may_be_dropped(som: Page):
    bring(som, "small.png", picture(), "image/png")
    zone = som.locator(".st-key-som-upload [data-testid=stFileUploaderDropzone]")
    zone.wait_for()
    with another_film(som):
        som.evaluate(DROPPED, [zone.element_handle(), list(photo(3000, 3000, "PNG")), "drawing.png", "image/png"])
    file = sent(som)
    assert file[:4] == b"\x89PNG"
    assert shown(file).shape == (2000, 2000, 3)
    expect(som.get_by_test_id("stPopoverBody")).to_contain_text("it had 3000×3000 pixels")
    expect(zone).not_to_contain_text("Drag and drop")


def test_a_photo_that_others_refuse_for_its_size_is_read_here(som: Page):
    with another_film(som):
        bring(som, "panorama.png", photo(6000, 4000, "PNG"), "image/png")
    assert len(shown(sent(som))) <= 2000
    expect(som.get_by_test_id("stAlert")).to_have_count(0)
