"""Self-organising map: the page. Made by hand, because it also places a new sample and tells of the unit that is clicked."""

from engine.learning import som
from ui import kinds, shell
from ui.controls import controls
from ui.dataset import POINTS, dataset
from ui.language import say
from ui.place import place
from views.learning import som as view

SAMPLES = ["penguins", "xkcd", "mnist", "animals", "moons", "square"]

text = shell.header("som")
begins = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = kinds.picked(text, som.ALGORITHMS)
    with box:
        chosen = dataset(text, SAMPLES, default=kind.sample, form=POINTS)
    params = controls(kind.Params, text, choices=view.settings(kind.Params, text))
    options = controls(view.Options, text, choices=view.choices(chosen.data, text), folded=say("picture_settings"))
    placed = place(text, chosen.data)
clicked = shell.picture(text, som, view, kind, params, options, chosen, begins, (left, right), placed)
if clicked:
    with right:
        shell.details(*view.unit(clicked.frame, clicked.index, chosen.data, text))
