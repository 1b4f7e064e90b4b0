"""Photographs, and pictures of the kinds that the classifiers were trained on."""

from functools import partial

import numpy as np

from engine.images import Image
from engine.samples import DATASETS, Samples, photo

CLOTHES = {"boot": 9, "dress": 3, "shirt": 6, "bag": 8, "sneaker": 7}  # of Fashion-MNIST's test set
EMOJI = {"emoji_cat": 284, "emoji_apple": 81, "emoji_ship": 638, "emoji_halo": 534}  # not among those that training saw


def small_picture(file: str, index: int) -> Image:
    """A picture out of a bundled set; what is ink on black there stays so."""
    with np.load(DATASETS / file, allow_pickle=False) as held:
        pixels = held["x"][index]
    return Image(np.ascontiguousarray(np.repeat(pixels[..., None], 3, 2) if pixels.ndim == 2 else pixels))


SAMPLES: Samples = {
    **{name: partial(photo, f"{name}.jpg") for name in ("astronaut", "rocket", "boats")},
    **{name: partial(small_picture, "clothes_10.npz", k) for name, k in CLOTHES.items()},
    **{name: partial(small_picture, "emoji_noto_32.npz", k) for name, k in EMOJI.items()},
}
