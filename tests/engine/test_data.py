"""Bad input explains itself, good input arrives unchanged, and what was assumed is said."""

import contextlib
import io
import pickle
import struct
import subprocess
import sys
import warnings
import zlib
from base64 import urlsafe_b64encode

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from engine import data, samples
from engine.errors import DataError
from engine.foundations import tensors
from engine.vision.swin.samples import CLOTHES, EMOJI

HOSTILE = "<img src=x onerror=alert(1)>"


def refusal(action, *arguments, **named):
    """The code and values of the DataError that an action raises."""
    with pytest.raises(DataError) as caught:
        action(*arguments, **named)
    return caught.value.code, caught.value.values


def read(text, encoding="utf-8"):
    return data.read_table(text.encode(encoding), "own.csv")


def codes(table):
    return {code for code, _ in table.notes}


def said(table):
    return dict(table.notes)


def saved(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_header(width, height, body=b""):
    """A PNG of one grey bit per pixel that claims a size and holds `body` as its data."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# ------------------------------------------------------------------------------------------------------------- bad tables


@pytest.mark.parametrize("raw", [b"", b"  \n\t\n", "\ufeff".encode(), "\ufeff \n".encode("utf-16-le"), b'""\n""\n'])
def test_an_empty_file_is_refused(raw):
    assert refusal(data.read_table, raw, "own.csv")[0] == "empty"


@pytest.mark.parametrize(("reader", "limit"), [(lambda raw: data.read_table(raw, "own.csv"), 5), (data.read_image, 15)])
def test_300_megabytes_are_refused_by_their_size_before_anything_else(reader, limit):
    assert refusal(reader, bytes(300_000_000)) == ("too_large", {"size": 286.1, "limit": limit})


def test_the_size_limit_is_exact():
    assert refusal(data.read_table, b" " * data.UPLOAD_BYTES + b"1")[0] == "too_large"
    assert data.read_table(b" " * (data.UPLOAD_BYTES - 4) + b"1,2\n").rows == 1


@pytest.mark.parametrize(
    ("raw", "code", "kind"),
    [
        (saved(Pillow.new("RGB", (4, 4))), "is_image", "PNG"),
        (saved(Pillow.new("RGB", (4, 4)), "JPEG"), "is_image", "JPEG"),
        (saved(Pillow.new("RGB", (4, 4)), "BMP"), "is_image", "BMP"),
        (saved(Pillow.new("RGB", (4, 4)), "WEBP"), "is_image", "WebP"),
        (b"PK\x03\x04....xl/workbook.xml", "is_sheet", "XLSX"),
        (b"PK\x03\x04....data.csv", "is_archive", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "is_sheet", "XLS"),
        (b"\x1f\x8b\x08\0", "is_archive", "gzip"),
        (b"%PDF-1.7\n", "is_document", "PDF"),
        (b"\n<!DOCTYPE html><p>1,2", "is_document", "HTML"),
        (b"PAR1\0\0", "is_other", "Parquet"),
    ],
)
def test_another_type_under_the_name_of_a_csv_is_named_by_its_content(raw, code, kind):
    assert refusal(data.read_table, raw, "own.csv") == (code, {"kind": kind})


@pytest.mark.parametrize(
    "raw", [bytes(range(256)) * 4, b"1,2\n3,\0", b"\x01\x02\x03\x04,\x05", b"\xff\xfe\0\0" + "1,2\n".encode("utf-32-le")]
)
def test_binary_content_is_not_taken_for_text(raw):
    assert refusal(data.read_table, raw, "own.csv")[0] == "is_binary"


def test_a_column_that_begins_with_bm_is_no_bitmap():
    assert read("BMI,age\n21.5,40\n30,50\n").columns == ("BMI", "age")


def test_letters_that_no_encoding_makes_plausible_are_refused_with_a_guess():
    code, values = refusal(data.read_table, "ville,prix\nLié,3\nOrlé,4\nMañana,5\n".encode() + b"\xe9,6\n")
    assert (code, values) == ("encoding", {"guess": "UTF-8"})


def test_a_missing_number_is_named_by_row_and_column():
    table = read("height,width\n1,2\n3,NA\n5,6\n")
    assert said(table)["missing"] == {"columns": "width", "count": 1}
    assert refusal(data.choose, table, ["height", "width"]) == ("nan", {"row": 2, "column": "width"})
    assert data.choose(table, ["height"]).X.shape == (3, 1)


def test_points_refuse_nan_and_huge_numbers_by_row_and_column():
    assert refusal(data.points, [[1, 2], [3, np.nan]], ("a", "b")) == ("nan", {"row": 2, "column": "b"})
    assert refusal(data.points, [[np.inf, 2]], ("a", "b")) == ("huge", {"row": 1, "column": "a"})
    assert refusal(data.choose, read("a\n1\n2e150\n"), ["a"]) == ("huge", {"row": 2, "column": "a"})
    assert refusal(data.choose, read("a\n1\n-Infinity\n"), ["a"]) == ("huge", {"row": 2, "column": "a"})


def test_a_word_among_numbers_is_shown_with_its_row():
    table = read("a,b\n1,2\nNA,4\nfive,6\n")
    assert data.text_columns(table) == ("a",)
    assert refusal(data.choose, table, ["a", "b"]) == ("not_numeric", {"column": "a", "row": 3, "value": "five"})


@pytest.mark.parametrize("word", ["1_000", "0x10", "12%", "1e", "--1", "nifty", "1 2", "١٢"])
def test_only_plain_numbers_are_numbers(word):
    assert data.text_columns(read(f"a,b\n{word},1\n2,2\n")) == ("a",)


def test_a_gap_in_a_word_column_is_still_a_gap():
    assert refusal(data.choose, read("a,b\n,1\n,2\n"), ["a"]) == ("nan", {"row": 1, "column": "a"})


def test_one_row_is_too_few_and_none_at_all_too():
    assert refusal(data.choose, read("a,b\n1,2\n"), ["a"]) == ("one_row", {})
    assert refusal(data.read_table, b"a,b\n") == ("no_rows", {})
    assert refusal(data.points, np.empty((0, 2))) == ("no_rows", {})


def test_a_constant_column_is_noted_and_refused_only_when_nothing_varies():
    table = read("a,b,c\n1,2,5\n1,3,5\n")
    assert refusal(data.choose, table, ["a", "c"]) == ("constant", {"columns": "a, c"})
    assert data.notes(data.choose(table, ["a", "b"])) == (("constant", {"columns": "a"}),)


def test_choosing_nothing_or_a_column_that_is_not_there_is_refused():
    table = read("a,b\n1,2\n3,4\n")
    assert refusal(data.choose, table, [])[0] == "nothing_chosen"
    assert refusal(data.choose, table, ["c"]) == ("no_column", {"column": "c"})
    assert refusal(data.choose, table, ["a"], label="d") == ("no_column", {"column": "d"})
    assert refusal(data.choose, table, ["a", "a"]) == ("twice", {"column": "a"})


def test_a_ragged_row_is_named_by_its_row_and_its_line():
    expected = {"row": 2, "line": 4, "found": 3, "expected": 2}
    assert refusal(read, "a,b\n1,2\n\n3,4,5\n") == ("ragged", expected)
    assert refusal(read, "1,2\n3,4\n5\n") == ("ragged", {"row": 3, "line": 3, "found": 1, "expected": 2})


def test_a_quotation_mark_left_open_is_named_by_its_line():
    assert refusal(read, 'a,b\n1,2\n"3,4\n') == ("quotes", {"line": 3})


def test_too_many_rows_and_columns_are_refused():
    assert refusal(data.read_table, b"1\n" * 200_000) == ("too_many_rows", {"rows": 200_000, "limit": 100_000})
    assert refusal(data.read_table, b"1,2\n" * 100_001)[0] == "too_many_rows"
    assert refusal(data.read_table, b"1" + b",1" * 200) == ("too_many_columns", {"columns": 201, "limit": 200})
    assert refusal(data.points, np.zeros((1, 201))) == ("too_many_columns", {"columns": 201, "limit": 200})


def test_a_table_at_the_limits_is_read():
    assert data.read_table(b"x,y\n" + b"1,2\n" * 100_000).rows == 100_000
    assert len(data.read_table((b"1" + b",1" * 199 + b"\n") * 3).columns) == 200


# ------------------------------------------------------------------------------------------------------------ good tables


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB18030"),
    ],
)
def test_chinese_text_is_read_in_each_encoding_and_the_encoding_is_said(encoding, name):
    table = read("城市,一月,温度\n北京,1,-3.5\n一面坡,2,-18\n", encoding)
    assert said(table)["encoding"] == {"encoding": name}
    assert table.columns == ("城市", "一月", "温度")
    assert list(table.frame["城市"]) == ["北京", "一面坡"]
    assert table.frame["温度"].tolist() == [-3.5, -18]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found(delimiter, end):
    table = read(end.join(delimiter.join(row) for row in (("a", "b"), ("1", "2.5"), ("3", "4"))))
    assert table.frame["b"].tolist() == [2.5, 4]
    assert ("tab", {}) in table.notes if delimiter == "\t" else ("delimiter", {"delimiter": delimiter}) in table.notes


def test_a_decimal_comma_is_read_and_said():
    table = read("a;b\n1,5;2\n-0,25;3\n")
    assert table.frame["a"].tolist() == [1.5, -0.25]
    assert said(table)["decimal_comma"] == {"columns": "a"}
    assert read("1,5;2,5\n3,5;4,5\n").frame["column 2"].tolist() == [2.5, 4.5]
    assert read("a;b\n1.234,5;2\n12;3\n").frame["a"].tolist() == [1234.5, 12]


def test_thousands_are_read_and_said():
    table = read('a,b\n"1,234,567.5",2\n12,3\n')
    assert table.frame["a"].tolist() == [1234567.5, 12]
    assert said(table)["thousands"] == {"columns": "a"}


def test_a_table_without_header_gets_numbered_columns():
    table = read("1,2\n3,4\n")
    assert table.columns == ("column 1", "column 2")
    assert "no_header" in codes(table)
    assert table.rows == 2


def test_quoted_cells_may_hold_delimiters_and_line_ends():
    table = read('name,size\n"Smith, ""Jo""",1\n"two\nlines",2\n')
    assert list(table.frame["name"]) == ['Smith, "Jo"', "two lines"]


def test_column_names_are_cleaned_cut_and_made_unique():
    table = read(f"a\x07b,ab,\u202e{'x' * 80},,\n1,2,3,4,\n5,6,7,8,\n")
    assert table.columns == ("ab", "ab (2)", "x" * 60, "column 4")
    assert {"renamed", "cut_name", "empty_columns"} <= codes(table)
    assert said(table)["renamed"] == {"columns": "ab (2)"}


def test_blank_rows_are_left_out_and_said():
    table = read("a,b\n1,2\n\n,\n3,4\n,\n")
    assert table.rows == 2
    assert said(table)["blank_rows"] == {"count": 3}


def test_a_minus_sign_and_signed_exponents_are_numbers():
    assert read("a\n\u22121.5\n+2e-3\n.5\n").frame["a"].tolist() == [-1.5, 0.002, 0.5]


def test_markup_in_names_and_labels_survives_as_plain_text():
    table = read(f"{HOSTILE},kind\n1,{HOSTILE}\n2,b\n")
    chosen = data.choose(table, [HOSTILE], "kind", "kind")
    assert chosen.columns == (HOSTILE,)
    assert chosen.label_names == (HOSTILE, "b")
    assert chosen.names == (HOSTILE, "b")


def test_labels_are_sorted_and_numbers_keep_their_order():
    table = read("x,word,group\n1,b,10\n2,a,9\n3,b,10\n4,a,9\n")
    assert data.label_candidates(table) == ("word", "group")
    words, numbers = data.choose(table, ["x"], "word"), data.choose(table, ["x"], "group")
    assert (words.label_names, words.labels.tolist()) == (("a", "b"), [1, 0, 1, 0])
    assert (numbers.label_names, numbers.labels.tolist()) == (("9", "10"), [1, 0, 1, 0])


def test_a_missing_label_and_too_many_labels_are_refused():
    assert refusal(data.choose, read("x,k\n1,a\n2,\n"), ["x"], "k") == ("missing_label", {"row": 2, "column": "k"})
    many = read("x,k\n" + "".join(f"{i},k{i}\n" for i in range(60)))
    assert refusal(data.choose, many, ["x"], "k") == ("too_many_labels", {"count": 60, "limit": 50})


def test_the_three_colours_by_name_make_colours():
    assert data.choose(read("red,green,blue\n1,2,3\n255,0,9\n"), ["red", "green", "blue"]).kind == "colours"
    assert data.choose(read("red,green,blue\n1,2,3\n256,0,9\n"), ["red", "green", "blue"]).kind == "table"


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_random_bytes_raise_nothing_but_a_data_error(raw):
    for reader in (data.read_table, data.read_image):
        with contextlib.suppress(DataError):
            reader(raw)


@given(st.text(alphabet='0123456789.,;\t"\n -+e|ax', max_size=80))
@settings(max_examples=200, deadline=None)
def test_random_tables_raise_nothing_but_a_data_error(text):
    try:
        table = read(text)
        data.choose(table, data.numeric_columns(table))
    except DataError:
        pass


@given(st.integers(8, 400), st.binary(min_size=1, max_size=8), st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "WEBP"]))
@settings(max_examples=200, deadline=None)
def test_damaged_images_raise_nothing_but_a_data_error(place, patch, kind):
    raw = saved(Pillow.fromarray(np.arange(768, dtype=np.uint8).reshape(16, 16, 3)), kind)
    for damaged in (raw[:place], raw[:place] + patch + raw[place + len(patch) :]):
        with contextlib.suppress(DataError):
            data.read_image(damaged)


# ----------------------------------------------------------------------------------------------------------------- points


def test_points_are_copied_read_only_and_named_by_content():
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    first, second = data.points(X, ("a", "b"), origin="own"), data.points(X, ("a", "b"), origin="edited")
    X[0, 0] = 9
    assert first.X[0, 0] == 1
    assert first == second
    assert hash(first) == hash(second)
    with pytest.raises(ValueError, match="read-only"):
        first.X[0, 0] = 5


def test_each_part_of_the_content_changes_the_digest():
    X = [[1.0, 2.0, 0.0], [3.0, 4.0, 0.0]]
    made = [
        data.points(X),
        data.points([[1.0, 2.0, 0.0], [3.0, 4.5, 0.0]]),
        data.points(X, ("a", "b", "c")),
        data.points(X, labels=[0, 1]),
        data.points(X, labels=[1, 0]),
        data.points(X, labels=[0, 1], label_names=("u", "v")),
        data.points(X, names=("p", "q")),
        data.points(X, kind="colours"),
        data.points(X, kind="images", shape=(1, 3)),
        data.points(X, kind="images", shape=(3, 1)),
    ]
    assert len({each.digest for each in made}) == len(made)


def test_points_stay_read_only_on_their_way_through_a_pipe():
    sent = pickle.loads(pickle.dumps(data.sample("moons")))
    assert sent == data.sample("moons")
    assert not sent.X.flags.writeable
    assert not sent.labels.flags.writeable


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"X": [1, 2]}, "shape"),
        ({"X": [[1, 2], [3]]}, "shape"),
        ({"X": [["a"]]}, "shape"),
        ({"X": np.empty((2, 0))}, "nothing_chosen"),
        ({"X": [[1, 2]], "columns": ("a",)}, "mismatch"),
        ({"X": [[1, 2]], "columns": ("a", "a")}, "twice"),
        ({"X": [[1, 2]], "labels": [0, 1]}, "mismatch"),
        ({"X": [[1, 2]], "labels": [-1]}, "mismatch"),
        ({"X": [[1, 2]], "labels": [2], "label_names": ("a", "b")}, "mismatch"),
        ({"X": [[1, 2]], "labels": [999]}, "too_many_labels"),
        ({"X": [[1, 2]], "names": ("a", "b")}, "mismatch"),
        ({"X": [[1, 2]], "kind": "images", "shape": (3, 3)}, "mismatch"),
        ({"X": [[1, 2]], "kind": "images"}, "mismatch"),
    ],
)
def test_points_that_do_not_fit_together_are_refused(named, code):
    assert refusal(data.points, **named)[0] == code


# ----------------------------------------------------------------------------------------------------------------- images


def test_text_under_the_name_of_an_image_is_told_from_an_unknown_file():
    assert refusal(data.read_image, b"a,b\n1,2\n") == ("is_text", {})
    assert refusal(data.read_image, b"\0\1\2\3" * 9) == ("not_image", {})
    assert refusal(data.read_image, b"%PDF-1.7") == ("not_image_but", {"kind": "PDF"})
    assert refusal(data.read_image, b"<svg onload=alert(1)>") == ("image_format", {"kind": "SVG"})
    assert refusal(data.read_image, saved(Pillow.new("L", (2, 2)), "TIFF")) == ("image_format", {"kind": "TIFF"})
    assert refusal(data.read_image, b"") == ("empty", {})


@pytest.mark.parametrize("strictness", ["ignore", "error"])
def test_a_bomb_is_refused_by_its_header(strictness):
    body = zlib.compress(bytes(13_000 * 1626))  # 169 million black pixels in about 20 KB
    assert len(body) < 30_000
    with warnings.catch_warnings():
        warnings.simplefilter(strictness, Pillow.DecompressionBombWarning)
        expected = ("too_many_pixels", {"megapixels": 169.0, "limit": 16})
        assert refusal(data.read_image, png_header(13_000, 13_000, body)) == expected
        assert refusal(data.read_image, png_header(60_000, 60_000))[1]["megapixels"] == 3600
        assert refusal(data.read_image, png_header(4001, 4000))[0] == "too_many_pixels"


def test_a_webp_bomb_is_refused_before_its_canvas_is_laid_out():
    head = b"RIFF\x30\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + (16_382).to_bytes(3, "little") * 2
    assert refusal(data.read_image, head + bytes(30)) == ("too_many_pixels", {"megapixels": 268.4, "limit": 16})


def test_a_truncated_image_is_called_broken():
    noise = Pillow.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        raw = saved(noise, kind)
        assert refusal(data.read_image, raw[: len(raw) // 2])[0] == "broken_image"


def test_a_cmyk_jpeg_becomes_rgb():
    image = data.read_image(saved(Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert image.pixels.shape == (8, 8, 3)
    assert image.notes == (("cmyk", {}),)
    assert image.pixels[4, 4, 0] > 200
    assert image.pixels[4, 4, 1:].max() < 60


def test_a_16_bit_ramp_keeps_its_range():
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16)[None].repeat(4, axis=0)
    image = data.read_image(saved(Pillow.fromarray(ramp)))
    assert image.pixels[0, :, 0].tolist() == list(range(256))
    assert ("sixteen_bit", {}) in image.notes


def test_exif_orientation_is_applied():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    picture = Pillow.new("RGB", (4, 2), "white")
    image = data.read_image(saved(picture, "JPEG", exif=exif))
    assert image.pixels.shape == (4, 2, 3)
    assert image.notes == (("rotated", {}),)
    assert data.read_image(saved(picture, "JPEG")).pixels.shape == (2, 4, 3)


def test_a_large_rotated_photo_is_made_small_and_its_upright_size_said():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = data.read_image(saved(Pillow.new("RGB", (3000, 1500), "teal"), "JPEG", exif=exif))
    assert image.pixels.shape == (512, 256, 3)
    assert dict(image.notes)["resized"] == {"width": 1500, "height": 3000, "new_width": 256, "new_height": 512}


def test_an_animation_shows_its_first_frame():
    frames = [Pillow.new("RGB", (6, 6), colour) for colour in ("red", "lime", "blue")]
    image = data.read_image(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image.pixels[3, 3].tolist() == [255, 0, 0]
    assert image.notes == (("first_frame", {}),)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(mode):
    picture = Pillow.new("RGBA", (2, 1), (0, 0, 0, 0))
    picture.putpixel((1, 0), (0, 0, 0, 255))
    image = data.read_image(saved(picture.convert(mode)))
    assert image.pixels.tolist() == [[[255, 255, 255], [0, 0, 0]]]
    assert image.notes == (("transparency", {}),)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_every_common_mode_becomes_three_channels(mode):
    assert data.read_image(saved(Pillow.new(mode, (5, 3)))).pixels.shape == (3, 5, 3)


def test_equal_pictures_have_equal_digests_and_are_read_only():
    picture = Pillow.new("RGB", (5, 3), "teal")
    png, bmp = data.read_image(saved(picture)), data.read_image(saved(picture, "BMP"))
    assert png.digest == bmp.digest
    assert png.nbytes == 45
    assert not png.pixels.flags.writeable


def test_a_palette_is_spread_over_the_whole_picture_and_always_the_same():
    y, x = np.mgrid[0:256, 0:256].astype(np.uint8)
    image = data.read_image(saved(Pillow.fromarray(np.stack([x, y, x * 0], axis=2))))
    colours = data.palette(image)
    assert colours.X.shape == (1000, 3)
    assert colours.kind == "colours"
    assert colours == data.palette(image)
    cells = np.histogram2d(colours.X[:, 0], colours.X[:, 1], bins=10, range=[[0, 256], [0, 256]])[0]
    assert cells.min() >= 6  # 10 expected in each of 100 cells
    assert cells.max() <= 14


def test_a_small_picture_gives_each_pixel_once():
    assert data.palette(data.read_image(saved(Pillow.new("RGB", (5, 3))))).X.shape == (15, 3)


def drawn(ink, paper, place=(300, 40)):
    picture = Pillow.new("L", (640, 480), paper)
    ImageDraw.Draw(picture).text(place, "7", fill=ink, font=ImageFont.load_default(size=200))
    return data.read_image(saved(picture))


def test_a_digit_is_the_same_dark_on_light_or_light_on_dark_wherever_it_stands():
    dark, light, moved = data.digit(drawn(20, 240)), data.digit(drawn(240, 20)), data.digit(drawn(20, 240, (40, 200)))
    assert dark.shape == (196,)
    assert np.allclose(dark, light, atol=0.02)
    assert np.allclose(dark, moved, atol=0.1)
    assert 0 <= dark.min() <= dark.max() <= 1
    assert data.digit_notes(drawn(20, 240)) == (("inverted", {}),)
    assert data.digit_notes(drawn(240, 20)) == ()


def test_a_drawn_seven_lies_nearest_to_a_seven_of_mnist():
    mnist = data.sample("mnist")
    means = np.array([mnist.X[mnist.labels == kind].mean(0) for kind in range(10)])
    assert int(((means - data.digit(drawn(0, 255))) ** 2).sum(1).argmin()) == 7


def test_a_digit_of_mnist_stays_where_mnist_put_it():
    with np.load(samples.DATASETS / "mnist_10k.npz") as file:
        originals = file["x_train"][:100]
    likeness = []
    for original in originals:
        redrawn = data.digit(data.read_image(saved(Pillow.fromarray(original))))
        expected = original.reshape(14, 2, 14, 2).mean((1, 3)).ravel() / 255
        likeness.append(np.corrcoef(redrawn, expected)[0, 1])
    assert np.median(likeness) > 0.999
    assert min(likeness) > 0.7


def test_an_empty_picture_has_no_digit():
    assert refusal(data.digit, data.read_image(saved(Pillow.new("RGB", (9, 9), "white")))) == ("no_ink", {})


# ---------------------------------------------------------------------------------------------------------------- samples


@pytest.mark.parametrize(
    ("name", "shape", "kind", "labels"),
    [
        ("penguins", (342, 2), "table", ("Adelie", "Chinstrap", "Gentoo")),
        ("xkcd", (949, 3), "colours", ()),
        ("mnist", (1000, 196), "images", tuple("0123456789")),
        ("animals", (16, 13), "table", ()),
        ("moons", (300, 2), "table", ("upper", "lower")),
        ("loner", (25, 2), "table", ()),
        ("square", (400, 2), "table", ()),
    ],
)
def test_each_sample_is_what_it_says(name, shape, kind, labels):
    sample = data.sample(name)
    assert sample.X.shape == shape
    assert (sample.kind, sample.label_names, sample.origin) == (kind, labels, f"sample:{name}")
    assert sample is data.sample(name)
    assert sample.nbytes >= sample.X.nbytes


def test_the_samples_are_complete_balanced_and_in_range():
    points = {
        "penguins",
        "xkcd",
        "mnist",
        "animals",
        "moons",
        "square",
        "old_faithful",
        "coins",
        "loner",
        "rings",
        "spiral",
        "heaps",
        "line",
        "scattered",
    }
    tables = {"notes", "steps", "five", "markov", "grammar"}
    graphs = {"karate", "art_philo_science", "les_miserables", "blocks", "grid", "ring", "large"}
    pictures = {"chelsea", "astronaut", "coffee", "rocket", "boats"}
    small = set(CLOTHES) | set(EMOJI)
    drawn = {"seven", "drawn_boot"}
    scripts = {"merging", "detach", "vector", "vector_sum", "vector_detach", "two_names", "neuron", "deep"}
    pairs = {"halves", "opposite", "notes_q1", "notes_q2", "ten_digits", "ruled_out"}
    named = (
        scripts
        | set(tensors.SAMPLES)
        | pairs
        | points
        | tables
        | graphs
        | set(data.TEXTS)
        | {"peoples_daily"}
        | pictures
        | small
        | drawn
    )
    assert sorted(samples.every()) == sorted(named)  # each is declared once
    assert {data.sample(name).pixels.shape for name in small} == {(28, 28, 3), (32, 32, 3)}
    assert {max(data.sample(name).pixels.shape) for name in pictures} == {384}
    assert data.sample("old_faithful").X.shape == (272, 2)
    assert data.sample("coins").X[:, 0].tolist() == [5, 9, 8, 4, 7]
    assert np.bincount(data.sample("mnist").labels).tolist() == [100] * 10
    assert np.bincount(data.sample("penguins").labels).tolist() == [151, 68, 123]
    assert data.sample("xkcd").names[0] == "cloudy blue"
    assert data.sample("xkcd").X[0].tolist() == [172, 194, 217]
    assert data.sample("animals").names[0] == "dove"
    assert refusal(data.sample, HOSTILE) == ("no_sample", {"name": HOSTILE})
    assert refusal(data.sample_table, "moons") == ("no_sample", {"name": "moons"})


def test_the_columns_of_a_sample_can_be_chosen_as_those_of_an_own_file():
    table = data.sample_table("penguins")
    chosen = data.choose(table, samples.opening("penguins"), table.label)
    assert chosen.columns == ("bill_length_mm", "bill_depth_mm")
    assert chosen.origin == "sample:penguins"
    assert table.notes == (("dropped", {"count": 2}),)


def test_a_sample_opens_with_columns_that_it_has():
    opening = {name: samples.opening(name) for name in samples.every()}
    chosen = {name for name, columns in opening.items() if columns}
    assert chosen == {"penguins", "xkcd", "animals", "old_faithful", "notes", "steps", "five", "markov", "grammar"}
    assert all(set(opening[name]) <= set(data.sample_table(name).columns) for name in chosen)


def test_a_sample_is_found_whether_its_topic_is_imported_or_not():
    code = "from engine import data; print(data.sample('karate').digest, data.sample('rings').digest)"
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert alone == [data.sample("karate").digest, data.sample("rings").digest]


def test_a_notebook_is_offered_what_is_meant_for_it_and_nothing_else():
    assert {name for name in vars(data) if not name.startswith("__")} == set(data.__all__)


# ------------------------------------------------------------------------------------------------------------------ links


def restored(link):
    table = data.unpack(link)
    columns = [column for column in table.columns if column not in (table.label, table.names)]
    return data.choose(table, columns, table.label, table.names)


words = st.text(max_size=8)
numbers = st.floats(-1e150, 1e150, allow_nan=False)


@given(st.lists(st.tuples(numbers, numbers, st.integers(0, 2), words), min_size=2, max_size=12), words)
@settings(max_examples=200, deadline=None)
def test_a_link_brings_back_values_labels_and_names_exactly(rows, column):
    X = [[x, y] for x, y, _, _ in rows]
    names = [name for *_, name in rows]
    before = data.points(X, (column + "a", "label"), [row[2] for row in rows], ("b", "01", HOSTILE), names)
    link = data.pack(before)
    if link is None or not np.ptp(before.X, axis=0).any():
        return
    after = restored(link)
    assert after == data.points(before.X, before.columns, before.labels, before.label_names, before.names)
    assert after.X.tobytes() == before.X.tobytes()
    assert after.origin == "link"
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(link) <= data.LINK_CHARACTERS


def test_a_table_travels_with_its_gaps_and_words():
    table = read('name,x,"y, z"\nApfel,1.5,\n李,,2\n"a ""b""",3,1e-300\n')
    again = data.unpack(data.pack(table))
    assert again.digest == table.digest
    assert again.columns == ("name", "x", "y, z")


def test_a_sample_table_travels_with_its_roles():
    table = data.sample_table("animals")
    again = data.unpack(data.pack(table))
    assert again.names == "animal"
    assert data.choose(again, again.columns[1:], names="animal") == data.sample("animals")


def test_too_much_for_a_link_is_not_packed():
    assert data.pack(data.sample("penguins")) is None
    assert data.pack(data.sample("mnist")) is None
    assert data.pack(data.points(np.zeros((100_000, 200)))) is None


def link_of(raw):
    return urlsafe_b64encode(zlib.compress(raw, 9)).decode().rstrip("=")


def test_a_bomb_in_a_link_is_refused():
    bomb = link_of(bytes(1_000_000))
    assert len(bomb) <= data.LINK_CHARACTERS
    assert refusal(data.unpack, bomb) == ("link_too_big", {"limit": 200})
    assert refusal(data.unpack, "A" * 2000)[0] == "broken_link"


@pytest.mark.parametrize(
    "link",
    ["", "!!!", "AAAA", "é", link_of(b"")[:-3], link_of(b"\xff\xff"), link_of(b"x"), link_of(b'"'), link_of(b",\na,b\n1\n"),
     link_of(b"k,\na,b\n1,2\n"), link_of(b",\na,b\n"), link_of(b",\n1,2\n\n3,4"), link_of(b",\na\n1\n") + "AAAA"],
)  # fmt: skip
def test_a_damaged_link_is_refused(link):
    assert refusal(data.unpack, link)[0] == "broken_link"


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_random_links_raise_nothing_but_a_data_error(raw):
    for link in (link_of(raw), raw.decode("latin-1"), link_of(b",\n" + raw)):
        with contextlib.suppress(DataError):
            restored(link)
