"""The pane with the running code: what every kind of run has in it."""

import html
import re

import pytest

from tests.engine.algorithms import ALGORITHMS, Case
from ui.running import lines, lit, painted, running

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
