"""Tosses and clouds that only expectation maximisation is shown on."""

import numpy as np

from engine.points import Points, points
from engine.samples import Samples, Sheet


def loner() -> Points:
    """Two clouds of 12 points each, and one point by itself, on which a component of a mixture can collapse."""
    rng = np.random.default_rng(0)
    clouds = [rng.normal(centre, 0.5, (12, 2)) for centre in ((0, 0), (3, 1))]
    return points(np.vstack([*clouds, [[1.2, 3.4]]]).round(2), ("x", "y"))


def coins() -> Points:
    """Five sets of ten tosses, each of one of two coins, nobody noted which (Do & Batzoglou, 2008)."""
    heads = np.array([5, 9, 8, 4, 7])
    return points(np.column_stack([heads, 10 - heads]), ("heads", "tails"))


SAMPLES: Samples = {
    "old_faithful": Sheet("old_faithful.csv"),  # 272 eruptions: how long each was, and how long until the next, in minutes
    "loner": loner,
    "coins": coins,
}
