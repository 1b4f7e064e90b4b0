"""What the tests have to know of back-propagation."""

from tests import hostile

HOSTILE = ("?autograd.show=fit", ".csv", hostile.table)  # a script of hostile words is refused
