"""A click on the areas makes another table the visitor's own; an experiment with a goal stays while that is tried."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import opened, said, visit
from tests.ui.test_experiments import shown as shown
from tests.ui.test_strip import is_taken, take

pytestmark = pytest.mark.usefixtures("bugs_break")
MOVED = b"row,a,b,c\nP,0.5,0.25,0.25\nQ,0.375,0.375,0.25\n"


def _click() -> None:
    import streamlit as st

    from engine import data
    from engine.foundations import cross_entropy as ce
    from ui import address, shell
    from ui.player import Clicked
    from ui.text import theory
    from ui.visit import visit
    from views.foundations import cross_entropy as view

    text, sample, params = theory("cross_entropy", "en"), data.sample("halves"), ce.Rectangles(steps=0)
    address.arrive("cross_entropy")
    address.kept("cross_entropy")["data"] = "halves"
    frame = next(ce.rectangles(params, sample))
    shell.clicks(text, view, Clicked("top", 23 * 48 + 47, frame), params, sample, view.Options())
    own = visit().topic("cross_entropy").data.own
    moves = visit().topic("cross_entropy").experiment.moves
    st.session_state["result"] = own.content.frame["c"].tolist(), own.name, address.kept("cross_entropy")["data"], moves


def test_a_click_makes_another_table_the_visitors_own():
    page = AppTest.from_function(_click, default_timeout=30).run()
    assert not page.exception
    (p, q), name, choice, moves = page.session_state["result"]
    assert p == 0.25
    assert 0.2 < q < 0.3  # a top at about two bits
    assert (name, choice, moves) == ("Halves and quarters, edited", "own", 1)


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(("name", "stays"), [("goal", True), ("floor", False)])
def test_an_experiment_with_a_goal_stays_while_the_data_are_moved_and_no_other_does(name, stays):
    page = take(opened("cross_entropy"), "cross_entropy", name)
    page.file_uploader(key="cross_entropy-upload").set_value(("moved.csv", MOVED, "text/csv")).run()
    assert visit(page).topic("cross_entropy").settings["data"] == "own"
    assert is_taken(page) is stays


@pytest.mark.usefixtures("shown")
def test_a_goal_is_headed_as_one_and_its_moves_are_counted_until_it_is_begun_again():
    page = take(opened("cross_entropy"), "cross_entropy", "goal")
    assert "<b>Goal</b>" in said(page)
    assert "<b>Predict</b>" not in said(page)
    assert not any(button.key == "strip-again" for button in page.button)
    for moves, head in ((1, "Reached in 1."), (4, "Reached, in 4 moves.")):
        visit(page).topic("cross_entropy").experiment.moves = moves
        page.run()
        assert f"Moves: {moves} of 3." in said(page)
        assert f'data-th-aim="below" data-th-column="cost" data-th-bound="1.6" hidden><b>{head}</b>' in said(page)
        assert ("furthest above its dashed line" in said(page)) is (moves > 3)
    page.button(key="strip-again").click().run()
    assert visit(page).topic("cross_entropy").experiment.moves == 0
    assert is_taken(page)


@pytest.mark.usefixtures("shown")
def test_an_experiment_with_a_goal_is_left_when_a_setting_is_another():
    page = take(opened("cross_entropy"), "cross_entropy", "goal")
    page.slider(key="cross_entropy.steps").set_value(7).run()
    assert not is_taken(page)
