"""Pixels as a trace: a PNG inside the figure."""

import base64
import io

import numpy as np
from PIL import Image

from charts.panels import Trace

Edges = tuple[float, float]
SMOOTH = {"zsmooth": "fast"}  # the browser may smooth what it enlarges or makes smaller


def pixels(array: np.ndarray, x: Edges, y: Edges) -> Trace:
    """A uint8 image [h, w] or [h, w, 2 (grey, alpha), 3 or 4]; x, y: its outer edges in data units, first row at y[0]."""
    return _trace(Image.fromarray(array), x, y)


def tinted(index: np.ndarray, colours: np.ndarray, x: Edges, y: Edges) -> Trace:
    """An image [h, w] of indices into uint8 colours [n, 3]; index n is see-through. With a palette, if it fits, for its size."""
    if len(colours) < 256:
        image = Image.fromarray(index.astype(np.uint8))
        image.putpalette(np.concatenate([colours, np.zeros((1, 3), np.uint8)]).tobytes())
        return {**_trace(image, x, y, transparency=len(colours)), **SMOOTH}
    alpha = np.where(index < len(colours), 255, 0).astype(np.uint8)
    padded = np.concatenate([colours, np.zeros((1, 3), np.uint8)])
    return {**_trace(Image.fromarray(np.concatenate([padded[index], alpha[..., None]], axis=-1)), x, y), **SMOOTH}


def mosaic(places: np.ndarray, tiles: np.ndarray) -> Trace:
    """Small pictures [n, h, w] of ink, each around its place [n, 2] on a grid one apart; where two overlap, the darker shows."""
    height, width = tiles.shape[1:]
    tops = np.round(places * [width + 1, height + 1]).astype(int)
    canvas = np.zeros((tops[:, 1].max() + height, tops[:, 0].max() + width), dtype=np.float32)
    for (left, top), tile in zip(tops, tiles, strict=True):
        place = canvas[top : top + height, left : left + width]
        np.maximum(place, tile, out=place)
    x, y = (size / (step + 1) - 0.5 for size, step in zip(canvas.shape[::-1], (width, height), strict=True))
    return {**pixels(ink(canvas, 0.0, max(0.5, 0.92 * float(canvas.max()))), (-0.5, x), (-0.5, y)), **SMOOTH}


def _trace(image: Image.Image, x: Edges, y: Edges, **how: int) -> Trace:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=7, **how)  # 9: five times the work for 2 % fewer bytes
    return _placed(image, "png", file.getvalue(), x, y)


def _placed(image: Image.Image, kind: str, content: bytes, x: Edges, y: Edges) -> Trace:
    dx, dy = (x[1] - x[0]) / image.width, (y[1] - y[0]) / image.height
    return {
        "type": "image",
        "source": f"data:image/{kind};base64," + base64.b64encode(content).decode(),
        "x0": x[0] + dx / 2,
        "dx": dx,
        "y0": y[0] + dy / 2,
        "dy": dy,
        "hoverinfo": "skip",
    }


def ink(canvas: np.ndarray, low: float, high: float, *, paper: int = 0) -> np.ndarray:
    """Values [h, w] as ink on paper: uint8 [h, w, 2], black and how much of it shows; high is full ink, NaN nothing at all.
    `paper`: how much shows at least, so that the pictures of a sheet stand out from the gaps.

    Sixteen greys: a third of the bytes, and no visible difference at this size.
    """
    gaps = np.isnan(canvas)
    part = np.clip((np.where(gaps, low, canvas) - low) / max(high - low, 1e-12), 0, 1)
    alpha = np.where(gaps, 0, np.maximum(np.round(part * 15) * 17, paper)).astype(np.uint8)
    return np.stack([np.full_like(alpha, 20), alpha], axis=-1)


def photograph(array: np.ndarray, x: Edges, y: Edges, quality: int = 60) -> Trace:
    """A uint8 image [h, w, 3] as WebP: for photographs and noise, which PNG cannot make small."""
    file, image = io.BytesIO(), Image.fromarray(array)
    image.save(file, "WEBP", quality=quality, method=3)
    return _placed(image, "webp", file.getvalue(), x, y)


def sheet(pictures: np.ndarray, columns: int, gap: int) -> np.ndarray:
    """Pictures [n, h, w] of numbers laid out in rows of `columns`, `gap` cells of NaN between them."""
    n, h, w = pictures.shape
    rows = -(-n // columns)
    canvas = np.full((rows * (h + gap) - gap, columns * (w + gap) - gap), np.nan)
    for k, picture in enumerate(pictures):
        row, column = divmod(k, columns)
        canvas[row * (h + gap) : row * (h + gap) + h, column * (w + gap) : column * (w + gap) + w] = picture
    return canvas
