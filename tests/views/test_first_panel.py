"""One panel dominates and carries the lamp, titles stand in line: held for every kind of run."""

import json
import re
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest

from charts.labels import width
from charts.layout import NEAR, PHONE, WIDE
from charts.panels import Picture
from contents import SECTIONS
from tests.engine.algorithms import ALGORITHMS, Case, fewer
from tests.examples import short
from tests.views import on_a_phone
from ui.text import theory

SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
LEAST = 0.45  # of the stage
LEAD = 1.1  # on a phone
ROW = 24  # px: titles whose lines are so near stand in one row


@pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)
def test_the_first_panel_has_nearly_half_of_the_stage_leads_on_a_phone_and_carries_the_lamp(algorithm: Case):
    shown = pictures(algorithm)
    assert all(share(picture, boxes) >= LEAST for picture in shown for boxes in (picture.wide, picture.huge) if boxes)
    assert all(lit(picture) for picture in shown[1:])
    first, *others = on_a_phone(shown[-1])
    assert first >= LEAD * max(others, default=0)
    assert all(width(line, 11) <= PHONE for picture in shown for line in written(picture))
    for size, across, high in (("wide", *WIDE), ("narrow", PHONE, shown[0].narrow["height"])):
        for picture in (shown[0], shown[-1]):
            places = titles(picture, getattr(picture, size))
            assert apart([x for x, _ in places], 1 / across, NEAR[size])
            assert apart([y for _, y in places], 1 / high, ROW / high)


def pictures(algorithm: Case) -> list[Picture]:
    """First, second, middle and last step of a short run."""
    draw = import_module(f"views.{SECTION[algorithm.slug]}.{algorithm.slug}").draw
    options = import_module(draw.__module__).Options()
    text = theory(algorithm.slug, "en")
    with fewer():
        params = algorithm.Params(**short(algorithm.Params))
        data = algorithm.data()
        frames = list(algorithm.train(params, *data))
    return [draw(frames, i, params, data, options, text) for i in sorted({0, 1, len(frames) // 2, len(frames) - 1})]


def share(picture: Picture, boxes: dict[str, list[float]]) -> float:
    """What the first panel plots on, of the stage."""
    (left, right), (low, high) = (boxes[axis]["domain"] for axis in ("xaxis", "yaxis"))
    return (right - left) * (high - low)


def written(picture: Picture) -> list[str]:
    """The lines of its titles, without marks of style."""
    words = [item["text"] for item in picture.layout["annotations"] if item.get("name") == "title"]
    return [re.sub("<[^>]+>", "", line) for text in words for line in text.split("<br>")]


def titles(picture: Picture, boxes: dict[str, Any]) -> list[tuple[float, float]]:
    """Where the titles of panels stand, as parts of the stage."""
    found = [item["xref"].split()[0][1:] for item in picture.layout["annotations"] if item.get("name") == "title"]
    at_edge = boxes.get("titles", {})
    return [(at_edge.get(k, boxes[f"xaxis{k}"]["domain"][0]), boxes[f"yaxis{k}"]["domain"][1]) for k in found]


def apart(places: list[float], same: float, near: float) -> bool:
    """Whether of any two neighbours one stands where the other does, or far from it."""
    return all(b - a <= same or b - a > near for a, b in pairwise(sorted(places)))


def lit(picture: Picture) -> bool:
    """Whether a trace, a word or a shape of the first panel has the lamp's colour."""
    traces = [trace for trace in picture.data if trace["xaxis"] == "x"]
    layout = [item for kind in ("annotations", "shapes") for item in picture.layout[kind] if str(item["xref"]).split()[0] == "x"]
    return "@accent" in json.dumps([traces, layout], default=lambda array: array.tolist())
