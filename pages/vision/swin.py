"""Swin, windows that shift: the page. Odd: pictures of a classifier are those it knows, and words tell what was measured."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ui.kinds
from engine.images import Image
from engine.vision import swin
from engine.vision.swin.pictures import cut_off, fitted, small
from engine.vision.swin.samples import CLOTHES, EMOJI
from ui import address, shell
from ui.controls import controls
from ui.data import PICTURE, dataset
from ui.strip import Strip
from views.vision import swin as view

PHOTOS = ["chelsea", "astronaut", "coffee", "rocket", "boats"]
SAMPLES = {"": PHOTOS, "fashion": [*CLOTHES, *PHOTOS], "emoji": [*EMOJI, *PHOTOS]}  # what a classifier was trained on → pictures


def given(params: Any, picture: Image) -> NDArray[np.uint8]:
    """A picture as a run gets it: as small as its classifier's, or fitted to its size."""
    if hasattr(params, "labels"):
        return small(picture, params.labels)
    return fitted(picture, params.height, params.width) if hasattr(params, "height") else picture.pixels


text = shell.header("swin").telling(**view.facts("fashion"))
row = Strip(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = ui.kinds.picked(text, swin.ALGORITHMS)
    params, options = controls(text, kind, view.Options)
    with box:
        trained = getattr(params, "labels", "")
        samples, kept = SAMPLES[trained], address.kept("swin")
        if trained and kept.get("opened_by", trained) != trained and kept.get("data") in PHOTOS:
            address.put("swin", "data", samples[0])  # a classifier begins with something that it knows
        kept["opened_by"] = trained
        height, width = getattr(params, "height", 1), getattr(params, "width", 1)  # a classifier is given squares
        form = replace(PICTURE, cut=lambda picture: cut_off(picture, height, width), seen=lambda picture: given(params, picture))
        chosen = dataset(text, samples, default=samples[0], form=form)
shell.picture(text, swin, view, kind, params, options, chosen, row, (left, right))
