"""The row over the picture: an experiment is taken, asked, answered, and left as soon as its run is no longer shown."""

import pytest
from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from tests.pages import opened, said, visit
from tests.ui.test_experiments import shown as shown
from ui.text import theory

pytestmark = pytest.mark.usefixtures("bugs_break", "shown")
SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]


def take(page: AppTest, slug: str, name: str) -> AppTest:
    page.button_group(key=f"{slug}-experiment").set_value(name).run()
    assert not page.exception
    return page


def is_taken(page: AppTest) -> bool:
    pills = [group for group in page.button_group if str(group.key).endswith("-experiment")]
    strip = [button for button in page.button if button.key == "strip-leave"]
    assert len(pills) + len(strip) == 1, "the row is one or the other"
    return bool(strip)


def answered(page: AppTest, name: str, choice: int = 0) -> AppTest:
    key = f"answer-{name}-{choice}"
    return page.button(key=key if key in {button.key for button in page.button} else f"answer-{name}").click().run()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_experiment_stays_while_its_run_is_shown_and_leads_to_the_next(slug):
    items = theory(slug, "en").experiments
    page = take(opened(slug), slug, items[0].id)
    for number, item in enumerate(items, 1):
        assert f"{number} of {len(items)}" in said(page)
        assert item.question.ask in said(page).replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")
        if item.question.goal is None:  # which nobody answers
            answered(page, item.id)
        page.run()
        assert is_taken(page), item.id
        page.button(key="strip-after").click().run()
        assert is_taken(page), item.id
    assert visit(page).topic(slug).experiment.id == items[0].id
    page.button(key="strip-before").click().run()
    assert visit(page).topic(slug).experiment.id == items[-1].id


@pytest.mark.parametrize("slug", SLUGS)
def test_the_cross_leads_back_and_the_run_stays(slug):
    item = theory(slug, "en").experiments[-1]
    page = take(opened(slug), slug, item.id)
    before = visit(page).link
    page.button(key="strip-leave").click().run()
    assert not is_taken(page)
    assert visit(page).link == before


def test_a_setting_that_departs_takes_the_verdict_with_it():
    page = answered(take(opened(), "som", "tangle"), "tangle", 1)
    assert "It folds where it is red" in said(page)
    page.slider(key="som.rows").set_value(9).run()
    assert not is_taken(page)
    assert "It folds" not in said(page)
    page.slider(key="som.rows").set_value(12).run()
    assert not is_taken(page), "what was left is not taken again"


@pytest.mark.parametrize("choose", ["penguins", "own"])
def test_data_that_depart_take_the_verdict_with_them(choose):
    page = answered(take(opened("em"), "em", "count"), "count")
    assert is_taken(page)
    if choose == "own":
        page.file_uploader[0].set_value(("mine.csv", b"a,b\n1,2\n2,5\n4,4\n3,3\n", "text/csv")).run()
    else:
        page.selectbox(key="em.data.en").set_value(choose).run()
    assert not page.exception
    assert not is_taken(page)
    assert "BIC charges" not in said(page)


def test_other_columns_of_the_same_data_are_other_data():
    page = answered(take(opened(), "som", "species"), "species")
    page.multiselect(key="som.columns.en").set_value(["bill_length_mm", "body_mass_g"]).run()
    assert not is_taken(page)


def test_a_close_look_is_a_look_at_the_same_run():
    page = answered(take(opened(), "som", "species"), "species")
    visit(page).topic("som").settings["close_up"] = 12
    page.run()
    assert visit(page).link.count("close_up=12")
    assert is_taken(page)


def test_another_language_stays_in_the_experiment():
    page = answered(take(opened(), "som", "species"), "species")
    page.button(key="language_button").click().run()
    assert is_taken(page)
    assert "第 1 个" in said(page)


def test_what_to_try_next_is_said_to_be_that_and_leaves_the_experiment():
    page = answered(take(opened(), "som", "tangle"), "tangle")
    then = page.button(key="then-tangle")
    assert then.label == "Then try: Search the radius →"
    then.click().run()
    assert not is_taken(page)
    assert visit(page).topic("som").settings["show"] == "unfold"


def test_a_link_that_is_opened_leaves_the_experiment():
    page = take(opened(), "som", "species")
    page.query_params.clear()
    page.query_params.update({"som.seed": "3"})
    page.run()
    assert not is_taken(page)
