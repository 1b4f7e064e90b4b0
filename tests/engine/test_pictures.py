"""Pictures at the door: how large they may be, and what becomes of one that was cut."""

import io
import struct

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFile

from engine import data
from engine.errors import DataError
from engine.images import PICTURE_BYTES, PIXELS, SENT_PIXELS
from engine.jpegs import DRAFT_PIXELS, SCANS, in_passes


def saved(picture: Pillow.Image, kind: str = "JPEG", **more) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def refusal(raw: bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(DataError) as caught:
        data.read_image(raw)
    return caught.value.code, caught.value.values


def photo(width: int = 480, height: int = 640) -> Pillow.Image:
    """Something of every colour, coarse enough for a JPEG to keep."""
    coarse = np.random.default_rng(3).integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
    return Pillow.fromarray(coarse).resize((width, height), Pillow.Resampling.BICUBIC)


@pytest.mark.parametrize("size", [(8000, 6000), (60_000, 800), (700, 65_000)])
def test_a_jpeg_of_fifty_megapixels_is_read_at_a_fraction(size):
    raw = saved(Pillow.new("RGB", size, "teal"))
    image = data.read_image(raw)
    assert max(image.pixels.shape) == 512
    assert np.abs(image.pixels.astype(int) - [0, 128, 128]).max() <= 4
    assert dict(image.notes)["resized"]["width"] == size[0]


def test_more_than_the_door_takes_is_refused_by_its_header():
    wide = saved(Pillow.new("L", (16, 16)))
    place = wide.index(b"\xff\xc0") + 5
    huge = wide[:place] + struct.pack(">HH", 8000, 6400) + wide[place + 4 :]
    assert refusal(huge) == ("too_many_pixels", {"megapixels": 51.2, "limit": 50})
    assert refusal(saved(Pillow.new("L", (4001, 4000)), "PNG")) == ("too_many_pixels", {"megapixels": 16.0, "limit": 16})
    assert (PIXELS, DRAFT_PIXELS, SENT_PIXELS) == (16_000_000, 50_000_000, 4_000_000)


def test_a_file_of_fifteen_megabytes_is_a_picture_still():
    raw = saved(Pillow.new("RGB", (8, 8), "teal"))
    assert data.read_image(raw + bytes(PICTURE_BYTES - len(raw))).pixels.shape == (8, 8, 3)
    assert refusal(raw + bytes(PICTURE_BYTES - len(raw) + 1)) == ("too_large", {"size": 15.0, "limit": 15})


def test_a_jpeg_that_has_to_be_laid_out_whole_may_be_no_larger_than_other_pictures():
    small, large = Pillow.new("RGB", (64, 64), "teal"), Pillow.new("RGB", (4100, 4000), "teal")
    assert not in_passes(saved(small))
    assert not in_passes(saved(small.convert("L")))
    assert in_passes(saved(small, progressive=True))
    assert data.read_image(saved(small, progressive=True)).pixels.shape == (64, 64, 3)
    assert refusal(saved(large, progressive=True)) == ("too_many_pixels", {"megapixels": 16.4, "limit": 16})
    assert data.read_image(saved(large)).pixels.shape == (500, 512, 3)


def test_a_jpeg_of_endless_passes_is_refused_before_it_is_decoded():
    raw = saved(photo(64, 64), progressive=True)
    scan = raw[raw.index(b"\xff\xda") : -2]
    assert refusal(raw[:-2] + scan * SCANS + b"\xff\xd9")[0] == "broken_image"


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_jpeg_that_is_cut_is_read_as_far_as_it_goes(share, subsampling):
    whole = saved(photo(), quality=90, subsampling=subsampling)
    image = data.read_image(whole[: int(share * len(whole))])
    said = dict(image.notes)["cut_short"]
    assert said["height"] == 640
    assert abs(said["rows"] / 640 - share) < 0.08
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    complete = data.read_image(saved(photo().crop((0, 0, 480, said["rows"])), quality=90, subsampling=subsampling))
    assert image.pixels.shape == complete.pixels.shape
    assert np.abs(image.pixels.astype(int) - complete.pixels).mean() < 4


def test_a_jpeg_of_which_little_came_is_refused():
    whole = saved(photo(), quality=90)
    assert refusal(whole[: len(whole) // 3]) == ("broken_image", {"kind": "JPEG"})
    assert refusal(whole[:300]) == ("broken_image", {"kind": "JPEG"})


def test_a_cut_jpeg_is_turned_upright_and_its_size_said():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    whole = saved(photo(640, 960), quality=90, exif=exif)
    image = data.read_image(whole[: int(0.7 * len(whole))])
    said = dict(image.notes)
    rows = said["cut_short"]["rows"]
    assert "rotated" in said
    assert said["resized"]["width"] == rows
    assert said["resized"]["height"] == 640
    assert image.pixels.shape[0] > image.pixels.shape[1] or rows >= 640


def test_a_cut_jpeg_in_passes_lacks_detail_and_no_rows():
    whole = saved(photo(), quality=90, progressive=True)
    image = data.read_image(whole[: int(0.9 * len(whole))])
    assert dict(image.notes)["cut_short"] == {"rows": 640, "height": 640}


def test_a_jpeg_without_its_last_mark_is_whole():
    whole = saved(photo(), quality=90)
    image, cut = data.read_image(whole), data.read_image(whole[:-2])
    assert np.array_equal(image.pixels, cut.pixels)


def test_other_kinds_that_are_cut_are_refused():
    for kind in ("PNG", "GIF", "WEBP", "BMP"):
        raw = saved(photo(64, 64), kind)
        assert refusal(raw[: len(raw) * 3 // 4])[0] == "broken_image"


def test_what_a_browser_made_smaller_says_how_large_it_was():
    raw = saved(photo()) + b"\nshrunk from 8000x6000"
    assert ("shrunk", {"width": 8000, "height": 6000}) in data.read_image(raw).notes
    assert all(code != "shrunk" for code, _ in data.read_image(saved(photo())).notes)
