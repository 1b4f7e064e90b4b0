"""Swin, windows that shift: the page."""

from engine.data import CLOTHES, EMOJI
from engine.vision import swin
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import PICTURE, dataset
from ui.player import Clicked, play
from views.vision import swin as view

PHOTOS = ["chelsea", "astronaut", "coffee", "rocket", "boats"]
SAMPLES = {"fashion": [*CLOTHES, *PHOTOS], "emoji": [*EMOJI, *PHOTOS]}
MORE = ("patch", "mask_pads", "channels", "down", "across", "seed")

text = shell.header("swin").telling(**view.facts("fashion"))
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    params = controls(swin.Params, text, more=MORE)
    with box:
        trained = params.labels if params.show == "trained" else ""
        samples = SAMPLES[trained] if trained else PHOTOS
        kept = address.kept("swin")
        if trained and kept.get("opened_by", trained) != trained and kept.get("data") in PHOTOS:
            address.put("swin", "data", samples[0])  # a classifier begins with something that it knows
        kept["opened_by"] = trained
        chosen = dataset(text, samples, default=samples[0], form=PICTURE)
link, step = shell.address_bar(text, swin.ALGORITHMS, params, view.Options(), chosen.link, short=chosen.short, note=chosen.note)


def ask(clicked: Clicked) -> None:
    """A click on a patch asks that patch."""
    if clicked.name == "patch":
        for name, value in zip(("down", "across"), view.asked_at(clicked.index, clicked.frame), strict=True):
            address.put("swin", name, value)


with right:
    shell.notices()
    play(
        Run(swin.look, params, (chosen.data,)),
        view.draw,
        view.Options(),
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        kind=swin.ALGORITHMS[0],
        on_click=ask,
    )
shell.below(text, swin, params, [chosen.code])
