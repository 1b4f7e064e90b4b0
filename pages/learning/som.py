"""Self-organising map: the page. Made by hand, because it also places a new sample, tells of the unit that is clicked, and lets
the map be taken away."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from engine.algorithm import Algorithm
from engine.learning import som
from engine.learning.som import SomFrame
from engine.learning.som.sheet import Sheet
from engine.points import Points
from runtime import server
from runtime.run import Run
from ui import device, kinds, shell, source
from ui.controls import controls
from ui.data import POINTS, Chosen, dataset
from ui.place import place
from ui.strip import Strip
from ui.text import Topic
from views import column_name
from views.learning import som as view

SAMPLES = ["xkcd", "penguins", "mnist", "animals", "moons", "square"]
FLAT = ["penguins", "moons", "square"]  # of two columns, where a fold is certain
WON = 200  # samples told of a unit at most


def won(frame: SomFrame, unit: int, cloud: Points, text: Topic) -> tuple[str, list[dict[str, Any]], str]:
    """What there is to know of one unit at one step: a heading, the samples it won as rows, and what to say without any."""
    row, col = divmod(unit, frame.units.shape[1])
    if row >= frame.units.shape[0]:
        return "", [], ""
    mine = frame.measured[frame.bmu == unit]
    told = cloud.columns[:8] if cloud.kind != "images" else ()
    heads = [str(text(word)) for word in ("sample_word", "name_word", "label_word")]
    for name in told:
        head = str(column_name(name, text))
        heads.append(head + " " * heads.count(head))  # an own column may be called like one of ours
    heading = text("unit_at", row=row, col=col, step=frame.step, won=len(mine))
    return heading, [sample(int(k), cloud, heads) for k in mine[:WON]], text("unit_empty")


def sample(k: int, cloud: Points, heads: Sequence[str]) -> dict[str, Any]:
    """A sample as a row."""
    number, name, label, *told = heads
    row: dict[str, Any] = {number: k + 1}
    row |= {name: cloud.names[k]} if cloud.names else {}
    row |= {label: cloud.label_names[cloud.labels[k]]} if cloud.labels is not None else {}
    return row | dict(zip(told, cloud.X[k].tolist(), strict=False))


def take_away(text: Topic, run: Run, sheet: Sheet, chosen: Chosen[Points], classes: int) -> None:
    """The trained map as a table, and the Python that makes the same."""

    def table() -> str:
        job = server.running()[0].get(run.key)
        last = job.frames[-1] if job and job.frames else None
        return som.as_csv(last, chosen.data, classes, sheet.scaling) if isinstance(last, SomFrame) else ""

    box = st.expander(text("take_away"), key="som-taking", on_change="rerun")
    if box.open:
        with box:
            st.download_button(text("take_away_table"), table, "map.csv", "text/csv", key="som-table", on_click="ignore")
            how = [f", {classes}"] * (classes > 1) + [f", scaling={sheet.scaling!r}"] * (sheet.scaling != "standard")
            lines = source.snippet(som, sheet, [chosen.code]).replace("print(frame.numbers())", "pass")
            st.code(f"{lines}\nprint(som.as_csv(frame, data{''.join(how)}))", language="python", wrap_lines=True)


def neighbourhoods(kind: Algorithm[Any], text: Topic) -> dict[str, dict[str, str]]:
    """Those that a kind of run has: one that another kind had goes back to the first."""
    specs = [spec for spec in kind.Params.specs() if spec.name == "neighbourhood"]
    return {spec.name: {value: text.choices[spec.name][value] for value in spec.choices} for spec in specs}


text = shell.header("som")
row = Strip(text)
left, right = shell.stage()
with left:
    box = left.container()
    kind = kinds.picked(text, som.ALGORITHMS)
    with box:
        chosen = dataset(text, FLAT if kind.name.startswith("unfold") else SAMPLES, default=kind.sample, form=POINTS)
    choices = {**neighbourhoods(kind, text), **view.choices(chosen.data, text)}
    params, options = controls(text, kind, view.Options, choices)
    placed = place(text, chosen.data)
    take_away(text, Run(kind.train, params, (chosen.data,), device.chosen(kind)), params, chosen, options.classes)
clicked = shell.picture(text, som, view, kind, params, options, chosen, row, (left, right), placed)
if clicked:
    with right:
        shell.details(*won(clicked.frame, clicked.index, chosen.data, text))
