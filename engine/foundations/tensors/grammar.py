"""What a script may hold."""

import ast
from collections.abc import Sequence

from engine.foundations.expressions import ARITHMETIC, SCALARS, Grammar, statements

LINES, NAMES, NUMBERS, DIMENSIONS = 10, 8, 64, 3  # of a script; of a tensor
WORDS = (
    "zeros ones arange tensor add sin exp nn LazyLinear view reshape t expand clone contiguous detach data weight bias "
    "requires_grad_ add_ mul_ copy_ fill_ zero_ exp_ sum backward"
)
SCRIPT = Grammar(
    ARITHMETIC | {ast.AugAssign, ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple, ast.keyword},
    frozenset({"torch", "nn"}), attributes=frozenset(WORDS.split()), keywords=frozenset({"out", "requires_grad"}),
    constants=(int, float, bool), calls=True, lines=LINES, characters=800, names=NAMES, signs=SCALARS.signs,
)  # fmt: skip


def readable(lines: Sequence[str]) -> tuple[ast.stmt, ...]:
    """The lines of a script as syntax trees. Raises DataError, which names the line, for what a script may not hold."""
    return statements(lines, SCRIPT)
