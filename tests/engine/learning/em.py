"""What the tests have to know of expectation maximisation."""

from tests import hostile

HOSTILE = ("?em.model=mixture", ".csv", hostile.table)  # tosses are whole numbers
