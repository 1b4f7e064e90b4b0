"""A frame is one step of a run: numbers only, never changed once it is yielded."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from engine.errors import Diverged


@dataclass(frozen=True)
class Frame:
    """What every topic's frame begins with."""

    step: int  # the algorithm's own count; the first frame, the untouched start, has 0
    part: str  # a sub-step's name ("draw", "match", "pull"); "" where the step is whole
    total: int  # how many frames the whole run yields, this one included

    def numbers(self) -> dict[str, int | float | str]:
        """The fields that are single numbers or words: what there is to print of a step."""
        facts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in facts.items() if isinstance(value, (int, float, str))}

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return 200 + sum(array.nbytes for array in self.arrays())

    def arrays(self) -> list[np.ndarray]:
        """The fields that are arrays, in order of declaration."""
        return [value for field in fields(self) if isinstance(value := getattr(self, field.name), np.ndarray)]


F = TypeVar("F", bound=Frame)


def finite(frame: Frame) -> bool:
    """Whether every array of a frame holds finite numbers only."""
    return all(np.isfinite(array).all() for array in frame.arrays() if array.dtype.kind == "f")


def seal(frame: F) -> F:
    """Make every array of a frame read-only; a shared frame must not change under another viewer. Raises Diverged."""
    if not finite(frame):
        raise Diverged("diverged", step=frame.step)
    for array in frame.arrays():
        array.flags.writeable = False
    return frame
