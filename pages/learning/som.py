"""Self-organising map: the page."""

from engine.learning import som
from engine.params import Options
from runtime.run import Run
from ui import shell
from ui.controls import controls
from ui.dataset import POINTS, dataset
from ui.language import say
from ui.place import place
from ui.player import play
from views.learning import som as view

MORE = ("start", "neighbourhood", "decay", "sigma_end", "staircase", "sampling", "torus", "scaling", "unfold", "seed")

text = shell.header("som")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, ["penguins", "xkcd", "mnist", "animals", "moons", "square"], default=som.DEFAULT[2], form=POINTS)
    params = controls(som.Params, text, more=MORE)
    closes = not params.unfold
    params = shell.leaving("som", params, closes=closes)
    options = controls(view.Options, text, choices=view.choices(chosen.data, text), folded=say("picture_settings"))
    placed = place(text, chosen.data)
models: list[type[Options]] = [som.Params, view.Options]
link, step = shell.address_bar(
    text, models, chosen.link | placed.link, short=chosen.short | placed.link, note=chosen.note or placed.note
)
with right:
    shell.notices()
    clicked = play(
        Run(som.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        beside=placed.points,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
    )
    if clicked:
        shell.details(*view.unit(clicked.frame, clicked.index, chosen.data, text))
shell.below(text, som, params, [chosen.code])
