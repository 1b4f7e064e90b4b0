"""Pixels as a trace: a PNG inside the figure."""

import base64
import io

import numpy as np
from PIL import Image

from charts.panels import Trace


def pixels(array: np.ndarray, x: tuple[float, float], y: tuple[float, float]) -> Trace:
    """A uint8 image [h, w], [h, w, 2] (grey, alpha), [h, w, 3] or [h, w, 4], its first row at y[0]; x, y: the outer edges in data units."""
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG", optimize=True)
    height, width = array.shape[:2]
    dx, dy = (x[1] - x[0]) / width, (y[1] - y[0]) / height
    return {
        "type": "image",
        "source": "data:image/png;base64," + base64.b64encode(file.getvalue()).decode(),
        "x0": x[0] + dx / 2,
        "dx": dx,
        "y0": y[0] + dy / 2,
        "dy": dy,
        "hoverinfo": "skip",
    }


def ink(canvas: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values [h, w] as ink on paper: uint8 [h, w, 2], black and how much of it shows; high is full ink.

    Sixteen greys: a third of the bytes, and no visible difference at this size.
    """
    alpha = (np.round(np.clip((canvas - low) / max(high - low, 1e-12), 0, 1) * 15) * 17).astype(np.uint8)
    return np.stack([np.full_like(alpha, 20), alpha], axis=-1)
