"""A close-up is never a dead end: a kind of run without one is shown whole."""

import pytest

from engine.language import decoding
from engine.vision import swin
from tests.pages import said
from tests.ui.test_experiments import shown as shown
from tests.ui.test_pages import opened

pytestmark = pytest.mark.usefixtures("bugs_break")
WITHOUT = [  # topic, what the link says beside the close-up, the setting that leaves, its value
    ("diffusion", {}, "what", "forward"),
    ("diffusion", {"what": "points", "score": "exact"}, "by_calls", True),
    ("som", {}, "unfold", True),
    ("em", {"model": "mixture"}, "by_k", True),
    ("gcn", {}, "show", "depth"),
    ("word2vec", {}, "show", "noise"),
]


@pytest.mark.parametrize(("slug", "link", "name", "value"), WITHOUT)
def test_choosing_a_run_without_close_looks_leaves_the_close_up(slug, link, name, value, shown):
    page = opened(slug, **{f"{slug}__{key}": text for key, text in (link | {"close_up": "1"}).items()})
    assert shown[-1][0].params.close_up == 1
    widgets = [*page.toggle, *page.button_group, *page.selectbox]
    next(widget for widget in widgets if widget.key in (f"{slug}.{name}", f"{slug}.{name}.en")).set_value(value).run()
    assert not page.exception
    params = shown[-1][0].params
    assert (getattr(params, name), params.close_up) == (value, -1)
    assert "close_up=-1" in page.session_state["link_now"]


@pytest.mark.parametrize("slug", ["ngram", "diffusion"])
def test_a_close_up_that_a_link_asks_of_such_a_run_is_kept_so_that_it_says_why(slug, shown):
    opened(slug, **{f"{slug}__close_up": "1"} | ({"diffusion__what": "forward"} if slug == "diffusion" else {}))
    assert shown[-1][0].params.close_up == 1


def test_a_close_up_that_a_link_asks_of_a_topic_without_any_shows_the_whole_run_and_says_nothing(shown):
    page = opened("swin", swin__close_up="1", swin__shift="2")
    assert shown[-1][0].params == swin.Shift(shift=2)
    assert "swin.close_up" not in said(page)
    assert "close_up" not in page.session_state["link_now"]


def test_choosing_every_beam_width_leaves_the_close_up_and_choosing_everything_keeps_it(shown):
    page = opened("decoding", decoding__close_up="1")
    assert shown[-1][0].params == decoding.Beam(close_up=1)
    for kind, params in {"exhaustive": decoding.Exhaustive(close_up=1), "widths": decoding.Widths()}.items():
        page.selectbox(key="decoding.show.en").set_value(kind).run()
        assert not page.exception
        assert shown[-1][0].params == params
        assert ("close_up" in page.session_state["link_now"]) == (kind == "exhaustive")


def test_a_close_up_that_a_link_asks_of_every_beam_width_shows_the_whole_run(shown):
    page = opened("decoding", decoding__strategy="widths", decoding__close_up="1")
    assert shown[-1][0].params == decoding.Widths()
    assert "decoding.close_up" not in said(page)
    assert "close_up" not in page.session_state["link_now"]
