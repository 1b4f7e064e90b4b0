"""Expectation maximisation: the page."""

from engine.learning import em
from engine.params import Options
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import EDITED_POINTS, add_point, dataset, remove_point
from ui.language import say
from ui.player import Clicked, play
from views.learning import em as view

SAMPLES = {"coins": ["coins"], "mixture": ["old_faithful", "penguins", "moons", "loner"]}
MORE = ("rate", "floor", "scaling", "start", "by_k", "seed")

text = shell.header("em")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    params = controls(em.Params, text, more=MORE)
    closes = params.model == "coins" or not params.by_k
    params = shell.leaving("em", params, closes=closes)
    with box:
        samples = SAMPLES[params.model]
        chosen = dataset(text, samples, default=samples[0], form=EDITED_POINTS)
    options = view.Options()
    if params.model == "mixture":
        options = controls(
            view.Options, text, more=("across", "up"), choices=view.choices(chosen.data, text), folded=say("picture_settings")
        )
models: list[type[Options]] = [em.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


def on_click(clicked: Clicked) -> None:
    """A click on the map of the likelihood starts there; one on the cloud adds a point, or takes one away."""
    if clicked.name == "start":
        for name, value in zip(("theta_a", "theta_b"), view.start_at(clicked.index), strict=True):
            address.put("em", name, value)
    elif clicked.name == "place":
        add_point(text, chosen.data, view.place_at(clicked.index, chosen.data, options))
    elif clicked.index < len(clicked.frame.shown):
        remove_point(text, chosen.data, int(clicked.frame.shown[clicked.index]))


with right:
    shell.notices()
    play(
        Run(em.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
        on_click=on_click,
    )
shell.below(text, em, params, [chosen.code])
