"""The pane with the running code: what every kind of run has in it."""

import html
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from charts.panels import Picture
from contents import SECTIONS
from engine import data
from tests.engine.algorithms import ALGORITHMS, Case
from tests.runs import again
from ui.running import lines, lit, painted, running
from ui.text import theory

FEW = 3  # pictures of a part that are drawn
SHORTER = {"training": 100, "calls": 4, "timesteps": 100}  # than what a page opens with, where a network learns or is asked
every = pytest.mark.parametrize("algorithm", ALGORITHMS, ids=str)


def bare(line: str) -> str:
    return html.unescape(re.sub(r'<i class="\w">|</i>', "", line))


@every
def test_each_part_of_a_step_has_lit_lines_in_the_function_that_makes_it(algorithm: Case):
    pane = running(algorithm.kind)
    assert set(pane["parts"]) == set(algorithm.kind.code)
    for part, (function, beginnings) in algorithm.kind.code.items():
        k, rows = pane["parts"][part]
        assert pane["functions"][k]["name"] == function.__qualname__
        shown = [bare(pane["functions"][k]["lines"][row][1]) for row in rows]
        assert all(any(line.startswith(begin) for line in shown) for begin in beginnings), (part, shown)
        assert 0 not in rows


@every
def test_what_stands_beside_a_line_is_known_in_a_picture_of_a_part_that_runs_it(algorithm: Case):
    pane = running(algorithm.kind)
    missing = {(k, row): re.findall("⟦(.+?)⟧", template) for k, row, template, _ in pane["says"]}
    for part, picture in pictures(algorithm) if missing else ():
        k, rows = pane["parts"].get(part or "step", (-1, []))
        known = {name for name, (x, _) in picture.values.items() if not hasattr(x, "__len__") or isinstance(x, str) or len(x)}
        known |= {name for name, value in picture.numbers.items() if value is not None}
        for row in [row for row in rows if known.issuperset(missing.get((k, row), ["nothing"]))]:
            del missing[k, row]
        if not missing:
            break
    assert not missing


def pictures(algorithm: Case) -> Iterator[tuple[str, Picture]]:
    """Pictures with their parts: a few of each part, of the run that the page opens with, if a shorter one, and of a close-up."""
    section = next(section for section, slugs in SECTIONS.items() if algorithm.slug in slugs)
    view, words, kind = import_module(f"views.{section}.{algorithm.slug}"), theory(algorithm.slug, "en"), algorithm.kind
    about: tuple[Any, ...] = (data.sample(kind.sample),) if kind.sample else ()
    short = {name: value for name, value in SHORTER.items() if algorithm.slug == "diffusion" and name in kind.Params.model_fields}
    for params in [kind.Params(**short), *([kind.Params(**short, close_up=1)] if kind.closes else [])]:
        frames, drawn = list(again(kind.train, params, *about)), dict[str, int]()
        for i in [*range(len(frames) // 2, len(frames)), *range(1, len(frames) // 2)]:
            drawn[frames[i].part] = drawn.get(frames[i].part, 0) + 1
            if drawn[frames[i].part] <= FEW:
                yield frames[i].part, view.draw(frames, i, params, about, view.Options(), words)


@every
def test_colours_change_no_sign_of_a_source(algorithm: Case):
    for function in {function for function, _ in algorithm.kind.code.values()}:
        rows = lines(function)
        assert [bare(line) for line in painted(rows)] == [row.rstrip() for row in rows]


def told(a: int, b: str = "f"):
    """A docstring."""
    # and a comment
    both = (
        a,
        b,
    )
    for item in both:
        print(f"{item} > 0", 1)


def test_the_signature_is_one_line_without_types_and_the_docstring_is_left_out():
    assert lines(told)[:3] == ["def told(a, b='f'):", "    # and a comment", "    both = ("]


def test_a_statement_is_lit_to_its_end_and_a_loop_only_in_its_head():
    assert lit(lines(told), ["both ="]) == [2, 3, 4, 5]
    assert lit(lines(told), ["for item"]) == [6]


def test_keywords_strings_comments_numbers_and_names_have_their_looks():
    rows = painted(lines(told))
    assert rows[0].startswith('<i class="k">def</i> <i class="d">told</i>(a, b=<i class="s">&#x27;f&#x27;</i>)')
    assert rows[1].strip() == '<i class="c"># and a comment</i>'
    assert rows[7].endswith(', <i class="n">1</i>)')
