"""What a map is laid over, and no other topic uses."""

import numpy as np

from engine.drawings import halved
from engine.points import Points, points
from engine.samples import DATASETS, Samples, Sheet


def mnist() -> Points:
    """1,000 handwritten digits, the first 100 of each kind, halved to 14×14 in 0..1."""
    with np.load(DATASETS / "mnist_10k.npz", allow_pickle=False) as file:
        images, digits = file["x_train"], file["y_train"].astype(np.int64)
    first = np.sort(np.concatenate([np.flatnonzero(digits == digit)[:100] for digit in range(10)]))
    X = halved(images[first]).reshape(-1, 196) / 255
    return points(X, [f"p{i}" for i in range(196)], digits[first], tuple("0123456789"), kind="images", shape=(14, 14))


def square() -> Points:
    """400 points, uniform in the unit square."""
    return points(np.random.default_rng(0).random((400, 2)), ("x", "y"))


SAMPLES: Samples = {
    "xkcd": Sheet("xkcd_colors.csv", names="name", columns=("red", "green", "blue")),  # 949, named by visitors of xkcd.com
    "mnist": mnist,
    "animals": Sheet("animals_som.csv", names="animal"),  # 16 animals × 13 attributes (Ritter & Kohonen, 1989)
    "square": square,
}
