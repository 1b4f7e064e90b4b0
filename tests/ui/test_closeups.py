"""A close-up is never a dead end: a kind of run without one is shown whole."""

import re

import pytest

from engine.params import Spec
from tests.ui.test_experiments import shown as shown
from tests.ui.test_pages import opened

pytestmark = pytest.mark.usefixtures("bugs_break")
WITHOUT = [  # topic, what the link says beside the close-up, the setting that leaves, its value
    ("diffusion", {}, "what", "forward"),
    ("diffusion", {"what": "points", "score": "exact"}, "by_calls", True),
    ("som", {}, "show", "unfold"),
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
    params, link = shown[-1][0].params, page.session_state["link_now"]
    assert (getattr(params, name, value), getattr(params, "close_up", -1)) == (value, -1)
    assert f"{slug}.{name}={Spec.write(value)}" in link
    assert not re.search("close_up=(?!-1)", link)


@pytest.mark.parametrize("slug", ["ngram", "swin", "diffusion"])
def test_a_close_up_that_a_link_asks_of_such_a_run_is_kept_so_that_it_says_why(slug, shown):
    opened(slug, **{f"{slug}__close_up": "1"} | ({"diffusion__what": "forward"} if slug == "diffusion" else {}))
    assert shown[-1][0].params.close_up == 1
