"""A photograph of a drawing made even: shade, ruled lines and specks taken away, so that what is left is ink."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from scipy import ndimage

Floats = NDArray[np.float64]
LEAST = 56  # pixels of the short side below which nothing is a photograph
UNEVEN = 0.12  # how far the border's tenth and ninetieth per cent lie apart where there is shade
BLOCKS = 12  # of the long side, in each of which the paper is looked for
SHORT, SPAN = 0.15, 0.85  # a ruled line is made of runs this long, of the page's width, and spans so much of it
THICK = 0.03  # of the page's height: what is as thick is no ruled line, but a pen's
SPECK = 0.04  # of the largest piece's area


def evened(grey: Floats) -> Floats:
    """Grey values (h, w) on light paper with its shade taken away; even paper stays as it is."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    low, high = np.quantile(border, [0.1, 0.9])
    if min(grey.shape) < LEAST or high - low < UNEVEN:
        return grey
    side = max(grey.shape) // BLOCKS + 1
    rows, columns = (np.arange(0, n, side) for n in grey.shape)
    paper = np.array([[np.quantile(grey[y : y + side, x : x + side], 0.8) for x in columns] for y in rows])  # (r, c)
    smooth = ndimage.gaussian_filter(ndimage.maximum_filter(paper, 3), 1).astype(np.float32)
    size = grey.shape[1], grey.shape[0]
    wide = np.asarray(Pillow.fromarray(smooth).resize(size, Pillow.Resampling.BILINEAR), dtype=np.float64)
    even: Floats = np.clip(grey - wide + paper.max(), 0, 1)
    return even


def without_lines(ink: Floats) -> Floats:
    """Ink (h, w) from 0 up without what rules the page from side to side, or from top to bottom."""
    if min(ink.shape) < LEAST:
        return ink
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
        if span < SPAN * width or line.sum() > THICK * len(ink) * span:
            continue
        level = np.median(np.where(line, ink[box], 0).max(0))  # of its columns: few of them hold a stroke that crosses
        left[box][line] = np.where(ink[box][line] <= 1.4 * level, 0, ink[box][line])
    return left


def without_specks(ink: Floats, least: float) -> Floats:
    """Ink (h, w) without small pieces beside the largest, and without what stays below `least` far from any piece."""
    if min(ink.shape) < LEAST:
        return ink
    pieces, count = ndimage.label(ink > least, np.ones((3, 3)))
    if count < 2:
        return ink
    areas = ndimage.sum_labels(np.ones_like(ink), pieces, np.arange(1, count + 1))
    small = np.flatnonzero(areas < SPECK * areas.max()) + 1
    return np.where(np.isin(pieces, small), 0, ink)
