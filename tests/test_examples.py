"""The covering array covers."""

from itertools import combinations, product

from tests.examples import pairs


def test_every_pair_of_values_of_two_fields_stands_in_some_row():
    values = ["abc", "xy", (False, True), "pqrs"]
    rows = pairs(values)
    for a, b in combinations(range(len(values)), 2):
        assert {(row[a], row[b]) for row in rows} == set(product(values[a], values[b]))
    assert len(rows) < 2 * 3 * 4
