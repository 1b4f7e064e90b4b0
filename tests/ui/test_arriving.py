"""Links as other sites, other programs and people write them: what is foreign costs no word, what is wrong is said."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import SCRIPT, opened, said, visit
from tests.ui.test_experiments import shown as shown
from ui import address
from ui.language import known

pytestmark = pytest.mark.usefixtures("bugs_break", "shown")


def notices(page: AppTest) -> list[str]:
    return [
        str(item.proto.body)
        for item in page.get("html")
        if "th-notice" in str(item.proto.body) and "<style" not in item.proto.body
    ]


@pytest.mark.parametrize("tag", ["zh", "ZH", "zh-CN", "zh_CN", "zh-Hans-CN"])
def test_a_language_is_known_however_it_is_written(tag):
    page = opened(lang=tag)
    assert visit(page).language == "zh"
    assert notices(page) == []


def test_a_language_that_is_not_there_is_said_and_the_browsers_is_taken():
    page = opened(lang="fr")
    assert visit(page).language == "en"
    assert len(notices(page)) == 1
    assert "fr" in notices(page)[0]
    assert known("fr") == known("") == known(None) == ""


def test_what_other_sites_write_behind_a_link_costs_no_notice_and_leaves_the_address():
    page = opened(som__rows="5", fbclid="x", gclid="x", utm_source="x", utm_campaign="x")
    assert visit(page).topic("som").settings["rows"] == 5
    assert notices(page) == []
    assert set(page.query_params) == {"som.rows", "data"}


def test_a_parameter_that_nobody_knows_is_said_though_it_stands_alone():
    assert len(notices(opened(nonsense="1"))) == 1


def test_a_parameter_that_is_there_twice_is_said():
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    page.query_params["som.rows"] = ["5", "6"]
    page.run().switch_page("../pages/learning/som.py").run()
    assert visit(page).topic("som").settings["rows"] == 6
    assert "som.rows" in said(page)
    assert len(notices(page)) == 1


def test_data_in_a_link_to_a_run_that_takes_none_are_said_to_be_left_out():
    page = opened("diffusion", data="~abc")
    assert len(notices(page)) == 1
    assert notices(opened("diffusion", data="seven")) == []


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page runs because the visitor went back."""
    monkeypatch.setattr(address, "gone_back", lambda: True)


def test_a_bare_address_that_is_gone_back_to_means_no_settings(back):
    page = opened()
    page.slider(key="som.rows").set_value(9).run()
    assert visit(page).topic("som").settings["rows"] == 9
    page.query_params.clear()
    page.run()
    assert visit(page).topic("som").settings["rows"] == 12
    page.query_params["som.rows"] = "9"
    page.run()
    assert visit(page).topic("som").settings["rows"] == 9


def test_a_bare_address_from_another_page_keeps_the_settings_of_the_session():
    page = opened()
    page.slider(key="som.rows").set_value(9).run()
    page.query_params.clear()
    page.switch_page("../pages/learning/em.py").run()
    page.query_params.clear()
    page.switch_page("../pages/learning/som.py").run()
    assert visit(page).topic("som").settings["rows"] == 9
