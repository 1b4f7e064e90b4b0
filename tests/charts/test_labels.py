"""The placer of labels: what must not happen never does, what should not happens as little as can be."""

import itertools

import numpy as np
import pytest

from charts import labels
from charts.labels import centres, drawn, held, keyframe, keyframes, pixels, place, sizes, through, width

RNG = np.random.default_rng(3)
N = 60
AT = RNG.uniform(0, 1, (N, 2)) * labels.WIDE
TEXTS = [("word" * 3)[: 3 + k % 9] for k in range(N)]
SIZE = sizes(TEXTS)
RANK = np.arange(N, 0, -1.0)


def rectangles(sides: np.ndarray, at: np.ndarray = AT, size: np.ndarray = SIZE) -> np.ndarray:
    middle = centres(sides, at, size)
    return np.concatenate([middle - size / 2, middle + size / 2], 1)[sides >= 0]


def touching(rects: np.ndarray) -> int:
    met = (rects[:, None, :2] < rects[None, :, 2:] - 1e-9) & (rects[:, None, 2:] > rects[None, :, :2] + 1e-9)
    return (int(met.all(-1).sum()) - len(rects)) // 2


def test_no_two_labels_touch_and_none_leaves_the_panel():
    sides = place(AT, SIZE, RANK, marks=AT)
    rects = rectangles(sides)
    assert len(rects) > 15
    assert not touching(rects)
    assert (rects[:, :2] >= 0).all()
    assert (rects[:, 2:] <= labels.WIDE).all()
    assert touching(rectangles(np.zeros(N, int)))  # where no placer is, they do


def test_a_label_keeps_off_marks_and_lines_where_it_can():
    at, size = np.array([[200.0, 200.0]]), sizes(["label"])
    assert place(at, size, np.ones(1)).tolist() == [0]
    right = np.array([[225.0, 200.0]])
    assert place(at, size, np.ones(1), marks=np.vstack([at, right])).tolist() != [0]
    assert place(at, size, np.ones(1), lines=np.array([[200.0, 200.0, 300.0, 200.0]])).tolist() != [0]
    far = np.array([[400.0, 20.0]])
    assert place(at, size, np.ones(1), marks=np.vstack([at, far])).tolist() == [0]


def test_what_has_no_room_is_dropped_unless_it_must_be_written():
    crowd = np.array([[250.0, 200.0]]) + np.stack(np.meshgrid(np.arange(-60, 61, 6), np.arange(-60, 61, 6)), -1).reshape(-1, 2)
    at, size, rank = np.array([[250.0, 200.0]]), sizes(["a label"]), np.ones(1)
    assert place(at, size, rank, marks=crowd).tolist() == [-1]
    assert place(at, size, rank, marks=crowd, must=np.array([True]))[0] >= 0
    assert place(at, np.array([[900.0, 15.0]]), rank, must=np.array([True])).tolist() == [-1]


def test_who_matters_more_is_written():
    at = np.array([[100.0, 100.0], [102.0, 100.0]])
    size = np.array([[250.0, 80.0]] * 2)
    for rank, winner in (([2, 1], 0), ([1, 2], 1)):
        assert np.flatnonzero(place(at, size, np.array(rank), sides=[0]) >= 0).tolist() == [winner]


def test_of_a_group_one_label_is_written():
    sides = place(AT, SIZE, np.zeros(N), group=np.arange(N) % 4)
    assert sorted((np.flatnonzero(sides >= 0) % 4).tolist()) == [0, 1, 2, 3]


def test_only_allowed_sides_are_taken():
    assert set(place(AT, SIZE, RANK, sides=[3, 4]).tolist()) <= {-1, 3, 4}


def test_a_choice_is_made_at_keyframes_and_kept_between_them():
    assert [keyframe(i) for i in range(9)] == [0, 1, 2, 2, 4, 4, 4, 4, 8]
    assert [keyframes(i) for i in (0, 1, 7)] == [[0], [0, 1], [0, 1, 2, 4]]
    course = [AT + 3 * i * np.array([1.0, -0.5]) + RNG.normal(0, 1, AT.shape) for i in range(20)]
    shown = [through(i, course, SIZE, RANK) for i in range(20)]
    for i in (3, 5, 7, 9, 15):
        both = (shown[i] >= 0) & (shown[keyframe(i)] >= 0)
        assert (shown[i] == shown[keyframe(i)])[both].all()
    anew = [place(at, SIZE, RANK, marks=at) for at in course]
    changes = [sum(int((a != b).sum()) for a, b in itertools.pairwise(some[8:])) for some in (shown, anew)]
    assert changes[0] < changes[1] / 2
    for i, sides in enumerate(shown):
        assert not touching(rectangles(sides, course[i]))


def test_a_picture_is_the_same_whether_more_has_come_or_not():
    course = [AT + 5 * i for i in range(9)]
    assert (through(5, course[:6], SIZE, RANK) == through(5, course, SIZE, RANK)).all()


def test_of_two_that_come_to_touch_the_lesser_goes_and_nobody_changes_side():
    at, size = np.array([[100.0, 100.0], [100.0, 105.0]]), sizes(["first", "second"])
    assert held(np.array([0, 0]), at, size, np.array([1.0, 2.0])).tolist() == [-1, 0]
    assert held(np.array([0, 5]), at, size, np.array([1.0, 2.0])).tolist() == [0, 5]


def test_a_width_is_that_of_what_is_seen():
    assert width("&lt;eos&gt;") == width("<eos>")
    assert width("&lt;eos&gt;") < 0.6 * width("&amp;lt;eos&amp;gt;")
    assert width("<b>word</b>") == width("word")
    assert width("春风", 12) == 24


def test_labels_stand_where_they_were_placed_on_a_halo_of_paper():
    x, y = (-2.0, 2.0), (0.0, 10.0)
    xy = np.array([[0.0, 5.0], [1.0, 1.0]])
    at, size = pixels(xy, x, y), sizes(["one", "two"])
    assert at.tolist() == [[280.0, 200.0], [420.0, 360.0]]
    trace = drawn(["one", "two"], np.array([-1, 0]), at, size, x, y, colour=["@ink", "@c1"])
    assert (trace["text"], trace["textfont"]["color"]) == (["two"], ["@c1"])
    assert pixels(np.stack([trace["x"], trace["y"]], 1), x, y) == pytest.approx(centres(np.array([0, 0]), at, size)[1:])
    assert trace["textfont"]["shadow"] == "@halo"


def test_nothing_to_place_is_no_error():
    none = np.zeros((0, 2))
    assert not len(place(none, none, np.zeros(0)))
    assert not len(held(np.zeros(0, int), none, none, np.zeros(0)))
