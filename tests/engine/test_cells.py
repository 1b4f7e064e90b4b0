"""What is typed into a cell or pasted there is the number that was meant, or is refused."""

import numpy as np
import pytest

from engine.cells import typed_numbers
from engine.errors import DataError


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0.4", 0.4), (".4", 0.4), ("0,4", 0.4), (",4", 0.4), ("-0,25", -0.25), ("−.5", -0.5), ("1e-3", 0.001), ("2", 2), ("1.234", 1.234),
        ("0,390", 0.39), ("12,5", 12.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1,234,567", 1234567), (" 7 ", 7), ("０．４", 0.4), ("０，４", 0.4),
        ("1 234", 1234), ("", np.nan), ("n/a", np.nan),
    ],
)  # fmt: skip
def test_a_cell_is_the_number_that_was_meant(cell, value):
    assert typed_numbers([cell])[cell] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("cell", ["abc", "4 %", "0,4,3", "1,2.3.4", "--4", "0x10", "<b>", "4 5 6", "$4"])
def test_a_cell_that_is_no_number_is_refused_by_its_words(cell):
    with pytest.raises(DataError) as caught:
        typed_numbers([cell, "1"])
    assert (caught.value.code, caught.value.values) == ("cell_no_number", {"cell": cell})


def test_a_comma_that_may_be_either_is_read_as_those_beside_it_or_refused():
    assert typed_numbers(["1,234", "0,4"])["1,234"] == 1.234
    assert typed_numbers(["1,234", "1,234.5"])["1,234"] == 1234
    for beside in ([], ["0.4"], ["0,4", "1,234.5"]):
        with pytest.raises(DataError) as caught:
            typed_numbers(["1,234", *beside])
        assert caught.value.code == "cell_open"
        assert caught.value.values == {"cell": "1,234", "grouped": "1234", "decimal": "1.234"}
