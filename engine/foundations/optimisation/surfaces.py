"""The surfaces of `engine.foundations.optimisation`: heights over the plane, with the slope and the Hessian of each place."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from engine.errors import DataError, ParamError
from engine.foundations import expressions
from engine.foundations.expressions import Formula

Name = Literal["ravine", "bowl", "saddle", "monkey", "rosenbrock", "plateau", "own"]
OWN = "sin(2*x)*cos(2*y) + (x**2 + y**2)/8"  # what an own surface begins with
TEXTS: dict[str, str] = {
    "ravine": "(x**2 + 100*y**2)/2",
    "bowl": "x**2 + y**2",
    "saddle": "x**2 - y**2",
    "monkey": "x**3 - 3*x*y**2",
    "rosenbrock": "(1 - x)**2 + 100*(y - x**2)**2",
    "plateau": "1 - exp(-x**2 - y**2)",
}
FLOOR_AT_ZERO = ("ravine", "bowl", "rosenbrock", "plateau")  # their least height is 0, so that it has a logarithm above
STARTS: dict[str, dict[str, float]] = {  # what choosing a surface sets with it
    "ravine": {"x": -2.0, "y": 1.0, "rate": 0.01},
    "bowl": {"x": 3.0, "y": -2.0, "rate": 0.01},
    "saddle": {"x": 1.0, "y": 0.1, "rate": 0.01},
    "monkey": {"x": 0.5, "y": 0.4, "rate": 0.001},
    "rosenbrock": {"x": -1.2, "y": 1.0, "rate": 0.0001},
    "plateau": {"x": -2.0, "y": 1.0, "rate": 0.01},
    "own": {"x": -2.0, "y": 1.0, "rate": 0.01},
}
MIDDLES = {"rosenbrock": (0.0, 1.0)}  # of the sheet, where it is not the origin
LEAST_HALF, ROOM, GRAIN = 1.5, 1.2, 0.25  # of the sheet's height: its least half, what is free beyond the start, its steps
ASPECT = 1.6  # width over height of the sheet
SHEET = (91, 145)  # places up and across


@dataclass(frozen=True)
class Surface:
    """A height for every place of the plane. Where there is none, it is NaN."""

    formula: Formula

    def heights(self, at: np.ndarray) -> np.ndarray:
        """f [...] at places [..., 2]."""
        return expressions.value(self.formula, _named(at), strict=False)

    def slopes(self, at: np.ndarray) -> np.ndarray:
        """∇f [..., 2] at places [..., 2]."""
        slopes = expressions.gradient(self.formula, _named(at), strict=False)[1]
        return np.moveaxis(slopes, 0, -1)

    def bent(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """f [n], ∇f [n, 2] and the Hessian [n, 2, 2] at places [n, 2]."""
        f, g, H = expressions.hessian(self.formula, _named(at), strict=False)
        return f, np.moveaxis(g, 0, -1), np.moveaxis(H, -1, 0)

    def stands(self, x: float, y: float) -> None:
        """Raise ParamError where there is no height, slope or curvature at a start."""
        try:
            expressions.hessian(self.formula, {"x": np.array([x]), "y": np.array([y])})
        except DataError as problem:
            raise ParamError(
                "optimisation_start", x=_written(x), y=_written(y), text=problem.values.get("text", "f")
            ) from problem


@lru_cache(maxsize=32)
def surface_of(name: Name, own: str) -> Surface:
    """The surface of a name; of "own" the one that is written. Raises DataError where it cannot be read."""
    return Surface(expressions.formula(TEXTS.get(name, own), free=("x", "y")))


def window(name: Name, x: float, y: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """From where to where the sheet reaches, across and up, so that the start stands on it."""
    middle = MIDDLES.get(name, (0.0, 0.0))
    needed = ROOM * max(abs(x - middle[0]) / ASPECT, abs(y - middle[1]))
    half = max(LEAST_HALF, GRAIN * float(np.ceil(needed / GRAIN)))
    across = (middle[0] - ASPECT * half, middle[0] + ASPECT * half)
    return across, (middle[1] - half, middle[1] + half)


def grid(name: Name, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """The places of the sheet: across [145] and up [91]."""
    across, up = window(name, x, y)
    return np.linspace(*across, SHEET[1]), np.linspace(*up, SHEET[0])


@lru_cache(maxsize=8)
def sheet(name: Name, own: str, x: float, y: float) -> np.ndarray:
    """Heights [91, 145] over the sheet; NaN where there is none."""
    places = np.stack(np.meshgrid(*grid(name, x, y)), -1)
    heights = surface_of(name, own).heights(places)
    heights.flags.writeable = False
    return heights


def _written(x: float) -> str:
    return f"{x:g}".replace("-", "−")


def _named(at: np.ndarray) -> dict[str, np.ndarray]:
    return {"x": at[..., 0], "y": at[..., 1]}
