"""A sheet that posters are drawn on: colours by role, places on 1280 × 720, drawn finer than it is shown."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

WIDE, HIGH, FINE = 1280, 720, 2  # a sheet, and how much finer it is drawn
Spot = tuple[float, float]


class Sheet:
    """Where a poster is drawn: colours by role, places on 1280 × 720."""

    def __init__(self, palette: dict[str, Any]) -> None:
        self.palette = palette
        self.image = Image.new("RGB", (WIDE * FINE, HIGH * FINE), self.of("tile"))
        self.pen = ImageDraw.Draw(self.image)

    def of(self, role: str) -> str:
        return str(self.palette.get(role, role))

    def mixed(self, role: str, share: float, other: str = "tile") -> tuple[int, ...]:
        """A colour between two: `share` of the first."""
        pair = [np.array([int(self.of(name)[k : k + 2], 16) for k in (1, 3, 5)]) for name in (role, other)]
        return tuple(int(value) for value in share * pair[0] + (1 - share) * pair[1])

    def line(self, spots: Sequence[Spot], role: Any, width: float) -> None:
        at = [(x * FINE, y * FINE) for x, y in spots]
        fill = role if isinstance(role, tuple) else self.of(role)
        self.pen.line(at, fill=fill, width=round(width * FINE), joint="curve")
        for x, y in (at[0], at[-1]):
            self.pen.circle((x, y), width * FINE / 2, fill=fill)

    def dot(self, spot: Spot, radius: float, role: Any, edge: str = "", width: float = 6) -> None:
        fill = (role if isinstance(role, tuple) else self.of(role)) if role else None
        outline = self.of(edge) if edge else None
        self.pen.circle((spot[0] * FINE, spot[1] * FINE), radius * FINE, fill=fill, outline=outline, width=round(width * FINE))

    def box(self, left: float, top: float, right: float, bottom: float, role: Any, edge: str = "", width: float = 8) -> None:
        fill = (role if isinstance(role, tuple) else self.of(role)) if role else None
        outline = self.of(edge) if edge else None
        at = [value * FINE for value in (left, top, right, bottom)]
        self.pen.rectangle(at, fill=fill, outline=outline, width=round(width * FINE))

    def area(self, spots: Sequence[Spot], role: Any) -> None:
        """What lies within an outline."""
        self.pen.polygon([(x * FINE, y * FINE) for x, y in spots], fill=role if isinstance(role, tuple) else self.of(role))

    def paste(self, pixels: np.ndarray, left: float, top: float, width: float, height: float, *, smooth: bool = False) -> None:
        """Pixels (h, w) or (h, w, 3) in 0 … 255."""
        size = (round(width * FINE), round(height * FINE))
        how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        picture = Image.fromarray(pixels.astype(np.uint8)).convert("RGB").resize(size, how)
        self.image.paste(picture, (round(left * FINE), round(top * FINE)))

    def done(self) -> Image.Image:
        return self.image.resize((WIDE, HIGH), Image.Resampling.LANCZOS)


def fitted(points: np.ndarray, left: float, top: float, right: float, bottom: float, *, even: bool = False) -> np.ndarray:
    """Points (n, 2) moved and stretched into a box, y upwards; `even`: alike in both directions."""
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    size = np.array([right - left, bottom - top])
    scale = np.full(2, (size / span).min()) if even else size / span
    at = (points - low) * scale + (size - span * scale) / 2
    return np.stack([left + at[:, 0], bottom - at[:, 1]], axis=1)
