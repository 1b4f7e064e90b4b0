"""A language model from a table: how it is read, which row a prefix takes, and what is refused with advice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data, tables
from engine.errors import DataError, sentence
from engine.language import lm


def table(*rows, head=("prefix", "A", "B", "<eos>")):
    return tables.make_table([list(head), *map(list, rows)], header=True, text=["prefix"])


def refused(*rows, **how):
    with pytest.raises(DataError) as problem:
        lm.table_model(table(*rows, **how))
    for language in ("en", "zh"):
        assert "{" not in sentence(problem.value.code, language).format(**problem.value.values)
    return problem.value.code, problem.value.values


def brute_row(prefixes, names, prefix):
    """The exact row, else the first that fits, else none."""
    words = tuple(names[token] for token in prefix)
    if words in prefixes:
        return prefixes.index(words)
    for row, pattern in enumerate(prefixes):
        tail = pattern[1:] if pattern[:1] == ("…",) else pattern
        if len(tail) == len(words) or (pattern != tail and len(tail) < len(words)):
            part = words[len(words) - len(tail) :]
            if all(want in ("*", have) for want, have in zip(tail, part, strict=True)):
                return row
    return len(prefixes)


@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(["A", "B", "*"]), max_size=3)), min_size=1, max_size=8, unique_by=str
    ),
    st.lists(st.integers(0, 1), max_size=4),
)
def test_a_prefix_takes_the_row_that_a_plain_search_finds(patterns, prefix):
    cells = [" ".join(["…"] * many + tokens) for many, tokens in patterns]
    model = lm.table_model(table(*([cell, "0.5", "0.25", "0.25"] for cell in cells)))
    assert model.row(prefix) == brute_row(list(model.prefixes), model.vocabulary, tuple(prefix))


def test_without_a_row_that_fits_all_tokens_are_equally_likely():
    model = lm.table_model(table(["", "1", "0", "0"]))
    np.testing.assert_allclose(np.exp(model.next_log_probs([(), (0,)])), [[1, 0, 0], [1 / 3] * 3])
    assert model.next_log_probs([]).shape == (0, 3)


def test_dots_at_the_start_of_a_prefix_stand_for_any_number_of_tokens_with_or_without_a_space():
    for cell in ("… A", "…A", "... A", "...A"):
        model = lm.table_model(table([cell, "0", "0", "1"]))
        assert [model.row(prefix) for prefix in ([0], [1, 0], [1])] == [0, 0, 1]


@pytest.mark.parametrize(
    ("names", "end"),
    [("A <eos>", 1), ("</s> A", 0), ("eos A <eos>", 2), ("A B", -1), ("[EOS] A", 0), ("<end> </s>", 1)],
)
def test_the_end_token_is_the_first_known_name_that_occurs(names, end):
    tokens = names.split()
    chances = [str(1 / len(tokens))] * len(tokens)
    assert lm.table_model(table(["", *chances], head=("prefix", *tokens))).end == end


def test_blank_cells_count_as_zero():
    model = lm.table_model(table(["", "0.5", "", "0.5"], ["A", "0", "1", ""]))
    assert model.next_log_probs([()])[0, 1] == -np.inf
    assert not model.log_probs.flags.writeable


def test_rows_are_made_to_sum_to_one_only_when_asked():
    model = lm.table_model(table(["", "0.6", "0.6", "0"]), normalise=True)
    np.testing.assert_allclose(np.exp(model.next_log_probs([()])), [[0.5, 0.5, 0]])
    code, values = refused(["", "0.6", "0.6", "0"])
    assert (code, values["row"], values["sum"], values["difference"]) == ("lm_too_much", 1, "1.2", "0.2")
    code, values = refused(["", "1", "0", "0"], ["A", "0.3", "0.3", "0.3"])
    assert (code, values["row"], values["prefix"], values["difference"]) == ("lm_too_little", 2, "A", "0.1")
    assert lm.table_model(table(["", "0.3333333", "0.3333333", "0.3333333"])).end == 2


def test_a_row_of_zeros_is_refused_even_when_rows_are_made_to_sum_to_one():
    with pytest.raises(DataError) as problem:
        lm.table_model(table(["", "0", "0", "0"]), normalise=True)
    assert problem.value.code == "lm_zero"


@pytest.mark.parametrize("value", ["-0.1", "1.5", "inf"])
def test_a_cell_that_is_no_probability_is_named(value):
    code, values = refused(["", "1", "0", "0"], ["A", "0", value, "0"])
    assert (code, values["row"], values["column"]) == ("lm_value", 2, "B")


def test_tokens_are_single_words_and_no_wildcards():
    for name in ("*", "…", "two words"):
        assert refused(["", "0.5", "0.5"], head=("prefix", "A", name))[0] == "lm_token"
    assert refused(["", "0.5", "x"], head=("prefix", "A", "B"))[0] == "lm_not_numbers"
    assert refused(["A"], head=("prefix",))[0] == "lm_no_tokens"


def test_prefixes_are_known_and_there_once():
    assert refused(["C", "1", "0", "0"]) == ("lm_unknown", {"row": 1, "token": "C"})
    assert refused(["A … B", "1", "0", "0"])[0] == "lm_unknown"  # dots only at the start
    code, values = refused(["… A", "1", "0", "0"], ["...A", "0", "1", "0"])
    assert (code, values["first"], values["row"]) == ("lm_twice", 1, 2)


def test_a_prefix_that_was_cut_on_reading_is_not_taken_for_another():
    assert refused([" ".join(["A"] * 40), "1", "0", "0"])[0] == "lm_long_prefix"


def test_too_many_tokens_or_rows_are_refused():
    names = [f"t{i}" for i in range(61)]
    assert refused(["", *["0"] * 60, "1"], head=("prefix", *names)) == ("lm_many_tokens", {"count": 61, "limit": 60})
    rows = [[f"t{i // 3600} t{i // 60 % 60} t{i % 60}", "1", *["0"] * 59] for i in range(5001)]
    assert refused(*rows, head=("prefix", *names[:60])) == ("lm_many_rows", {"count": 5001, "limit": 5000})


def test_a_table_by_time_steps_names_the_step_that_is_wrong():
    for cells, code in (
        ("0.5,0.5\nB,0.4,0.5\n", "lm_step_too_little"),
        ("0,1\nB,0,0\n", "lm_step_zero"),
        ("2,1\nB,0,0\n", "lm_value"),
    ):
        with pytest.raises(DataError) as problem:
            lm.table_model(tables.read_table(f"token,1,2\nA,{cells}".encode()))
        assert problem.value.code == code
    with pytest.raises(DataError) as problem:
        lm.table_model(tables.read_table(b"token,1,2\nA,0.5,0.5\nA,0.5,0.5\n"))
    assert problem.value.code == "lm_token_twice"


@pytest.mark.parametrize(
    ("name", "tokens", "end"), [("notes", 4, 3), ("steps", 4, 3), ("five", 5, -1), ("markov", 5, 0), ("grammar", 14, 13)]
)
def test_every_sample_is_a_model_whose_rows_sum_to_one(name, tokens, end):
    model = lm.table_model(data.sample(name))
    assert (len(model.vocabulary), model.end) == (tokens, end)
    np.testing.assert_allclose(np.exp(model.log_probs).sum(1), 1, atol=1e-12)
