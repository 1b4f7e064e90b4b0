"""A text is written, pasted or brought, with words that a cutter of Chinese should know, and travels in the link."""

import pytest
from streamlit.testing.v1 import AppTest

from engine import data
from tests.pages import opened as page_of
from tests.pages import visit

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


def _form() -> None:
    from dataclasses import replace

    import streamlit as st

    from engine import data
    from ui import address
    from ui.data import TEXT, dataset
    from ui.text import theory

    names = {"data": {name: name for name in data.TEXTS}}
    text = replace(theory("som", "en"), slug="words", choices=names)
    if "begun" not in st.session_state:
        st.session_state["begun"] = address.arrive("words")
    st.session_state["chosen"] = dataset(text, list(data.TEXTS), "yes_no", TEXT)


def opened(**link: str) -> AppTest:
    page = AppTest.from_function(_form, default_timeout=30)
    page.session_state["words-own"] = True
    for key, value in link.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def chosen(page: AppTest):
    return page.session_state["chosen"]


def area(page: AppTest, kind: str):
    return next(item for item in page.text_area if item.key.startswith(f"words.{kind}."))


def test_a_page_opens_with_a_sample_whose_lines_can_be_read():
    page = opened()
    assert chosen(page).data == data.sample("yes_no")
    assert chosen(page).short == {}
    assert area(page, "text").value == "yes no no no no yes\nno no no yes yes yes no"


def test_what_is_written_becomes_the_visitors_own_text_and_goes_on():
    page = opened()
    area(page, "text").set_value("red fish\nblue fish").run()
    assert not page.exception
    assert chosen(page).data.lines == ("red fish", "blue fish")
    assert chosen(page).code.startswith("datasets.unpack_text(")
    area(page, "text").set_value("red fish\nblue fish\nold fish").run()
    assert len(chosen(page).data.lines) == 3
    again = opened(data=chosen(page).link["data"])
    assert chosen(again).data == chosen(page).data


def test_the_box_that_is_written_in_stays_the_same_box():
    page = opened()
    before = area(page, "text").key
    for written in ("red fish", "red fish\nblue fish"):
        area(page, "text").set_value(written).run()
        assert (area(page, "text").key, area(page, "text").value) == (before, written)


def test_words_of_a_dictionary_belong_to_the_text():
    page = opened(data="tang")
    assert area(page, "text").value == ""
    area(page, "words").set_value("古行宫 宫花").run()
    assert not page.exception
    assert chosen(page).data.dictionary == ("古行宫", "宫花")
    assert chosen(page).data.lines == data.sample("tang").lines
    assert chosen(page).note


def test_a_user_dictionary_is_brought_as_a_file_or_pasted_as_jieba_wants_it():
    page = opened(data="tang")
    page.file_uploader[0].set_value(("mine.dict", "古行宫 5 n\n宫花 3\n".encode("gb18030"), "text/plain")).run()
    assert not page.exception
    assert chosen(page).data.dictionary == ("古行宫", "宫花")
    assert chosen(page).data.lines == data.sample("tang").lines
    area(page, "words").set_value("白头 7 n\n玄宗").run()
    assert chosen(page).data.dictionary == ("玄宗", "白头")


def test_a_file_is_read_and_one_that_is_no_text_says_so():
    page = opened()
    page.file_uploader[0].set_value(("mine.txt", "你好。再见。".encode("gb18030"), "text/plain")).run()
    assert not page.exception
    assert chosen(page).data.lines == ("你好。", "再见。")
    assert any("GB18030" in item.value for item in page.markdown)
    page.file_uploader[0].set_value(("mine.txt", b"%PDF-1.7", "text/plain")).run()
    assert "PDF" in page.error[0].value
    assert chosen(page).data.lines == ("你好。", "再见。")


def test_another_column_of_a_table_can_be_read():
    page = opened()
    page.file_uploader[0].set_value(("mine.csv", b"id,content,reply\n1,good morning,bye\n2,hello,see you\n", "text/csv")).run()
    assert not page.exception
    assert chosen(page).data.lines == ("good morning", "hello")
    assert any("“content”" in item.value for item in page.markdown)
    box = next(item for item in page.selectbox if "read-column" in item.key)
    box.set_value("reply").run()
    assert not page.exception
    assert chosen(page).data.lines == ("bye", "see you")
    next(item for item in page.button if item.key.endswith("-guess")).click().run()
    assert chosen(page).data.lines == ("good morning", "hello")


def test_a_file_is_said_to_be_read_in_one_sentence_beside_which_its_alternatives_stand():
    page = opened()
    page.file_uploader[0].set_value(("mine.txt", b"One is here. Two is there. Three is gone.", "text/plain")).run()
    assert any(item.value == "Read as UTF-8; paragraphs cut into sentences." for item in page.markdown)
    assert len(chosen(page).data.lines) == 3
    next(item for item in page.button if item.key.endswith("-lines-keep")).click().run()
    assert not page.exception
    assert len(chosen(page).data.lines) == 1
    assert any(item.value == "Read as UTF-8; lines as they stand." for item in page.markdown)


def test_decoding_takes_a_table_or_a_text_and_shows_what_belongs_to_it():
    page = page_of("decoding", data="northanger", decoding__longest="3")
    assert not page.exception
    keys = {item.key for item in (*page.slider, *page.selectbox, *page.toggle)}
    assert {"decoding.order", "decoding.estimator.en"} <= keys
    assert "decoding.normalise" not in keys
    page = page_of("decoding")
    keys = {item.key for item in (*page.slider, *page.selectbox, *page.toggle)}
    assert "decoding.order" not in keys
    assert "decoding.normalise" in keys


def test_a_csv_of_probabilities_is_a_table_and_one_of_sentences_a_text():
    page = page_of("decoding")
    page.file_uploader[0].set_value(("mine.csv", b"prefix,A,<eos>\n,0.5,0.5\n", "text/csv")).run()
    assert isinstance(visit(page).topic("decoding").data.good.data, data.Table)
    page.file_uploader[0].set_value(("mine.csv", b"who,content\nme,hello you\nyou,hello me\n", "text/csv")).run()
    assert not page.exception
    assert visit(page).topic("decoding").data.good.data.lines == ("hello you", "hello me")
    packed = data.pack(data.written("red fish\nblue fish"))
    page = page_of("decoding", data="~" + packed)
    assert visit(page).topic("decoding").data.good.data.lines == ("red fish", "blue fish")


def test_a_table_is_no_text_where_a_text_is_wanted():
    page = opened(data="~" + data.pack(data.sample("notes")))
    assert chosen(page).data == data.sample("yes_no")


def _script() -> None:
    from dataclasses import replace
    from functools import partial

    import streamlit as st

    from engine import data
    from engine.foundations.expressions import SCALARS, formula
    from ui import address
    from ui.data import dataset, script
    from ui.text import theory

    names = {"data": {name: name for name in data.TEXTS}}
    text = replace(theory("som", "en"), slug="words", choices=names)
    if "begun" not in st.session_state:
        st.session_state["begun"] = address.arrive("words")
        st.session_state["form"] = script(partial(formula, grammar=replace(SCALARS, lines=3)))
    st.session_state["chosen"] = dataset(text, list(data.TEXTS), "yes_no", st.session_state["form"])


def test_a_script_is_written_beside_the_picture_and_what_cannot_be_read_leaves_what_is_there():
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["data"] = "~" + data.pack(data.script("x = 3\nx * x"))
    page.run()
    assert not page.exception
    assert area(page, "script").value == "x = 3\nx * x"
    area(page, "script").set_value("x = 3.5\n\n y = x*x. real").run()
    assert chosen(page).data.lines == ("x = 3", "x * x")
    assert "Line 2" in page.error[0].value
    area(page, "script").set_value("x = 3. \ny = x * x\n\n  exp(y) + 1. * X ").run()
    assert not page.exception
    assert chosen(page).data.lines == ("x = 3.", "y = x * x", "exp(y) + 1. * X")  # no sentence is cut
    assert eval(chosen(page).code, {"datasets": data}) == chosen(page).data
    assert data.unpack_text(chosen(page).link["data"][1:]) == chosen(page).data
    assert not [item for item in page.text_area if item.key.startswith(("words.text", "words.words"))]
