"""Graph convolution: every node mixes what its neighbours say with what it says itself, layer by layer.

Kipf, Welling, "Semi-supervised classification with graph convolutional networks", 2017: H' = σ(Â H W + b) with
Â = D^−½ (A + I) D^−½. Beside it the mean rule h_v' = f(1/|N(v)| Σ W h_u + b), and as other layers GraphSAGE (Hamilton et al.
2017), GAT (Veličković et al. 2018) and GIN (Xu et al. 2019). Over-smoothing: Li et al. 2018; Dirichlet energy: Cai, Wang 2020.
Peer: torch_geometric 2.8 (GCNConv and gcn_norm; the other three layers are its own).

Five kinds of run. `propagate`: rounds of messages to one node, by either rule, one number a node. `train`: semi-supervised
training. `depth`: training for networks of 1 … 32 layers. `ablate`: edges deleted one by one under fixed weights, and
the smallest edit that turns one node's prediction. `inspect`: what torch_geometric's `Data` holds, and mistakes in it.
"""

from engine.algorithm import Algorithm, together
from engine.graphs.gcn import edits, messages
from engine.graphs.gcn.ablation import Ablation, EditFrame, ablate
from engine.graphs.gcn.common import GcnFrame, Wired, find
from engine.graphs.gcn.inspection import InspectFrame, Inspection, inspect
from engine.graphs.gcn.labels import Labelling, toggled, told
from engine.graphs.gcn.learning import DEPTHS, Depths, Learning, TrainFrame, Training, depths, fit, flat, train_frame, training
from engine.graphs.gcn.rounds import RoundFrame, Rounds, propagate
from engine.graphs.gcn.samples import SAMPLES

COUNTED = {"found = ": "n = ⟦nodes⟧"}
ALGORITHMS = (
    Algorithm(
        "propagate", propagate, Rounds, "karate",
        code={
            "gather": (propagate, ("passed = ",)),
            "weigh": (messages.operator, ("root = ", "weights = weights / degree[receiver]")),
            "sum": (propagate, ("sums = ",)),
            "update": (propagate, ("new = ",)),
        },
        says={
            "passed = ": "⟦name⟧: ⟦m⟧",
            "root = ": "d = ⟦dv⟧, ⟦du⟧",
            "weights = weights / degree[receiver]": "⟦c⟧, ⟦cm⟧",
            "sums = ": "⟦s⟧, ⟦sm⟧",
            "new = ": "⟦h⟧, ⟦hm⟧",
        },
    ),
    Algorithm(
        "train", training, Training, "karate", unsaid=True,
        code={
            "step": (fit, ("outputs = net(", "loss = ", "loss.backward()", "step.step()")),
            "loss": (fit, ("loss = ",)),
            "backward": (fit, ("loss.backward()",)),
            "update": (fit, ("step.step()",)),
        },
        says={"loss = ": "loss = ⟦loss⟧", "loss.backward()": "‖∇‖ = ⟦gradient⟧"},
    ),
    Algorithm(
        "depth", depths, Depths, "karate",
        code={
            "start": (depths, ("for depth in DEPTHS", "for state in ground.fit(")),
            "train": (fit, ("outputs = net(", "loss = ", "loss.backward()", "step.step()")),
            "step": (train_frame, ("energy=",)),
        },
        says={"for depth in DEPTHS": "depth = ⟦depth⟧", "loss = ": "loss = ⟦loss⟧", "energy=": "E = ⟦energy⟧"},
    ),
    Algorithm(
        "ablate", ablate, Ablation, "karate",
        code={
            "step": (ablate, ("before = predict(",)),
            "edge": (edits.one_by_one, ("some: list[Edit] = ", "p = predict(some)", "effect = ")),
            "flip": (edits.smallest, ("best = ", "turned = ")),
        },
        says={"effect = ": "effect = ⟦total_change⟧", "best = ": "margin = ⟦margin⟧"},
    ),
    Algorithm("inspect", inspect, Inspection, "karate", code={"step": (inspect, ("found = ",))}, says=COUNTED),
)  # fmt: skip
Params, train = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "DEPTHS",
    "SAMPLES",
    "Ablation",
    "Depths",
    "EditFrame",
    "GcnFrame",
    "InspectFrame",
    "Inspection",
    "Labelling",
    "Learning",
    "Params",
    "RoundFrame",
    "Rounds",
    "TrainFrame",
    "Training",
    "Wired",
    "ablate",
    "depths",
    "find",
    "flat",
    "inspect",
    "propagate",
    "toggled",
    "told",
    "train",
    "training",
]
