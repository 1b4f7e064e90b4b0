"""Type stands level in every figure, and can be read whatever its colour."""

import re
from pathlib import Path

import pytest

from charts import bars, theme
from charts.panels import Panel, compose

ROOT = Path(__file__).parents[2]
ANGLE = re.compile(r"""(?:tick|text)angle["']?\s*[:=]\s*([^,}\n]+)""")


def test_no_axis_turns_its_labels_and_no_picture_says_otherwise():
    assert theme.AXIS["tickangle"] == 0
    for file in [*ROOT.glob("charts/*.py"), *ROOT.glob("views/**/*.py")]:
        assert set(ANGLE.findall(file.read_text(encoding="utf-8"))) <= {"0"}, file


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK, theme.PROJECTOR])
def test_words_in_a_categorical_colour_can_be_read_and_keep_the_colour_where_it_can(palette):
    for k in range(1, 7):
        mark, word = palette[f"c{k}"], palette[f"word{k}"]
        assert theme.contrast(word, palette["surface"]) >= 4.5
        assert (word == mark) == (theme.contrast(mark, palette["surface"]) >= 4.5)


def test_black_on_white_has_the_contrast_of_the_standard():
    assert round(theme.contrast("#000000", "#FFFFFF"), 6) == round(theme.contrast("#FFFFFF", "#000000"), 6) == 21
    assert round(theme.contrast("#777777", "#FFFFFF"), 2) == 4.48  # the grey that just fails


def test_a_figure_writes_no_word_in_the_colour_of_a_mark():
    words = [bars.labels([0, 1], [0, 1], ["a", "b"], colour=["@c6", "@accent"]), bars.labels([0], [0], ["c"], colour="@c2")]
    marks = {"type": "scatter", "mode": "markers", "x": [0], "y": [0], "marker": {"color": "@c6"}}
    drawn = compose([Panel([*words, marks])], [(0, 1, 0, 1)], [(0, 1, 0, 1)], 100)["data"]
    assert [trace["textfont"]["color"] for trace in drawn[:2]] == [["@word6", "@accent"], "@word2"]
    assert drawn[2]["marker"]["color"] == "@c6"
