"""The page of n-gram models: what it opens with, own texts, what a click does, and that the server cuts no Chinese itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine import data
from engine.language import ngram
from runtime import server
from tests.pages import opened, visit
from ui.text import theory

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


def run():
    return list(server.running()[1]._films.values())[-1].job.run


def test_the_page_opens_with_the_engines_default():
    page = opened("ngram")
    default, name = ngram.ALGORITHMS[0].Params(), ngram.ALGORITHMS[0].sample
    assert not page.exception
    assert run().params == default
    assert run().data[0] == data.sample(name)


def test_only_the_settings_of_what_is_watched_are_shown():
    page = opened("ngram", ngram__show="context")
    keys = {item.key for item in (*page.text_input, *page.slider, *page.selectbox, *page.toggle)}
    assert "ngram.context.en" in keys
    assert page.selectbox(key="ngram.show.en").value == "context"  # the box follows the link
    assert not {"ngram.sentence.en", "ngram.begin.en", "ngram.width", "ngram.estimator.en"} & keys
    page = opened("ngram", ngram__show="generate", ngram__pick="beam")
    keys = {item.key for item in (*page.text_input, *page.slider, *page.selectbox)}
    assert {"ngram.begin.en", "ngram.width"} <= keys
    assert "ngram.temperature" not in keys


def test_a_typed_sentence_and_an_own_text_make_the_run_and_travel_in_the_link():
    page = opened("ngram")
    next(item for item in page.text_area if ".text." in item.key).set_value("red fish\nblue fish\nred bird").run()
    page.text_input(key="ngram.sentence.en").set_value("red fish").run()
    assert not page.exception
    assert run().data[0].lines == ("red fish", "blue fish", "red bird")
    link = dict(part.split("=", 1) for part in visit(page).link.split("?")[1].split("&"))
    first = run().params
    opened("ngram", **{key.replace(".", "__"): value.replace("+", " ").replace("%7E", "~") for key, value in link.items()})
    assert run().params == first
    assert run().data[0].lines == ("red fish", "blue fish", "red bird")


@pytest.mark.parametrize("step", ["-1", "3"])
def test_a_close_up_in_an_old_link_shows_the_whole_run_and_nothing_is_said_of_it(step):
    page = opened("ngram", data="yes_no", ngram__close_up=step)
    assert not page.exception
    assert run().params == ngram.Params()
    assert not [item for item in page.get("html") if 'class="th-notice"' in item.value]
    assert "close_up" not in visit(page).link


def test_what_a_link_says_of_another_kind_waits_for_it():
    page = opened("ngram", ngram__show="turing", ngram__order="2", ngram__pick="beam", ngram__width="3")
    assert run().params == ngram.Turing()
    page.selectbox(key="ngram.show.en").set_value("generate").run()
    assert run().params == ngram.Generate(order=2, pick="beam", width=3)


@pytest.mark.parametrize("item", theory("ngram", "en").experiments, ids=lambda item: item.id)
def test_every_experiment_runs(item):
    settings = {
        f"ngram__{name}": str(value).lower() if isinstance(value, bool) else str(value) for name, value in item.set.items()
    }
    page = opened("ngram", data=item.data, **settings)
    assert not page.exception
    assert not page.error
    assert run().params == ngram.Params(**item.set)


def test_too_short_a_text_says_so_where_the_picture_would_be():
    opened("ngram", data="yes_no", ngram__show="perplexity")
    job = list(server.running()[1]._films.values())[-1].job
    assert job.error.code == "ngram_no_held_out"


def test_drawing_never_cuts_chinese_in_the_server():
    code = (
        "import sys; from engine import data; from views.language import ngram; data.sample('modern'); data.sample('guwen');"
        "assert not {'jieba', 'nltk', 'gensim', 'snownlp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2])
