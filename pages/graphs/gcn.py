"""Graph convolution: the page."""

from engine.graphs import gcn
from engine.params import Options
from runtime.run import Run
from ui import address, shell
from ui.controls import controls
from ui.dataset import GRAPH, dataset
from ui.language import say
from ui.player import Clicked, play
from views.graphs import gcn as view

SAMPLES = ["karate", "art_philo_science", "les_miserables", "blocks", "grid", "ring", "large"]
MORE = ("per_class", "labelled", "hidden", "decay", "optimiser", "direction", "weighted", "features", "seed")

text = shell.header("gcn")
autoplay, start = shell.experiments(text)
left, right = shell.stage()
with left:
    chosen = dataset(text, SAMPLES, default=gcn.DEFAULT[2], form=GRAPH)
    for name in ("labelled", "node"):
        address.belongs("gcn", name, view.nodes_key(chosen.data))
    params = controls(gcn.Params, text, more=MORE, choices=view.choices(chosen.data, text))
    closes = params.show == "train"
    params = shell.leaving("gcn", params, closes=closes)
    options = controls(view.Options, text, folded=say("picture_settings"))
models: list[type[Options]] = [gcn.Params, view.Options]
link, step = shell.address_bar(text, models, chosen.link, short=chosen.short, note=chosen.note)


def on_click(clicked: Clicked) -> None:
    """A click on a node tells its class, or looks at it, as what is shown wants it."""
    meant = view.clicked(params.show, clicked.index, params, chosen.data)
    if meant is None:
        address.notice("too_many_labelled")
    else:
        address.put("gcn", *meant)


with right:
    shell.notices()
    play(
        Run(gcn.train, params, (chosen.data,)),
        view.draw,
        options,
        text,
        autoplay=autoplay,
        start=start if start is not None else step,
        link=link,
        closer=closes,
        on_click=on_click,
    )
shell.below(text, gcn, params, [chosen.code])
