"""Links carry drawings: points where a page takes points, a picture where it takes pictures; damaged ones are said."""

import pytest
from streamlit.testing.v1 import AppTest

from engine import data
from engine.drawings import digit
from engine.strokes import drawing, pack_drawing
from tests import links
from tests.pages import opened, said
from ui.pad import _decoded, places, small_picture

pytestmark = pytest.mark.usefixtures("bugs_break")
SEVEN = pack_drawing(drawing([[(40, 30), (160, 30), (90, 180)]]))


def run_of(link: str) -> links.Opened:
    *_, shown = links.opened(links.visitor().run(), {"open": link})
    return shown


@pytest.mark.parametrize(
    ("link", "made"),
    [
        ("som", data.drawn_points(SEVEN)),
        ("em?em.show=mixture", data.drawn_points(SEVEN)),
        ("diffusion?diffusion.show=points", data.drawn_points(SEVEN)),
        ("diffusion?diffusion.begin=picture", data.drawn_picture(SEVEN)),
        ("swin", data.drawn_picture(SEVEN)),
    ],
)
def test_a_link_opens_the_run_that_was_drawn(link, made):
    shown = run_of(f"{link}{'&' if '?' in link else '?'}data=draw:{SEVEN}")
    assert shown.run.data == (made,)


def test_a_pinned_run_may_be_one_that_was_drawn():
    page = opened("som", data="penguins", pin=f"data=draw:{SEVEN}")
    assert not page.exception
    assert "bad_value" not in said(page)


@pytest.mark.parametrize(("slug", "drawn"), [("som", "xx"), ("som", "AgIKCg"), ("em", SEVEN), ("swin", "AgZQPPABAIsB")])
def test_a_damaged_drawing_or_one_where_none_is_taken_is_said_and_the_sample_stays(slug, drawn):
    page = opened(slug, data=f"draw:{drawn}")
    assert not page.exception
    assert "cannot be read" in said(page)


def test_a_digit_that_is_drawn_is_placed_on_a_map_of_digits_and_stays_in_the_link():
    shown = run_of(f"som?data=mnist&som.place=draw:{SEVEN}")
    (placed,) = shown.beside
    assert placed.X.tolist() == [digit(data.drawn_picture(SEVEN)).tolist()]


def test_a_door_to_the_pad_stands_only_where_drawings_are_taken():
    doors = {slug: _doors(opened(slug)) for slug in ("som", "swin", "em", "gcn", "ngram")}
    assert doors == {"som": 1, "swin": 1, "em": 0, "gcn": 0, "ngram": 0}  # em opens with tosses


def _doors(page: AppTest) -> int:
    return [block.proto.popover.label for block in page.get("popover")].count("Draw the data")


def test_what_the_pad_shows_is_small_and_what_a_camera_sends_is_never_believed():
    made = small_picture(data.drawn_picture(SEVEN).pixels)
    assert max(made["width"], made["height"]) <= 112
    assert made["of"] == (240, 240)
    assert places(data.drawn_points(SEVEN).X)["places"][0] == [0.2, 0.85]
    assert _decoded("§") == _decoded("abc") == _decoded("A" * 8_000_000) == b""
    assert _decoded("aGk=") == b"hi"
