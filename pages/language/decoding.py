"""Greedy, beam, sampling: the page."""

from engine.data import Text
from engine.language import decoding
from engine.params import Options
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import TABLE_OR_TEXT, dataset
from ui.language import say
from ui.player import Clicked, play
from views.language import decoding as view

SAMPLES = ["notes", "steps", "five", "grammar", "markov", "northanger", "pride", "modern", "jueju"]
RARE = ("pool", "factors", "reference")
MORE = ("top_k", "top_p", "min_p", "stop", "stop_alpha", "normalise", "seed")

text = shell.header("decoding")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, SAMPLES, default=decoding.DEFAULT[2], form=TABLE_OR_TEXT)
    is_text = isinstance(chosen.data, Text)
    params = controls(decoding.Params, text, more=MORE, without=("normalise",) if is_text else ("order", "estimator"))
    closes = params.strategy not in ("widths", "exhaustive")
    params = shell.leaving("decoding", params, closes=closes)
    rare = (*RARE, "alpha") if params.strategy == "sampling" else RARE
    options = controls(view.Options, text, more=rare, folded=say("picture_settings"))
models: list[type[Options]] = [decoding.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


def force(clicked: Clicked) -> None:
    """A click on a node lets the output begin with it."""
    address.put("decoding", "forced", view.forced(clicked.frame, clicked.index, chosen.data, params, options))


with right:
    shell.notices()
    play(
        Run(decoding.search, params, (chosen.data,)),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
        on_click=force,
    )
shell.below(text, decoding, params, [chosen.code])
