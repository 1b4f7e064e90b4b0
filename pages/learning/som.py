"""Self-organising map: the page. Made by hand, because it also places a new sample and tells of the unit that is clicked."""

from engine.learning import som
from runtime.run import Run
from ui import kinds, shell
from ui.controls import controls
from ui.dataset import POINTS, dataset
from ui.language import say
from ui.place import place
from ui.player import play
from views.learning import som as view

SAMPLES = ["penguins", "xkcd", "mnist", "animals", "moons", "square"]

text = shell.header("som")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = kinds.picked(text, som.ALGORITHMS)
    with box:
        chosen = dataset(text, SAMPLES, default=kind.sample, form=POINTS)
    params = controls(kind.Params, text, choices=view.settings(kind.Params, text))
    options = controls(view.Options, text, choices=view.choices(chosen.data, text), folded=say("picture_settings"))
    placed = place(text, chosen.data)
data, short = chosen.link | placed.link, chosen.short | placed.link
link, step = shell.address_bar(text, som.ALGORITHMS, params, options, data, short=short, note=chosen.note or placed.note)
with right:
    shell.notices()
    clicked = play(
        Run(kind.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        beside=placed.points,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        kind=kind,
    )
    if clicked:
        shell.details(*view.unit(clicked.frame, clicked.index, chosen.data, text))
shell.below(text, som, params, [chosen.code])
