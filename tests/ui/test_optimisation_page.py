"""The page of the ways downhill: a menu sets a start and a rate with its surface, a link and an experiment mean what they say."""

import pytest

from engine.foundations.optimisation import curves, surfaces
from tests.pages import opened, params

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


def box(page, name):
    return next(item for item in page.selectbox if item.key.startswith(f"optimisation.{name}"))


def slider(page, name):
    return next(item for item in page.slider if item.key == f"optimisation.{name}")


def stand():
    now = params()
    return {name: getattr(now, name) for name in ("x", "y", "rate")}


def test_a_surface_that_is_chosen_brings_its_start_and_its_rate_and_they_can_be_changed_then():
    page = opened("optimisation")
    assert stand() == surfaces.STARTS["ravine"]
    for name in ("rosenbrock", "saddle"):
        box(page, "surface").set_value(name).run()
        assert not page.exception
        assert params().surface == name
        assert stand() == surfaces.STARTS[name]
    slider(page, "x").set_value(0.5).run()
    assert stand() == surfaces.STARTS["saddle"] | {"x": 0.5}


def test_a_curve_that_is_chosen_brings_its_ends():
    page = opened("optimisation", optimisation__show="chord")
    box(page, "curve").set_value("log").run()
    assert not page.exception
    assert {name: getattr(params(), name) for name in ("a", "b", "level")} == curves.ENDS["log"]


def test_a_link_keeps_the_start_that_it_says():
    page = opened("optimisation", optimisation__surface="monkey", optimisation__x="1.0", optimisation__rate="0.02")
    assert not page.exception
    assert params().surface == "monkey"
    assert stand() == {"x": 1.0, "y": 1.0, "rate": 0.02}
    page.run()
    assert stand() == {"x": 1.0, "y": 1.0, "rate": 0.02}


def asked(page):
    """The settings that the page asks for, what is folded away included."""
    keys = [item.key for item in (*page.slider, *page.selectbox, *page.segmented_control, *page.text_input, *page.number_input)]
    return {key.split(".")[1] for key in keys if key.startswith("optimisation.")}


def test_what_plays_no_part_is_not_asked_for():
    page = opened("optimisation", optimisation__show="chord")
    assert asked(page) == {"show", "curve", "a", "b", "level", "points", "focus"}
    page.segmented_control(key="optimisation.focus").set_value("descents").run()
    assert asked(page) == {"show", "curve", "focus"}
    page.segmented_control(key="optimisation.focus").set_value("chord").run()
    assert asked(page) >= {"a", "b", "level"}
    assert asked(opened("optimisation", optimisation__show="chord", optimisation__points="-1:1 2:1")) == {
        "show",
        "curve",
        "points",
        "focus",
    }
    assert "seed" not in asked(opened("optimisation"))
    assert "seed" in asked(opened("optimisation", optimisation__show="saddles"))


def test_an_experiment_has_the_start_that_it_names():
    page = opened("optimisation", optimisation__surface="bowl", optimisation__x="3.0")
    page.button_group(key="optimisation-experiment").set_value("landing").run()
    assert not page.exception
    assert stand() == {"x": 1.0, "y": 0.1, "rate": 0.01}
    assert params().surface == "saddle"
