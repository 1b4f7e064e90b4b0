"""The film of the home page: a real run of the map on named colours, as one small file that `ui/hero.js` draws."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine import data
from engine.learning import som
from engine.learning.som.grid import neighbours, offsets, places
from engine.learning.som.rules import principal_plane

FILE = Path(__file__).parents[2] / "ui" / "static" / "hero.json"
PARAMS = som.Online(steps=5000)


def film() -> dict[str, Any]:
    """The colours, the plane they are seen in, and of every frame the units' colours, the sample and its nearest unit."""
    colours = data.sample("xkcd")
    frames = list(som.online(PARAMS, colours))
    _, directions = principal_plane(colours.X)  # (3, 2): the two directions in which the colours differ most
    units = np.stack([frame.units.reshape(-1, 3) for frame in frames])  # (t, units, 3)
    at = places(PARAMS.rows, PARAMS.cols, PARAMS.topology)  # (units, 2)
    touching = np.argwhere(np.triu(neighbours(offsets(at), PARAMS.topology)))  # (pairs, 2)
    return {
        "plane": directions.T.round(5).tolist(),
        "data": _packed(colours.X),
        "units": _packed(units),
        "places": at.round(4).tolist(),
        "pairs": touching.tolist(),
        "steps": [frame.step for frame in frames],
        "samples": [colours.names[frame.sample] if frame.sample >= 0 else "" for frame in frames],
        "winners": [frame.winner[0] * PARAMS.cols + frame.winner[1] if frame.sample >= 0 else -1 for frame in frames],
    }


def _packed(colours: np.ndarray) -> str:
    """Red, green, blue as bytes."""
    return base64.b64encode(np.clip(np.rint(colours), 0, 255).astype(np.uint8).tobytes()).decode()


def write() -> None:
    FILE.write_text(json.dumps(film(), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    write()
