"""What holds of every frame, whichever algorithm yields it."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from engine.errors import Diverged
from engine.frames import Frame


@dataclass(frozen=True)
class Toy(Frame):
    places: np.ndarray
    count: np.ndarray
    unknown: float  # NaN: not known here


def toy(places: list[float]) -> Toy:
    return Toy(3, "", 5, np.array(places, dtype=np.float32), np.arange(4), float("nan"))


@pytest.mark.parametrize("worst", [np.inf, -np.inf, np.nan])
def test_there_is_no_frame_whose_arrays_hold_a_number_that_is_none(worst):
    with pytest.raises(Diverged, match="finite range in step 3"):
        toy([0.5, worst])


def test_a_frame_is_sealed_though_a_number_is_not_known_and_again_when_it_comes_from_another_process():
    made = toy([0.5, 1.0])
    for frame in (made, pickle.loads(pickle.dumps(made))):
        assert not any(array.flags.writeable for array in frame.arrays())
