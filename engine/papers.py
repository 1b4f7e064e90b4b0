"""A photograph of a drawing: what is ink, whatever light, ruled lines, shadow and table lie beside it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
LEAST = 56  # pixels of the short side below which nothing is a photograph
SPAN = 0.2  # of the short side: what is narrower than this is a stroke, what is wider is light
SHORT, WIDE = 0.15, 0.85  # a ruled line is made of runs this long, of the page's width, and spans so much of it
THICK = 0.03  # of the page's height: what is as thick is no ruled line, but a pen's
EVEN = 0.02  # how far the border's tenth and ninetieth per cent lie apart on paper without light and grain
STRONG = 0.45  # of the ink of strokes; ruled lines have less
SPECK = 0.06  # of the largest piece's area


def is_dark_on_light(grey: Floats) -> bool:
    """Whether the darkest of a photograph stand out from most of it, and not the lightest."""
    low, middle, high = np.quantile(grey, [0.005, 0.5, 0.995])
    return bool(middle - low >= high - middle)


def strokes(grey: Floats) -> Floats:
    """Ink (h, w) ≥ 0 of dark strokes on light paper: by how much each pixel is darker than what lies around it.

    What lies around is the picture with all that is narrower than SPAN filled in (a closing), so that neither a shadow nor the
    table beside the sheet is ink. Of paper with light and grain the grain is smoothed first. The largest piece of strong ink
    and pieces not much smaller stay, with what is within a pen's edge of them.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    low, high = np.quantile(border, [0.1, 0.9])
    if high - low > EVEN:
        grey = ndimage.gaussian_filter(grey, min(grey.shape) / 400)
    side = max(3, round(SPAN * min(grey.shape)))
    ink = without_lines(ndimage.grey_closing(grey, (side, side)) - grey)
    if ink.max() < 0.1:
        return ink
    full = float(np.quantile(ink[ink > 0.3 * ink.max()], 0.8))
    pieces, count = ndimage.label(ink > STRONG * full, np.ones((3, 3)))
    areas = ndimage.sum_labels(np.ones_like(ink), pieces, np.arange(1, count + 1))
    rim = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    if count > len(rim[rim > 0]):
        areas[rim[rim > 0] - 1] = 0  # what reaches in from outside is no drawing, where there is one
    large = np.isin(pieces, np.flatnonzero(areas >= SPECK * areas.max()) + 1)
    edge = max(2, round(min(grey.shape) / 150))
    return np.where(ndimage.binary_dilation(large, iterations=edge), np.minimum(ink, full), 0)


def without_lines(ink: Floats) -> Floats:
    """Ink (h, w) from 0 up without what rules the page from side to side, or from top to bottom."""
    return _unruled(_unruled(ink).T).T


def _unruled(ink: Floats) -> Floats:
    width = ink.shape[1]
    calm = ndimage.uniform_filter1d(ink, 7, axis=1)  # the camera's noise breaks no run
    runs = ndimage.grey_opening(calm, (1, max(3, round(SHORT * width))))  # (h, w) what lies in level runs
    pieces, count = ndimage.label(runs > 0.05, np.ones((3, 3)))
    left = ink.copy()
    for place, box in enumerate(ndimage.find_objects(pieces, count), start=1):
        span = box[1].stop - box[1].start
        line = pieces[box] == place
        if span < WIDE * width or line.sum() > THICK * len(ink) * span:
            continue
        level = np.median(np.where(line, ink[box], 0).max(0))  # of its columns: few of them hold a stroke that crosses
        left[box][line] = np.where(ink[box][line] <= 1.4 * level, 0, ink[box][line])
    return left
