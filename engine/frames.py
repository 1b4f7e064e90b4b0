"""A frame is one step of a run: numbers only, never changed once it is yielded."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from engine.errors import Diverged


@dataclass(frozen=True)
class Frame:
    """What every topic's frame begins with."""

    step: int  # the algorithm's own count; the first frame, the untouched start, has 0
    part: str  # a sub-step's name ("draw", "match", "pull"); "" where the step is whole
    total: int  # how many frames the whole run yields, this one included; 0: not known yet

    def __post_init__(self) -> None:
        """A frame is shared: no viewer may change its arrays under another. Raises Diverged where they are not finite."""
        if not finite(self):
            raise Diverged("diverged", step=self.step)
        self._seal()

    def _seal(self) -> None:
        for array in self.arrays():
            array.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """One that comes from another process is sealed anew."""
        self.__dict__.update(state)
        self._seal()

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
        return [value for value in vars(self).values() if isinstance(value, np.ndarray)]


def finite(frame: Frame) -> bool:
    """Whether every array of a frame holds finite numbers only."""
    return all(np.isfinite(array).all() for array in frame.arrays() if array.dtype.kind == "f")
