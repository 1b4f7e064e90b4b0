"""Swin, windows that shift: the page. Odd: pictures of a classifier are those it knows, and words tell what was measured."""

import ui.kinds
from engine.data import CLOTHES, EMOJI
from engine.vision import swin
from ui import address, shell
from ui.controls import controls
from ui.dataset import PICTURE, dataset
from views.vision import swin as view

PHOTOS = ["chelsea", "astronaut", "coffee", "rocket", "boats"]
SAMPLES = {"": PHOTOS, "fashion": [*CLOTHES, *PHOTOS], "emoji": [*EMOJI, *PHOTOS]}  # what a classifier was trained on → pictures

text = shell.header("swin").telling(**view.facts("fashion"))
begins = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = ui.kinds.picked(text, swin.ALGORITHMS)
    params = controls(kind.Params, text)
    with box:
        trained = getattr(params, "labels", "")
        samples, kept = SAMPLES[trained], address.kept("swin")
        if trained and kept.get("opened_by", trained) != trained and kept.get("data") in PHOTOS:
            address.put("swin", "data", samples[0])  # a classifier begins with something that it knows
        kept["opened_by"] = trained
        chosen = dataset(text, samples, default=samples[0], form=PICTURE)
shell.picture(text, swin, view, kind, params, view.Options(), chosen, begins, (left, right))
