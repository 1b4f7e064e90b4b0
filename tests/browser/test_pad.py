"""The drawing pad: what is drawn is what a run gets, by mouse or keyboard, and the link carries it."""

import numpy as np
from playwright.sync_api import Page, expect

from engine.strokes import drawn_points, unpack_drawing
from tests.browser.playground import another_film, caption, film, idle, picture, ready, unbroken

SHEET = ".th-pad-sheet svg"


def drawing_of(page: Page) -> str:
    """What the address says is drawn."""
    return page.evaluate("new URL(location).searchParams.get('data') ?? ''").partition("draw:")[2]


def stroke(page: Page, *places: tuple[float, float]) -> None:
    """Draw with the mouse, from place to place of a pad that is 1 high."""
    box = page.locator(SHEET).bounding_box()
    to = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*to[0])
    page.mouse.down()
    for place in to[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def opened(page: Page, slug: str) -> None:
    page.locator(f".st-key-{slug}-draw button:visible").click()
    page.locator(SHEET).wait_for()
    idle(page)


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.locator(SHEET).press(name)


def test_points_are_drawn_by_mouse_and_keyboard_and_the_link_opens_the_same_run(visit):
    page = visit("/som?data=square&som.rows=5&som.cols=4")
    ready(page)
    sample = film(page)
    opened(page, "som")
    with another_film(page):
        stroke(page, (0.2, 0.8), (0.8, 0.8), (0.8, 0.2))
    line = drawing_of(page)
    assert len(unpack_drawing(line).strokes) == 1
    assert np.abs(drawn_points(line).X[[0, -1]] - [[0.2, 0.2], [0.8, 0.8]]).max() < 0.02
    expect(page.locator(".th-pad-gets circle")).to_have_count(len(drawn_points(line).X))
    expect(page.locator(".th-pad-gets figcaption")).to_contain_text(f"{len(drawn_points(line).X)} points")

    step = page.get_attribute(".th-player", "data-step")
    with another_film(page):  # a tap in the middle, then a line of four steps from there
        keys(page, " ", " ", "ArrowLeft", " ", *["ArrowUp"] * 4, " ")
    assert unpack_drawing(drawing_of(page)).strokes[1:] == (((100, 100),), ((90, 100), (90, 60)))
    assert page.get_attribute(".th-player", "data-step") == step  # the film heard none of these keys

    with another_film(page):
        keys(page, "Backspace", "Backspace")
    assert drawing_of(page) == line
    said, drawn = caption(page), film(page)
    unbroken(page)

    again = visit("/" + page.url.split("/", 3)[3])
    ready(again)
    assert caption(again) == said
    opened(again, "som")
    expect(again.locator(".th-pad")).to_have_attribute("data-strokes", "1")
    unbroken(again)

    with another_film(page):
        page.click(".th-pad-clear")
    assert drawing_of(page) == ""
    assert film(page) not in (sample, drawn)  # back at what the page opens with
    stroke(page, (0.5, 0.5))
    expect(page.locator(".th-pad-said")).to_contain_text("One point is too few")
    unbroken(page)


def test_a_digit_is_seen_as_the_network_gets_it_and_a_phone_has_a_camera(visit):
    phone = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    page = visit("/diffusion?diffusion.begin=picture&diffusion.calls=5", width=390, height=844, **phone)
    ready(page)
    opened(page, "diffusion")
    with another_film(page):
        stroke(page, (0.3, 0.2), (0.7, 0.2), (0.4, 0.8))
    expect(page.locator(".th-pad-gets figcaption")).to_contain_text("28 × 28 pixels")
    rows = page.evaluate("""() => { const canvas = document.querySelector(".th-pad-gets canvas"), {data} = canvas.getContext("2d").getImageData(0, 0, 28, 28);
        return Array.from({length: 28}, (none, row) => Math.max(...Array.from({length: 28}, (none, column) => data[4 * (28 * row + column)]))); }""")  # fmt: skip
    assert np.ptp(np.flatnonzero(rows)) + 1 == 20  # as MNIST has it
    expect(page.locator(".th-pad-photo")).to_be_visible()
    with another_film(page):
        page.locator(".th-pad-photo input").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture()})
    assert drawing_of(page) == ""
    unbroken(page)
