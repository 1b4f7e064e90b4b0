"""Cells that are edited and points that are clicked become the visitor's own data, and travel in the link."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine import data
from engine.errors import DataError
from runtime import server
from tests.pages import opened
from ui.data.editing import edited

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
NONE = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}


def shown() -> object:
    return list(server.running()[1]._films.values())[-1].job.run.data[0]


def test_cells_change_rows_come_and_go():
    base = data.sample_table("notes")
    table = edited(
        base, NONE | {"edited_rows": {1: {"A": 0.2, "prefix": "B"}}, "deleted_rows": [0], "added_rows": [{"prefix": "C"}]}
    )
    assert table.rows == base.rows
    assert (table.frame["prefix"][0], table.frame["A"][0]) == ("B", 0.2)
    assert np.isnan(table.frame["A"][-1])
    assert table.origin == "edited"
    assert edited(base, NONE).digest == base.digest
    with pytest.raises(DataError):
        edited(base, NONE | {"deleted_rows": list(range(base.rows))})


def test_numbers_are_read_as_they_were_typed_and_words_among_them_refused():
    base = data.sample_table("notes")
    table = edited(
        base, NONE | {"edited_rows": {0: {"A": "0,4", "B": ".3"}}, "added_rows": [{"prefix": "C", "A": "0.25", "B": ""}]}
    )
    assert (table.frame["A"][0], table.frame["B"][0]) == (0.4, 0.3)
    assert (table.frame["A"][-1], np.isnan(table.frame["B"][-1])) == (0.25, True)
    for cell, code in (("four", "cell_no_number"), ("1,234", "cell_open")):
        with pytest.raises(DataError) as caught:
            edited(base, NONE | {"edited_rows": {0: {"A": cell}}})
        assert caught.value.code == code


def test_an_edited_table_travels_in_the_link_and_comes_back():
    table = edited(data.sample_table("notes"), NONE | {"edited_rows": {0: {"A": 0.4, "B": 0.3}}})
    opened("decoding", data="~" + data.pack(table))
    again = shown()
    assert again.digest == table.digest
    assert again.origin == "link"


def test_a_clicked_point_is_added_and_taken_away_again():
    page = AppTest.from_function(_click, default_timeout=30)
    page.run()
    assert not page.exception
    added, removed, name, choice = page.session_state["result"]
    assert (added, removed) == (301, 300)
    assert choice == "own"
    assert "edited" in name


def _click() -> None:
    import streamlit as st

    from engine import data
    from ui import address
    from ui import data as own_data
    from ui.text import theory
    from ui.visit import visit

    text, cloud = theory("em", "en"), data.sample("moons")
    address.kept("em")["data"] = "moons"
    own_data.add_point(text, cloud, {"x": 0.25})
    own = visit().topic("em").data.own
    more = data.choose(own.content, ("x", "y"), own.content.label)
    own_data.remove_point(text, more, 0)
    last = visit().topic("em").data.own
    st.session_state["result"] = len(more.X), last.content.rows, last.name, address.kept("em")["data"]


def test_a_sentence_stands_where_the_notes_need_no_mending():
    page = opened("em")
    page.session_state["em-tabs-en"] = "Errata"
    page.run()
    assert not page.exception
    assert any("needs mending" in item.value for item in page.markdown)
