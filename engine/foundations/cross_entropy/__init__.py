"""Cross entropy: what it costs to believe Q where P is so, as an area; and how a softmax computes it without breaking.

Shannon, "A Mathematical Theory of Communication", 1948 (surprise, entropy, codes); Kullback, Leibler, "On Information and
Sufficiency", 1951; Huffman, "A Method for the Construction of Minimum-Redundancy Codes", 1952; Bridle, "Probabilistic
Interpretation of Feedforward Classification Network Outputs", 1990 (softmax, and why not squared error); Szegedy et al.,
"Rethinking the Inception Architecture", 2016 (smoothing). Peer: torch 2.13, cross_entropy and log_softmax.

    H(P, Q) = −Σ p log q = H(P) + KL(P ‖ Q),   q = softmax(z / T),   ∂H/∂z = (q − p) / T in nats, whatever unit is shown

The logits start as log Q, so at T ≠ 1 the first q is not Q. The notes' loss sums over samples, each with its true class.
"""

from engine.algorithm import Algorithm
from engine.foundations.cross_entropy import stages
from engine.foundations.cross_entropy.losses import cross_entropy, divergence, entropy, log_softmax, mean_loss
from engine.foundations.cross_entropy.pairs import Pair, classes, read, with_top
from engine.foundations.cross_entropy.rectangles import Rectangles, RectanglesFrame, descend, rectangles
from engine.foundations.cross_entropy.samples import SAMPLES
from engine.foundations.cross_entropy.stages import GAPS, STAGES, Logits, LogitsFrame, logits

SAFE = stages.safe
ALGORITHMS = (
    Algorithm(
        "rectangles",
        rectangles,
        Rectangles,
        "halves",
        opens=0,
        code={"step": (descend, ("q =", "return np.asarray", "return descent"))},
        says={"q =": "⟦name⟧: q = ⟦share⟧", "return np.asarray": "⟦name⟧: ⟦slope⟧"},
    ),
    Algorithm(
        "logits",
        logits,
        Logits,
        code={
            "max": (SAFE, ("top =",)),
            "shift": (SAFE, ("shifted =",)),
            "exp": (SAFE, ("raised =",)),
            "sum": (SAFE, ("total =",)),
            "share": (SAFE, ("q =",)),
            "log": (SAFE, ("log_q =",)),
            "slope": (stages.slope, ("return",)),
        },
        says={"top =": "m = ⟦m⟧", "total =": "Σ = ⟦sum⟧", "q =": "q = ⟦share⟧", "log_q =": "log q = ⟦log⟧"},
    ),
)

__all__ = [
    "ALGORITHMS",
    "GAPS",
    "SAMPLES",
    "STAGES",
    "Logits",
    "LogitsFrame",
    "Pair",
    "Rectangles",
    "RectanglesFrame",
    "classes",
    "cross_entropy",
    "descend",
    "divergence",
    "entropy",
    "log_softmax",
    "logits",
    "mean_loss",
    "read",
    "rectangles",
    "with_top",
]
