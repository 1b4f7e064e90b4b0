"""Lessons: what fits a link, what a file brings back, and what a reader sees, without the browser."""

import base64
import json
import zlib
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from pydantic import ValidationError
from streamlit.testing.v1 import AppTest

from engine import data
from engine.errors import DataError
from engine.images import Image
from engine.learning import som
from runtime import server
from runtime.tally import TALLY
from tests.pages import SCRIPT, opened, params, visit
from ui import lesson, teaching
from ui.lesson import Brought, Lesson, Step
from ui.question import Goal, Number, Question
from ui.streamlit_patches import ONLY
from ui.text import LANGUAGES, theory

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
EVIL = "<img src=x onerror=window.hacked=1>"
ASKED = Question(ask="Will it fold?", choices=("flat", "folded"), right=1, why="It folds where it is red.")
TANGLE = Step(slug="som", settings={"som.sigma": "0.6", "data": "square"}, at=30, hidden=("rows", "data"), question=ASKED)


def made(*steps: Step, title: str = "Maps that fold") -> Lesson:
    return Lesson(v=1, title=title, language="en", steps=steps or (TANGLE,))


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def reading(*steps: Step, title: str = "Maps that fold", **link: str) -> AppTest:
    """Opened at the address alone: the page sends its visitor where the step is."""
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["lesson"] = lesson.pack(made(*steps, title=title))
    for key, value in link.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    bodies = [str(item.proto.body) for item in page.get("html")]
    return " ".join(body for body in bodies if not body.startswith("<style>"))


def kept(page: AppTest, slug: str = "som") -> dict[str, object]:
    return visit(page).topic(slug).settings


# ---- what a lesson is


def test_a_lesson_comes_out_of_its_link_and_its_file_as_it_went_in():
    plain = made(TANGLE, Step(slug="em"), Step(slug="gcn", at=4, hidden=("*",)), title="地图 & <maps>")
    assert lesson.unpack(lesson.pack(plain)) == plain
    assert lesson.read(lesson.file(plain)) == plain


NUMBER = Number(column="theta_a", low=0.0, high=1.0, step=0.01, within=0.05, digits=2)
GOAL = Goal(column="loglik", side="above", bound=-34.0, moves=3)


@pytest.mark.parametrize("kind", [{"number": NUMBER}, {"goal": GOAL}, {"cover": "theta_a"}])
def test_every_kind_of_question_comes_out_of_a_link_and_a_file_as_it_went_in(kind):
    asked = Question(ask="Where will A end?", why="At {theta_a:.3f}.", **kind)
    plain = made(Step(slug="em", question=asked))
    assert asked.kind == next(iter(kind))
    assert lesson.unpack(lesson.pack(plain)) == plain == lesson.read(lesson.file(plain))


def test_a_question_is_of_one_kind():
    for two in ({"number": NUMBER, "cover": "theta_a"}, {"number": NUMBER, "choices": ("a", "b")}):
        with pytest.raises(ValidationError):
            Question(ask="?", **two)


def test_a_number_is_guessed_in_a_lesson_as_in_an_experiment():
    asked = Question(ask="Where will A end?", why="At {theta_a:.3f}.", number=NUMBER)
    page = reading(Step(slug="em", settings={"em.show": "coins"}, question=asked))
    page.switch_page("../pages/learning/em.py").run()
    page.slider(key="guess-lesson-answer-0").set_value(0.78).run()
    page.button(key="lesson-answer-0").click().run()
    assert not page.exception
    assert 'data-th-guess="0.78" data-th-column="theta_a" data-th-within="0.05"' in said(page)


def test_a_question_taken_over_from_an_experiment_keeps_its_number():
    taken = teaching._said(theory("em", "en").experiments[0].question)
    assert taken["number"] == theory("em", "en").experiments[0].question.number is not None
    draft = teaching.Draft(form=teaching.EMPTY | taken)
    assert teaching._asked(draft) == theory("em", "en").experiments[0].question


def test_equal_lessons_are_counted_together_and_others_apart():
    assert made().id == made().id
    assert made().id != made(title="another").id


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1}, {"v": "1"}, {"title": ""}, {"title": "x" * 101}, {"language": "English"}, {"steps": []}, {"steps": [{"slug": "som"}] * 13},
        {"steps": [{"slug": "../som"}]}, {"steps": [{"slug": "som", "at": -1}]}, {"steps": [{"slug": "som", "at": True}]},
        {"steps": [{"slug": "som", "settings": {"som.rows": 7}}]}, {"steps": [{"slug": "som", "settings": {"a": "x" * 2001}}]},
        {"steps": [{"slug": "som", "question": {"ask": " "}}]}, {"steps": [{"slug": "som", "question": {"ask": "?", "choices": ["one"]}}]},
        {"steps": [{"slug": "som", "question": {"ask": "?", "choices": ["a", "b"], "right": 2}}]},
        {"steps": [{"slug": "som", "question": {"ask": "?", "choices": list("abcdefg")}}]}, {"steps": [{"slug": "som", "own": {"name": "a", "kind": "pickle", "content": ""}}]},
    ],
)  # fmt: skip
def test_what_is_no_lesson_is_refused_in_a_sentence(change):
    good = json.loads(made().model_dump_json(exclude_defaults=True))
    assert lesson.unpack(packed(json.dumps(good))) == made()
    with pytest.raises(DataError) as refused:
        lesson.unpack(packed(json.dumps(good | change)))
    assert refused.value.code == "lesson_part"
    assert str(refused.value)


@pytest.mark.parametrize(
    "link", ["", "~", "AAAA", "é", packed("{"), packed("[1]"), lesson.pack(made())[:-9], lesson.pack(made()) + "AAAA"]
)
def test_a_damaged_link_is_refused_in_a_sentence(link):
    with pytest.raises(DataError) as refused:
        lesson.unpack(link)
    assert "lesson" in str(refused.value)


def test_a_bomb_is_refused_before_it_unfolds(monkeypatch):
    bomb = packed(json.dumps({"title": "x" * 4_000_000}))
    assert len(bomb) < lesson.LINK_CHARACTERS
    monkeypatch.setattr(Lesson, "model_validate_json", lambda raw: pytest.fail(f"{len(raw)} bytes were read"))
    with pytest.raises(DataError, match="longer"):
        lesson.unpack(bomb)
    monkeypatch.setattr("zlib.decompressobj", lambda: pytest.fail("a link that is too long was inflated"))
    with pytest.raises(DataError, match="longer"):
        lesson.unpack("A" * (lesson.LINK_CHARACTERS + 1))


def test_a_lesson_too_long_for_a_link_still_makes_a_file():
    noise = base64.b64encode(np.random.default_rng(0).bytes(1400)).decode()
    long = made(*[Step(slug="som", settings={"data": f"~{k}{noise[k:]}"}) for k in range(12)])
    assert lesson.pack(long) is None or len(lesson.pack(long)) <= lesson.LINK_CHARACTERS
    different = made(
        *[Step(slug="som", settings={"data": base64.b64encode(np.random.default_rng(k).bytes(1100)).decode()}) for k in range(12)]
    )
    assert lesson.pack(different) is None
    assert lesson.read(lesson.file(different)) == different


def test_a_question_with_one_answer_is_none():
    with pytest.raises(ValidationError):
        Question(ask="?", choices=("only",))


TABLES = {
    "a sample": data.sample_table("penguins"),
    "gaps, signs and words": data.read_table('a,"b, c",d\n1,x,"<b>"\n,y,"é|,"\n-3.25e-7,z,\n'.encode()),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_any_size_comes_out_of_a_file_exactly(name):
    table = TABLES[name]
    kind, content = data.carry(table)
    assert kind == "table"
    assert data.carried(kind, content).digest == table.digest


def test_a_text_and_a_picture_come_out_of_a_file_exactly():
    text = data.written("one\ntwo, three\n四", dictionary=["学习"])
    picture = Image(np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8))
    for content in (text, picture):
        assert data.carried(*data.carry(content)).digest == content.digest


@pytest.mark.parametrize(
    ("kind", "content"),
    [("picture", "!!"), ("picture", "AAAA"), ("table", ""), ("table", "a\nb"), ("text", "xx\n"), ("text", "en")],
)
def test_damaged_data_of_a_file_are_refused(kind, content):
    with pytest.raises(DataError):
        data.carried(kind, content)


def test_data_travel_in_files_alone():
    brought = made(Step(slug="som", own=Brought(name="a.csv", kind="table", content="a")))
    assert lesson.pack(brought) is None
    raw = brought.model_dump_json(exclude_defaults=True)
    with pytest.raises(DataError):
        lesson.unpack(packed(raw))


def test_a_link_has_a_code_as_long_as_a_phone_can_read_it():
    assert lesson.code("http://theoria.test/som?lesson=" + lesson.pack(made())).startswith(b"<svg")
    assert lesson.code("x" * (lesson.QR_CHARACTERS + 1)) is None


# ---- what a reader sees


def test_a_reader_is_asked_first_and_the_run_has_the_lessons_settings():
    page = reading()
    assert params() == som.Params(sigma=0.6)
    assert "step 1 of 1" in said(page)
    assert "Will it fold?" in said(page)
    assert "where it is red" not in said(page)
    assert page.query_params["lesson"] == lesson.pack(made())


def test_hidden_controls_are_gone_and_a_line_says_so():
    page = reading()
    keys = {item.key for item in page.slider}
    assert "som.cols" in keys
    assert "som.rows" not in keys
    assert not [item for item in page.selectbox if item.key.startswith("som.data")]
    assert "set by the lesson" in said(page)
    assert data.sample("square") == list(server.running()[1]._films.values())[-1].job.run.data[0]
    whole = reading(TANGLE.model_copy(update={"hidden": ("*",)}))
    assert not whole.slider
    assert "Set by the lesson." in said(whole)


@pytest.mark.parametrize(("hidden", "whole"), [(("*",), True), (("rows",), False), ((), False)])
def test_a_lesson_that_sets_everything_gives_the_picture_the_whole_page(hidden, whole):
    page = reading(TANGLE.model_copy(update={"hidden": hidden}))
    assert any(ONLY["whole"] in str(item.proto.body) for item in page.get("html")) is whole


def test_an_answer_is_counted_once_and_explained():
    page = reading(title="Counted")
    id = made(title="Counted").id
    page.button(key="lesson-answer-0-0").click().run()
    assert "You said: flat" in said(page)
    assert "Not so. “folded” holds." in said(page)
    assert "It folds where it is red." in said(page)
    assert TALLY.counts(id, 0, 2) == [1, 0]
    assert 'class="th-tally' in said(page)
    page.run()
    assert TALLY.counts(id, 0, 2) == [1, 0]


def test_who_skips_is_not_counted_and_sees_no_tally():
    page = reading(title="Skipped")
    page.button(key="lesson-skip-0").click().run()
    assert TALLY.counts(made(title="Skipped").id, 0, 2) == [0, 0]
    assert "th-tally" not in said(page)
    assert "“folded” holds." in said(page)


def test_a_second_step_on_the_same_page_takes_its_own_settings_and_the_first_can_be_seen_again():
    page = reading(TANGLE, Step(slug="som", settings={"som.rows": "5"}))
    page.slider(key="som.cols").set_value(9).run()
    page.button(key="lesson-next").click().run()
    assert params() == som.Params(rows=5)
    assert "step 2 of 2" in said(page)
    assert page.button(key="lesson-next").disabled
    page.button(key="lesson-back").click().run()
    assert (kept(page)["sigma"], kept(page)["rows"], kept(page)["cols"]) == (0.6, 12, 12)


def test_a_link_can_begin_at_a_later_step():
    reading(TANGLE, Step(slug="som", settings={"som.rows": "5"}), part="2")
    assert params().rows == 5


def test_who_leaves_a_lesson_keeps_its_settings():
    page = reading()
    page.button(key="lesson-leave").click().run()
    assert "step 1 of 1" not in said(page)
    assert params() == som.Params(sigma=0.6)
    assert "lesson" not in page.query_params
    assert page.button_group(key="som-experiment").value is None


@pytest.mark.parametrize("link", ["broken", "A" * 7000, packed('{"v": 1}'), packed(made(Step(slug="alchemy")).model_dump_json())])
def test_a_bad_lesson_explains_itself_and_the_page_opens(link):
    page = opened(lesson=link)
    assert not page.exception
    assert "The lesson in this link cannot be opened." in said(page)
    assert params() == som.Params()


def test_markup_in_a_lesson_is_plain_words():
    asked = Question(ask=EVIL, choices=(EVIL, "**b** :red[x] $y$"), right=0, why=EVIL)
    page = reading(Step(slug="som", question=asked), title=EVIL)
    assert "<img" not in said(page)
    assert "&lt;img src=x" in said(page)
    labels = [button.label for button in page.button if button.key and button.key.startswith("lesson-answer")]
    assert labels[1] == r"\*\*b\*\* \:red\[x\] \$y\$"
    page.button(key="lesson-answer-0-1").click().run()
    assert "<img" not in said(page).replace('<img class="th-qr"', "")


def test_a_lesson_of_another_major_version_opens_with_a_notice():
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["lesson"] = lesson.pack(made().model_copy(update={"v": 0}))
    assert "another major version" in said(page.run())


def test_the_next_step_may_lie_on_another_topics_page():
    page = reading(TANGLE, Step(slug="em", settings={"em.k": "4", "em.model": "mixture"}), Step(slug="som"))
    page.button(key="lesson-next").click().run()
    assert not page.exception
    assert "Expectation maximisation" in said(page)
    assert kept(page, "em")["k"] == 4
    page.button(key="lesson-next").click().run()
    assert "Self-organising map" in said(page)
    assert kept(page)["sigma"] == som.Params().sigma


def test_a_file_opened_at_home_brings_its_data():
    own = data.read_table(b"height,width\n" + b"".join(b"%d,%d\n" % (k, k * k % 17) for k in range(900)))
    kind, content = data.carry(own)
    file = lesson.file(made(Step(slug="som", own=Brought(name="mine.csv", kind=kind, content=content))))
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.session_state["lesson-door"] = True
    page.run().file_uploader(key="lesson-file").set_value(("lesson.json", file, "application/json")).run()
    assert not page.exception
    assert "step 1 of 1" in said(page)
    assert visit(page).topic("som").data.good.data.X.shape == (900, 2)
    assert visit(page).topic("som").data.own.content.digest == own.digest


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b"x" * (data.UPLOAD_BYTES + 1)])
def test_a_bad_file_is_refused_in_a_sentence(raw):
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.session_state["lesson-door"] = True
    page.run().file_uploader(key="lesson-file").set_value(("lesson.json", raw, "application/json")).run()
    assert not page.exception
    assert len(page.error) == 1


def test_on_a_projector_the_bars_stand_there_before_anybody_answers():
    page = reading(title="Projected", present="1")
    assert page.query_params["present"] == "1"
    assert "th-tally" in said(page)
    assert not [button for button in page.button if button.key and button.key.startswith("lesson-answer")]
    TALLY.vote(made(title="Projected").id, 0, 1, "somebody")
    page.run()
    assert "<b>1</b>" in said(page)
    page.button(key="leave-presenting").click().run()
    assert "present" not in page.query_params
    assert "step 1 of 1" in said(page)


# ---- what its maker sees


def making(*steps: Step, **link: str) -> AppTest:
    page = opened(**({"data": "penguins"} | link))
    page.session_state["som-tabs-en"], page.session_state["som-tabs-zh"] = "Make a lesson", "制作课程"
    visit(page).draft = teaching.Draft("Maps", list(steps))
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lesson_so_far_is_shown_with_its_link_and_its_code(language):
    steps = (TANGLE, Step(slug="em"))
    page = making(*steps, lang=language)
    link = next(item.value for item in page.code if "lesson=" in item.value)
    made = lesson.unpack(dict(parse_qsl(link.split("?")[1]))["lesson"])
    assert (made.title, made.steps, made.language) == ("Maps", steps, language)
    assert "th-qr" in said(page)


def test_steps_can_be_moved_taken_out_and_shown_again():
    page = making(Step(slug="som", settings={"som.rows": "5"}), TANGLE, Step(slug="em"))
    page.button(key="teach-arrow_upward-1").click().run()
    page.button(key="teach-delete-2").click().run()
    assert [step.settings.get("som.rows") for step in visit(page).draft.steps] == [None, "5"]
    page.button(key="teach-edit-0").click().run()
    assert not page.exception
    assert kept(page)["sigma"] == 0.6
    assert next(box for box in page.text_area if box.key.startswith("teach-ask")).value == "Will it fold?"
    assert visit(page).draft.form["hidden"] == ["rows", "data"]


def test_a_form_that_was_filled_has_fields_of_new_names_for_a_slow_browser_still_speaks_of_the_old_ones():
    page, fields = making(TANGLE), lambda page: {box.key for box in page.text_area if box.key.startswith("teach-")}
    before = fields(page)
    page.button(key="teach-edit-0").click().run()
    assert len(before) == len(fields(page)) == 3
    assert not before & fields(page)


def test_a_lesson_that_is_tried_begins_at_its_first_step():
    page = making(TANGLE, Step(slug="em"))
    page.button(key="teach-present").click().run()
    assert "step 1 of 2" in said(page)
    assert page.query_params["present"] == "1"
    assert params().sigma == 0.6


def test_own_data_that_fit_no_link_leave_in_the_file():
    own = data.read_table(b"height,width\n" + b"".join(b"%d,%d\n" % (k, k * k % 17) for k in range(900)))
    kind, content = data.carry(own)
    page = making(Step(slug="som", own=Brought(name="mine.csv", kind=kind, content=content)))
    assert not [item for item in page.code if "lesson=" in item.value]
    assert any("does not fit a link" in item.value for item in page.caption)
    assert page.get("download_button")


def test_a_step_takes_along_what_was_brought_where_that_is_shown_and_no_link_can_carry_it(monkeypatch):
    def pressed(key, data, on_event_change):
        st.session_state["take"] = {"event": {"kind": "take", "step": 0}}
        on_event_change()

    monkeypatch.setattr("ui.teaching.mount", pressed)
    monkeypatch.setattr("ui.shell.play", lambda *run, **more: None)  # nothing is computed
    page = making()
    raw = b"height,width\n" + b"".join(b"%d,%d\n" % (k, k * k % 17) for k in range(900))
    page.file_uploader[0].set_value(("mine.csv", raw, "text/csv")).run()
    page.selectbox(key="som.data.en").set_value("square").run()
    assert [step.own and step.own.name for step in visit(page).draft.steps] == [None, "mine.csv", None]


def test_a_lessons_file_can_be_gone_on_with():
    page = making(TANGLE)
    page.button(key="teach-edit-0").click().run()  # the form is filled
    page.file_uploader(key="teach-file").set_value(
        ("lesson.json", lesson.file(made(title="From a file")), "application/json")
    ).run()
    assert visit(page).draft.title == "From a file"
    assert page.text_input(key="teach-title-en").value == "From a file"
    assert [box.value for box in page.text_area if box.key.startswith("teach-")] == ["", "", ""]
