"""A close-up is never a dead end: a kind of run without one is shown whole."""

import pytest

from engine.generative import diffusion
from engine.params import Spec
from tests.ui.test_experiments import shown as shown
from tests.ui.test_pages import opened

pytestmark = pytest.mark.usefixtures("bugs_break")
WITHOUT = [  # topic, what the link says beside the close-up, the setting that leaves, its value
    ("diffusion", {}, "show", "forward"),
    ("diffusion", {"what": "points", "score": "exact"}, "show", "by_calls"),
    ("som", {}, "unfold", True),
    ("em", {"model": "mixture"}, "by_k", True),
    ("gcn", {}, "show", "depth"),
    ("decoding", {}, "strategy", "widths"),
    ("decoding", {}, "strategy", "exhaustive"),
    ("word2vec", {}, "show", "noise"),
]


@pytest.mark.parametrize(("slug", "link", "name", "value"), WITHOUT)
def test_choosing_a_run_without_close_looks_leaves_the_close_up(slug, link, name, value, shown):
    page = opened(slug, **{f"{slug}__{key}": text for key, text in (link | {"close_up": "1"}).items()})
    assert shown[-1][0].params.close_up == 1
    widgets = [*page.toggle, *page.button_group, *page.selectbox]
    next(widget for widget in widgets if widget.key in (f"{slug}.{name}", f"{slug}.{name}.en")).set_value(value).run()
    assert not page.exception
    link = page.session_state["link_now"]
    assert f"{slug}.{name}={Spec.write(value)}" in link
    assert getattr(shown[-1][0].params, "close_up", -1) == -1
    assert "close_up" not in link.replace("close_up=-1", "")


@pytest.mark.parametrize("slug", ["ngram", "swin"])
def test_a_close_up_that_a_link_asks_of_such_a_run_is_kept_so_that_it_says_why(slug, shown):
    opened(slug, **{f"{slug}__close_up": "1"})
    assert shown[-1][0].params.close_up == 1


def test_a_close_up_that_a_link_asks_of_noising_shows_the_whole_run(shown):
    page = opened("diffusion", diffusion__close_up="1", diffusion__what="forward", diffusion__timesteps="30")
    assert shown[-1][0].params == diffusion.Forward(timesteps=30)
    assert "close_up" not in page.session_state["link_now"]
