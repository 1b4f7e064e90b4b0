"""Colours that mean something stay apart for people who see colours differently.

Dichromats are simulated as Machado, Oliveira and Fernandes (2009) do, at full severity, in linear sRGB; distances are those of
OKLab (Ottosson 2020) × 100, where about 2 can just be seen side by side. Shape is the second cue everywhere.
"""

import itertools

import numpy as np
import pytest

from charts import theme

SEEN = {
    "all cones": np.eye(3),
    "no red cones": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "no green cones": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "no blue cones": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
PALETTES = {"light": theme.LIGHT, "dark": theme.DARK}
seen_in = [pytest.mark.parametrize("eyes", SEEN), pytest.mark.parametrize("mood", PALETTES)]


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
    lab = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
    return lab @ np.cbrt(cones @ np.clip(rgb, 0, 1))


def distance(mood: str, eyes: str, a: str, b: str) -> float:
    one, other = (oklab(SEEN[eyes] @ linear(PALETTES[mood][role])) for role in (a, b))
    return 100 * float(np.linalg.norm(one - other))


def test_black_and_white_are_a_hundred_apart_and_grey_stays_grey_for_everybody():
    assert np.linalg.norm(oklab(np.ones(3)) - oklab(np.zeros(3))) == pytest.approx(1, abs=1e-3)
    for matrix in SEEN.values():
        np.testing.assert_allclose(matrix @ np.full(3, 0.5), 0.5, atol=1e-5)


def contrast(mood: str, text: str, paper: str) -> float:
    """The ratio of WCAG 2.2 between two roles."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    dark, light = sorted(float(weights @ linear(PALETTES[mood][role])) for role in (text, paper))
    return (light + 0.05) / (dark + 0.05)


@seen_in[1]
@pytest.mark.parametrize("paper", ["paper", "surface", "sunk", "tile", "wash"])
def test_words_can_be_read_on_every_paper(mood, paper):
    """4.5 : 1 for words; hints and ticks do not stand on the wash, what happens now not on what is sunk."""
    roles = ["ink", "ink2", "bad"] + ["ink3"] * (paper != "wash") + ["accent"] * (paper != "sunk")
    assert {role: contrast(mood, role, paper) for role in roles if contrast(mood, role, paper) < 4.5} == {}


@seen_in[0]
@seen_in[1]
def test_any_two_series_can_be_told_apart(mood, eyes):
    roles = [role.removeprefix("@") for role in theme.CATEGORICAL]
    assert min(distance(mood, eyes, a, b) for a, b in itertools.combinations(roles, 2)) >= (12 if eyes == "all cones" else 7)


@seen_in[0]
@seen_in[1]
def test_what_is_happening_now_stands_out_from_ink_and_from_every_series(mood, eyes):
    roles = ["ink", "ghost", *(role.removeprefix("@") for role in theme.CATEGORICAL)]
    assert min(distance(mood, eyes, "accent", role) for role in roles) >= 7


@seen_in[0]
@seen_in[1]
@pytest.mark.parametrize("scale", ["sequential", "diverging"])
def test_a_step_of_a_scale_can_be_seen_and_a_sequential_one_only_darkens_or_lightens(mood, eyes, scale):
    colours = [oklab(SEEN[eyes] @ linear(colour)) for _, colour in PALETTES[mood][scale]]
    assert min(100 * np.linalg.norm(a - b) for a, b in itertools.pairwise(colours)) >= 2
    if scale == "sequential":
        lightness = np.diff([colour[0] for colour in colours])
        assert (lightness > 0).all() or (lightness < 0).all()


@seen_in[0]
@seen_in[1]
def test_the_two_ends_of_a_diverging_scale_are_not_the_same(mood, eyes):
    (_, low), *_, (_, high) = PALETTES[mood]["diverging"]
    one, other = (oklab(SEEN[eyes] @ linear(colour)) for colour in (low, high))
    assert 100 * np.linalg.norm(one - other) >= 12


@seen_in[1]
def test_no_end_of_a_diverging_scale_has_the_hue_of_what_is_happening_now_or_of_what_is_wrong(mood):
    def hue(colour: str) -> float:
        _, a, b = oklab(linear(colour))
        return float(np.degrees(np.arctan2(b, a)))

    for role, least in (("accent", 50), ("bad", 20)):
        for _, colour in (PALETTES[mood]["diverging"][0], PALETTES[mood]["diverging"][-1]):
            assert abs((hue(colour) - hue(PALETTES[mood][role]) + 180) % 360 - 180) >= least, (role, colour)
