"""Swin, windows that shift: the page."""

from engine.params import Options
from engine.vision import swin
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import PICTURE, dataset
from ui.player import Clicked, play
from views.vision import swin as view

SAMPLES = ["chelsea", "astronaut", "coffee", "rocket", "boats"]
MORE = ("patch", "mask_pads", "channels", "down", "across", "seed")

text = shell.header("swin")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, SAMPLES, default=swin.DEFAULT[2], form=PICTURE)
    params = controls(swin.Params, text, more=MORE)
models: list[type[Options]] = [swin.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


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
        closer=False,
        on_click=ask,
    )
shell.below(text, swin, params, [chosen.code])
