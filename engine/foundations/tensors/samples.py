"""The scripts of the menu: each shows one thing that sharing memory does."""

from collections.abc import Callable

from engine.samples import Samples
from engine.texts import Text, script

SUM = ["X = torch.ones(2, 3)", "Y = torch.ones(2, 3)", "V = Y[0]"]
LEAF = ["w = torch.tensor([1.0, 2.0]).requires_grad_()"]
BACK = ["y.sum().backward()"]
EXPANDED = ["Z = torch.zeros(4)", "E = Z.expand(4, 4)", "E[0, 1] = 7"]

SCRIPTS: dict[str, list[str]] = {
    "expanded_writes": [
        *EXPANDED, "E[2] = 5", "E[:, 1] = 6", "E[:] = 8", "E.add_(1)", "E.fill_(3)", "F = E.clone()", "F[0, 1] = 7",
    ],
    "four_sevens": EXPANDED,
    "views": [
        "X = torch.arange(6.0)", "M = X.view(2, 3)", "N = M.t()", "R = M.reshape(3, 2)", "C = N.reshape(6)", "S = M[:, 1:]",
        "P = N.contiguous()", "X[4] = 40", "Q = N.view(6)",
    ],
    "clone_keeps_strides": [
        "A = torch.arange(6.0)", "B = A.view(2, 3).t()", "C = B.clone()", "D = B.contiguous()", "C[0, 1] = 9",
    ],
    "three_sums": [*SUM, "Y += X", "Y[:] = X + Y", "Y = Y + X"],
    "sums_in_turn": [*SUM[:2], "Y = Y + X", "Y[:] = X + Y", "Y += X"],
    "sum_1": [*SUM, "Y = Y + X", "Y.add_(1)"],
    "sum_2": [*SUM, "Y += X"],
    "sum_3": [*SUM, "Y[:] = X + Y"],
    "sum_4": [*SUM, "Y.add_(X)"],
    "sum_5": [*SUM, "torch.add(X, Y, out=Y)"],
    "sum_6": [*SUM, "Y.copy_(X)"],
    "sum_7": [*SUM, "Y = Y.add_(X)"],
    "sum_8": [*SUM, "Y = X", "Y.add_(1)"],
    "detach_and_data": [
        "X = torch.ones(3)", "D = X.detach()", "E = X.data", "C = X.clone()", "D.add_(1)", "E.add_(1)", "C.add_(1)", "X.add_(1)",
    ],
    "data_silent": [*LEAF, "y = w ** 2", "w.data.add_(10)", *BACK],
    "data_augmented": [*LEAF, "y = w ** 2", "w.data += 10", *BACK],
    "detach_caught": [*LEAF, "y = w ** 2", "d = w.detach()", "d.add_(10)", *BACK],
    "square_untouched": [*LEAF, "y = w ** 2", *BACK],
    "leaf_written": [*LEAF, "w.add_(1)"],
    "leaf_by_index": [*LEAF, "w[0] = 5"],
    "who_objects": [
        *LEAF, "x = w * 1", "s = torch.sin(x)", "e = torch.exp(x)", "x += 1", "e.sum().backward()", "s.sum().backward()",
    ],
    "sin_input": [*LEAF, "x = w * 1", "y = torch.sin(x)", "x.add_(1)", *BACK],
    "sin_output": [*LEAF, "x = w * 1", "y = torch.sin(x)", "y.add_(1)", *BACK],
    "exp_input": [*LEAF, "x = w * 1", "y = torch.exp(x)", "x.add_(1)", *BACK],
    "exp_output": [*LEAF, "x = w * 1", "y = torch.exp(x)", "y.add_(1)", *BACK],
    "exp_by_index": [*LEAF, "y = torch.exp(w)", "y[0] = 0", *BACK],
    "exp_in_place": [*LEAF, "y = w * 1", "y.exp_()", *BACK],
    "product": [*LEAF, "x = w * 2", "y = x * w", "x.add_(1)", *BACK],
    "product_constant": ["c = torch.tensor([1.0, 2.0])", *LEAF, "y = w * c", "c.mul_(2)", *BACK],
    "sum_saves_nothing": [*LEAF, "x = w * 1", "y = x + x", "x.mul_(3)", *BACK],
    "lazy": ["layer = nn.LazyLinear(3)", "X = torch.ones(2, 5)", "Y = layer(X)"],
}  # fmt: skip


def _sample(name: str) -> Callable[[], Text]:
    return lambda: script("\n".join(SCRIPTS[name]), name, origin="sample")


SAMPLES: Samples = {name: _sample(name) for name in SCRIPTS}
