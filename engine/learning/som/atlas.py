"""What a trained map of `engine.learning.som` is good for: a sample finds its place, units form classes, all becomes a table.

Vesanto and Alhoniemi, "Clustering of the self-organizing map", 2000. Peers: scipy's and scikit-learn's Ward linkage.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, ward

from engine.learning.som.grid import touching
from engine.learning.som.measures import neighbourhood_label, place
from engine.learning.som.rules import Scaling, scales
from engine.learning.som.sheet import Sheet, SomFrame
from engine.points import Points

NONE = 2  # classes below which there is nothing to tell apart
FORMULA = tuple("=+-@\t\r")  # what begins one in a spreadsheet


@dataclass(frozen=True)
class New:
    """A new sample on the map as it is: its unit, and the label of its neighbourhood."""

    x: np.ndarray  # (d,)
    unit: int
    label: str  # "": there are none
    votes: int
    of: int


def new_sample(frame: SomFrame, params: Sheet, data: Points, sample: Points) -> New:
    """Where a sample falls on the map of a frame."""
    x = sample.X[0]
    unit = place(frame.units.astype(float), x, scales(data.X, params.scaling)[1])
    if data.labels is None:
        return New(x, unit, "", 0, 0)
    near = touching(params.rows, params.cols, params.topology, params.torus)
    label, votes, of = neighbourhood_label(frame.bmu, data.labels[frame.measured], unit, near)
    return New(x, unit, data.label_names[label] if label >= 0 else "", votes, of)


def superclasses(frame: SomFrame, data: Points, count: int, scaling: Scaling = "standard") -> np.ndarray:
    """The class (from 0) of each unit, (units,): Ward's tree over the weights in scaled columns, cut into `count` branches.

    Numbered as one meets them row by row. Units that lie in one place stay together, so that there may be fewer classes.
    """
    _, scale = scales(data.X, scaling)
    W = frame.units.reshape(-1, data.X.shape[1]) / scale
    if count < NONE or len(W) < NONE:
        return np.zeros(len(W), dtype=np.int64)
    found = fcluster(ward(W), count, "maxclust")
    _, first, which = np.unique(found, return_index=True, return_inverse=True)
    order: np.ndarray = first.argsort().argsort()[which]
    return order


def commonest(of: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The commonest label in each of `count` groups, (count,), of equally common ones the first; −1 where there is none.

    of, labels (m,): the group and the label of every sample.
    """
    votes = np.zeros((count, int(labels.max()) + 1), dtype=np.int64)
    np.add.at(votes, (of, labels), 1)
    return np.where(votes.any(1), votes.argmax(1), -1)


def class_names(frame: SomFrame, data: Points, classes: np.ndarray, scaling: Scaling = "standard") -> list[str]:
    """What each class may be called: the commonest label in it; without labels the name of the sample nearest to its mean."""
    count = int(classes.max()) + 1
    if data.labels is not None:
        top = commonest(classes[frame.bmu], data.labels[frame.measured], count)
        return [data.label_names[k] if k >= 0 else "" for k in top]
    if not data.names:
        return [""] * count
    units = frame.units.reshape(len(classes), -1).astype(float)
    means = np.stack([units[classes == k].mean(0) for k in range(count)])
    scale = scales(data.X, scaling)[1]
    return [data.names[place(data.X, mean, scale)] for mean in means]


def agreement(frame: SomFrame, classes: np.ndarray, labels: np.ndarray) -> float:
    """The share of measured samples that lie in a class whose commonest label is theirs. labels (n,): of all samples."""
    mine, of = labels[frame.measured], classes[frame.bmu]
    return float((commonest(of, mine, int(classes.max()) + 1)[of] == mine).mean())


def as_csv(frame: SomFrame, data: Points, count: int = 0, scaling: Scaling = "standard") -> str:
    """The map of a frame as a table: a line a unit with its place, its weights in the data's own units, the samples it won,
    the commonest label among them, and its class where there are `count` of them."""
    units = frame.units.reshape(-1, data.X.shape[1])
    classes = superclasses(frame, data, count, scaling)
    labels = np.full(len(units), -1) if data.labels is None else commonest(frame.bmu, data.labels[frame.measured], len(units))
    hits = np.bincount(frame.bmu, minlength=len(units))
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["unit row", "unit column", *map(_harmless, data.columns), "samples won", "commonest label", "super-class"])
    for unit, weights in enumerate(units):
        label = _harmless(data.label_names[labels[unit]]) if labels[unit] >= 0 else ""
        place = divmod(unit, frame.units.shape[1])
        table.writerow([*place, *weights.tolist(), hits[unit], label, classes[unit] + 1 if count >= NONE else ""])
    return file.getvalue()


def _harmless(word: str) -> str:
    """A visitor's word, which a spreadsheet must not take for a formula."""
    return "'" + word if word[:1] in FORMULA else word
