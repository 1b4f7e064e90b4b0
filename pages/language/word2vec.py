"""word2vec: the page."""

from engine import data
from engine.language import word2vec
from engine.params import Options
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import TEXT, bundled, dataset
from ui.language import say
from ui.player import Clicked, play
from views.language import word2vec as view

SAMPLES = ["little", "little_zh", "pride", "northanger", "moby", "modern", "jueju", "tang", "song", "guwen", "cup"]
SAMPLES += ["peoples_daily"] * data.has_peoples_daily()
MORE = ("cut", "drop", "least", "most", "direction", "negative", "window", "exponent", "sample", "dim", "rate", "seed")
OPEN = {"noise": ("exponent", "sample", "cut"), "pair": ("negative", "direction"), "cuts": ("window",)}  # what else each is about

text = shell.header("word2vec")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    box = left.container()
    show = str(address.seed("word2vec", next(spec for spec in word2vec.Params.specs() if spec.name == "show")))
    params = controls(word2vec.Params, text, more=[name for name in MORE if name not in OPEN.get(show, ())])
    closes = params.show == "map"
    params = shell.leaving("word2vec", params, closes=closes)
    with box:
        default = word2vec.DEFAULT[2]
        chosen = bundled(default, default) if params.show == "glove" else dataset(text, SAMPLES, default=default, form=TEXT)
    options = view.Options()
    if params.show in ("map", "glove"):
        options = controls(view.Options, text, more=("names", "tails"), folded=say("picture_settings"))
models: list[type[Options]] = [word2vec.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


def on_click(clicked: Clicked) -> None:
    """A click on a word asks about it."""
    for name, value in view.clicked(clicked.frame, clicked.index, clicked.name, options).items():
        address.put("word2vec", name, value)


with right:
    shell.notices()
    play(
        Run(word2vec.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
        on_click=on_click,
    )
shell.below(text, word2vec, params, [chosen.code])
