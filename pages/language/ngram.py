"""N-gram language models: the page."""

from engine import data
from engine.language import ngram
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import TEXT, dataset
from ui.player import Clicked, play
from views.language import ngram as view

SAMPLES = [*data.TEXTS, *(["peoples_daily"] if data.has_peoples_daily() else [])]
MORE = ("cut", "lower", "padding", "unknown", "cutoff", "held_out", "k", "discount", "uniform", "seed")

text = shell.header("ngram")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, SAMPLES, default=ngram.ALGORITHMS[0].sample, form=TEXT)
    params = controls(ngram.Params, text, more=MORE)
options = view.Options()
link, step = shell.address_bar(text, ngram.ALGORITHMS, params, options, chosen.link, short=chosen.short, note=chosen.note)


def follow(clicked: Clicked) -> None:
    """A click on a word writes on with it, or looks at what comes after it."""
    for name, value in view.followed(clicked.name, clicked.index, clicked.frame).items():
        address.put("ngram", name, value[:200])


with right:
    shell.notices()
    play(
        Run(ngram.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        kind=ngram.ALGORITHMS[0],
        on_click=follow,
    )
shell.below(text, ngram, params, [chosen.code])
