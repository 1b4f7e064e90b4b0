"""The page on what visitors bring: in every language, linked from every door, its numbers the limits themselves."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from engine.images import READABLE
from engine.readings import ROWS
from tests.pages import opened
from tests.ui.test_ways import page_of, said
from ui.text import LANGUAGES, phrases

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_the_limits_and_where_data_go(language):
    page = page_of("files", language)
    assert not page.exception
    told = said(page)
    for limit in ("5 MB", "15 MB", "40 MB", f"{ROWS:,}", "20,000", "200,000", "1,500", "120", "GB18030", "EUC-KR"):
        assert limit in told
    assert phrases(language)["ui"]["comma"].join(READABLE) in told
    assert told.count("<dt>") == told.count("<dd>") > 25
    assert "{" not in "".join(re.findall("<dd>.*?</dd>", told))
    for name in (phrases(language)["reading"]["title"], phrases(language)["ui"]["told_title"], phrases(language)["ui"]["teach"]):
        assert name in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_is_written_twice(language):
    words = phrases(language)["files"]
    assert {key: found for key, text in words.items() if (found := re.findall(r"\d+", re.sub(r"\{\w+\}|D3", "", text)))} == {}


def test_a_cluster_is_spoken_of_where_there_is_one(monkeypatch):
    assert phrases("en")["files"]["cluster_name"] not in said(page_of("files", "en"))
    monkeypatch.setattr("runtime.settings.RAY_ADDRESS", "head:10001")
    assert phrases("en")["files"]["cluster_name"] in said(page_of("files", "en"))


@pytest.mark.parametrize("slug", ["som", "em", "ngram", "decoding", "gcn", "swin", "tensors"])
def test_every_door_leads_to_it(slug):
    page: AppTest = opened(slug)
    page.session_state[f"{slug}-own"] = True
    page.run()
    assert not page.exception
    assert 'data-go="files"' in said(page)
