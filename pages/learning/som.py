"""Self-organising map: the page."""

from engine.learning import som
from runtime.run import Run
from ui import shell
from ui.controls import controls
from ui.dataset import POINTS, dataset
from ui.language import say
from ui.place import place
from ui.player import play
from views.learning import som as view

SAMPLES = ["penguins", "xkcd", "mnist", "animals", "moons", "square"]
MORE = ("start", "neighbourhood", "decay", "sigma_end", "staircase", "sampling", "torus", "scaling", "unfold", "seed")

text = shell.header("som")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, SAMPLES, default=som.ALGORITHMS[0].sample, form=POINTS)
    params = controls(som.Params, text, more=MORE)
    options = controls(view.Options, text, choices=view.choices(chosen.data, text), folded=say("picture_settings"))
    placed = place(text, chosen.data)
data, short = chosen.link | placed.link, chosen.short | placed.link
link, step = shell.address_bar(text, som.ALGORITHMS, params, options, data, short=short, note=chosen.note or placed.note)
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
        kind=som.ALGORITHMS[0],
    )
    if clicked:
        shell.details(*view.unit(clicked.frame, clicked.index, chosen.data, text))
shell.below(text, som, params, [chosen.code])
