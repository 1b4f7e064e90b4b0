"""Diffusion: the page."""

from engine.generative import diffusion
from engine.params import Options
from runtime.run import Run
from ui import address, device, shell
from ui.controls import controls
from ui.dataset import EDITED_POINTS, PICTURE, add_point, bundled, dataset, remove_point
from ui.language import say
from ui.player import Clicked, play
from views.generative import diffusion as view

SAMPLES = {
    "pictures": ["seven", "drawn_boot", "chelsea"],
    "forward": ["chelsea", "coffee", "seven"],
    "points": ["moons", "rings", "spiral", "heaps"],
}
MORE = ("eta", "variance", "every", "spacing", "clip", "predicts", "weighting", "training", "smooth", "seed")

text = shell.header("diffusion")
where = device.switch()
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    params = controls(diffusion.Params, text, more=MORE)
    closes = params.what == "pictures" or (params.what == "points" and not params.by_calls)
    params = shell.leaving("diffusion", params, closes=closes)
    samples, form = SAMPLES[params.what], EDITED_POINTS if params.what == "points" else PICTURE
    with box:
        chosen = bundled(samples[0], samples[0])
        if params.what != "pictures" or params.begin in ("picture", "invert"):
            chosen = dataset(text, samples, default=samples[0], form=form)
    options = controls(view.Options, text, without=view.HIDDEN[params.what], folded=say("picture_settings"))
models: list[type[Options]] = [diffusion.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


def on_click(clicked: Clicked) -> None:
    """A click frames a picture or a pixel; among the points it adds one, or takes one away."""
    if clicked.name in ("framed", "pixel"):
        address.put("diffusion", clicked.name, min(clicked.index, {"framed": 15, "pixel": 783}[clicked.name]))
    elif clicked.name == "place":
        add_point(text, chosen.data, view.place_at(clicked.index, chosen.data))
    elif clicked.name == "datum":
        remove_point(text, chosen.data, clicked.index)


with right:
    shell.notices()
    play(
        Run(diffusion.sample, params, (chosen.data,), where),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
        on_click=on_click,
    )
shell.below(text, diffusion, params, [chosen.code])
