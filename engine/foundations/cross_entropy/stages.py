"""From logits to a loss in stages, twice: as the formula is written, and with the largest logit taken away first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.errors import ParamError
from engine.foundations.cross_entropy import losses
from engine.frames import Frame
from engine.params import Certain, choice, number

LARGEST, MOST = 1000.0, 3  # of logits: how far from 0, and how many
STAGES = ("max", "shift", "exp", "sum", "share", "log", "slope")
GAPS = np.linspace(0, 40, 81)  # of logits, largest − true: where both gradients are told
Row = tuple[float, ...]  # numbers by class, or one; NaN and ∞ are what is shown of a way that broke, so no arrays


class Logits(Certain):
    logits: str = choice("1000, 0, -1000")  # two or three numbers, or -inf
    truth: int = number(2, 1, MOST)  # the true class, from 1
    loss: Literal["cross_entropy", "squared"] = choice("cross_entropy")


@dataclass(frozen=True)
class LogitsFrame(Frame):
    naive: dict[str, Row]  # by stage, as far as it has come; "z": the logits themselves
    shifted: dict[str, Row]
    loss: float  # of the true class, the shifted way
    naive_loss: float
    behind: float  # the largest logit less that of the truth
    slope: float  # the largest entry of the chosen loss's gradient, in size
    sizes: np.ndarray  # (2, 81) of both gradients, cross entropy and squared error, by gap
    sizes_now: np.ndarray  # (2,) where the logits are


def logits(params: Logits) -> Iterator[LogitsFrame]:
    """Stage by stage from the logits to the gradient. Raises ParamError."""
    z, true = read(params.logits), params.truth - 1
    if true >= len(z):
        raise ParamError("ce_truth", truth=params.truth, count=len(z))
    naive, shifted = plain(z), safe(z)
    q = np.array(shifted["share"])
    naive |= _rows(slope=plain_slope(params.loss, np.array(naive["share"]), true))
    shifted |= _rows(slope=slope(params.loss, q, true))
    curve, now = _sizes_by_gap(z, true), sizes(q, true)
    for step, part in enumerate(("", *STAGES)):
        come = {"z", *STAGES[:step]}
        yield LogitsFrame(
            step=step,
            part=part,
            total=len(STAGES) + 1,
            naive={stage: row for stage, row in naive.items() if stage in come},
            shifted={stage: row for stage, row in shifted.items() if stage in come},
            loss=-shifted["log"][true] + 0.0,
            naive_loss=-naive["log"][true] + 0.0,
            behind=float(z.max() - z[true]),
            slope=float(now[0] if params.loss == "cross_entropy" else now[1]),
            sizes=curve.copy(),
            sizes_now=now.copy(),
        )


def read(text: str) -> np.ndarray:
    """Two or three logits (k,) from words like "10, -10" or "-inf 0". Raises ParamError."""
    words = re.split(r"[,;，；\s]+", text.replace("\u2212", "-").strip(" ,;，；()[]"))
    try:
        z = np.array([float(word) for word in words])
    except ValueError as problem:
        raise ParamError("ce_logits", value=text[:40], most=MOST) from problem
    if not 2 <= len(z) <= MOST or not (np.isneginf(z) | (np.abs(z) <= LARGEST)).all():
        raise ParamError("ce_logits", value=text[:40], most=MOST)
    if np.isneginf(z).all():
        raise ParamError("ce_all_endless")
    return z


def plain(z: np.ndarray) -> dict[str, Row]:
    """The softmax of z (k,) and its logarithm as they are written: breaks from a logit of 710 on."""
    with np.errstate(all="ignore"):
        raised = np.exp(z)  # ∞ above 709.78
        total = raised.sum()
        q = raised / total  # ∞ / ∞ is no number
        log_q = np.log(q)
    return _rows(z=z, exp=raised, sum=total, share=q, log=log_q)


def safe(z: np.ndarray) -> dict[str, Row]:
    """The same of z (k,), the largest taken away first: e⁰ = 1 is then the largest power, and no sum is below 1."""
    top = z.max()
    shifted = z - top
    raised = np.exp(shifted)  # at most 1
    total = raised.sum()  # between 1 and k
    q = raised / total
    log_q = shifted - np.log(total)
    return _rows(z=z, max=top, shift=shifted, exp=raised, sum=total, share=q, log=log_q)


def _rows(**stages: np.ndarray) -> dict[str, Row]:
    return {stage: tuple((np.atleast_1d(values) + 0.0).tolist()) for stage, values in stages.items()}


def slope(loss: str, q: np.ndarray, true: int) -> np.ndarray:
    """The gradient (…, k) of a loss with respect to the logits, from q (…, k)."""
    return losses.left(q, true) if loss == "cross_entropy" else losses.squared_error_slope(q, true)


def plain_slope(loss: str, q: np.ndarray, true: int) -> np.ndarray:
    """The same as it is written, from q (k,) that may hold no numbers."""
    r = q - np.eye(len(q))[true]
    return r if loss == "cross_entropy" else np.asarray(2 * q * (r - (q * r).sum()))


def sizes(q: np.ndarray, true: int) -> np.ndarray:
    """The largest entries (2, …) of both gradients, from q (…, k)."""
    return np.stack([np.abs(slope(loss, q, true)).max(-1) for loss in ("cross_entropy", "squared")])


def _sizes_by_gap(z: np.ndarray, true: int) -> np.ndarray:
    """The same (2, 81) while the true logit goes down from the largest of the others."""
    others = np.delete(z, true)
    moved = np.tile(z, (len(GAPS), 1))
    moved[:, true] = others.max() - GAPS if np.isfinite(others).any() else 0.0
    return sizes(np.exp(losses.log_softmax(moved)), true)
