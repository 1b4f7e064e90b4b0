"""Self-organising map: the page. Made by hand, because it also places a new sample and tells of the unit that is clicked."""

from engine.learning import som
from ui import kinds, shell
from ui.controls import controls
from ui.data import POINTS, dataset
from ui.place import place
from ui.strip import Strip
from views.learning import som as view

SAMPLES = ["penguins", "xkcd", "mnist", "animals", "moons", "square"]

text = shell.header("som")
row = Strip(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = kinds.picked(text, som.ALGORITHMS)
    with box:
        chosen = dataset(text, SAMPLES, default=kind.sample, form=POINTS)
    choices = {**view.settings(kind.Params, text), **view.choices(chosen.data, text)}
    params, options = controls(text, kind, view.Options, choices)
    placed = place(text, chosen.data)
clicked = shell.picture(text, som, view, kind, params, options, chosen, row, (left, right), placed)
if clicked:
    with right:
        shell.details(*view.unit(clicked.frame, clicked.index, chosen.data, text))
