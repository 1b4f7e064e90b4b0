"""A self-organising map: the sheet among the data, the map itself, and what has become of error, radius and rate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import engine.params
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number
from charts.panels import Box, Panel, Picture
from engine.learning.som import ALGORITHMS, SomFrame
from engine.params import choice
from engine.points import Points
from views import Words, column_name
from views.learning.som_map import map_of
from views.learning.som_sheet import folds_show, sheet
from views.learning.som_units import New, called, decimals, new_sample, spot, winner
from views.look import Look, Values, scenes
from views.look import Words as Topic

PULL = formula(r"W_v + \theta\,\alpha\,(D - W_v) = {before}! + {theta}! \cdot {alpha}! \cdot ({sample}! - {before}?) = {after}!!")
MEAN = formula(r"W_v = \frac{\sum_i \theta_{b_i v}\, x_i}{\sum_i \theta_{b_i v}} = \frac{{sum}!}{{weight}!} = {after}!!")
RESERVED = {"", "u_matrix", "hits", "units", "pc1", "pc2"}  # a column of such a name cannot be chosen
WHOLE = {"pull": "step", "move": "step", "from": "step"}  # parts that end a step are told as the step is
STARTS = {"random": "start_random", "pca": "start_pca"}
TRIALS = {  # whether it began on the other start, and whether it ended folded
    (False, False): "trial_flat",
    (False, True): "trial_folded",
    (True, False): "trial_pca_flat",
    (True, True): "trial_pca_folded",
}

WIDE: list[Box] = [(0, 0.52, 0, 1), (0.60, 1, 0.33, 1), (0.60, 0.70, 0, 0.17), (0.745, 0.845, 0, 0.17), (0.89, 0.99, 0, 0.17)]
NARROW: list[Box] = [(0, 1, 0.62, 1), (0, 1, 0.19, 0.54), (0, 0.27, 0, 0.09), (0.37, 0.63, 0, 0.09), (0.73, 1, 0, 0.09)]
SHORT = 14  # letters of a curve's title in one line
AXIS = {"nticks": 3, "ticklabelposition": "outside right"}


class Options(engine.params.Options):
    plane: str = choice("")  # what colours the map: "u_matrix", "hits", "units", a column; "" chooses by the data
    across: str = choice("")  # the horizontal axis of the sheet: a column, "pc1", "pc2"; "" chooses by the data
    up: str = choice("")
    overlay: bool = choice(True)  # labels and names on the map


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data: field → value → name."""
    free = [column for column in data.columns[:40] if column not in RESERVED] if data.kind != "images" else []
    few = {column: column_name(column, words) for column in free}
    own = {} if data.kind == "table" else {"units": words("plane_units")}
    planes = {"": words("automatic")} | own | {"u_matrix": words("plane_u_matrix"), "hits": words("plane_hits")} | few
    axes = {"": words("automatic")} | ({"pc1": words("pc", k=1), "pc2": words("pc", k=2)} if len(data.columns) > 2 else {}) | few
    return {"plane": planes, "across": axes, "up": axes}


def settings(model: type[engine.params.Params], words: Topic) -> dict[str, dict[str, str]]:
    """The neighbourhoods that a kind of run has: one that another kind had goes back to the first."""
    return {
        spec.name: {value: words.choices[spec.name][value] for value in spec.choices}
        for spec in model.specs()
        if spec.name == "neighbourhood"
    }


def online(look: Look[SomFrame]) -> Picture:
    """A sample is drawn, its unit is found, and the sheet is pulled."""
    told = "" if look.part in ("start", "draw") else PULL
    return _picture(look, ("error", "sigma", "alpha"), _facts(look), told)


def batch(look: Look[SomFrame]) -> Picture:
    """All samples find their units, and the units move to their means."""
    told = "" if look.part == "start" else MEAN
    return _picture(look, ("error", "sigma", "topographic"), _facts(look), told)


def unfold(look: Look[SomFrame]) -> Picture:
    """How the sheet ends that began with this radius."""
    frame = look.frame
    first = {"sigma": number(frame.sigma_start, 2)}
    key = TRIALS[frame.start != look.params.start, frame.folded > 0]
    trial = look.say(key, **first, folded=frame.folded)
    return _picture(look, ("folded", "sigma_start", "error"), {**first, "trial": trial}, "")


draw = scenes(ALGORITHMS, {"online": online, "batch": batch, "unfold": unfold, "unfold_batch": unfold})


def _picture(look: Look[SomFrame], columns: Sequence[str], facts: Mapping[str, Any], rule: str) -> Picture:
    """The sheet, the map, three curves. A second item in the data is a sample to be placed on the map."""
    frame, cloud = look.frame, look.data[0]
    new = new_sample(frame, look.params, cloud, look.data[1]) if len(look.data) > 1 else None
    column = _column(frame, cloud, look.options)
    panels = [sheet(look, new), map_of(look, new), *(_curve(look, name) for name in columns)]
    drawn = look.picture(
        Placed(panels, WIDE, NARROW, 800),
        facts={"more": _more(look, new, "trial" in facts), "measured": _measured(frame, cloud, look.say), **facts},
        key=WHOLE.get(look.part, ""),
        formula=f'{rule} <span class="th-of">{_column_name(cloud, column, look.say)}</span>' if rule else "",
        values=_values(frame, cloud, column) if rule else {},
        of="unit",
        at=max(winner(frame), 0),
        metrics=("error", "topographic", ("sigma", number(frame.sigma, 2))),
        derived={
            "sample": frame.sample + 1 if frame.sample >= 0 else None,
            "winner": _winner(frame) if winner(frame) >= 0 else None,
        },
    )
    return replace(drawn, flip=cloud.kind == "images")


def _curve(look: Look[SomFrame], column: str) -> Panel:
    """The course of a column; a long name stands in two lines, as three stand beside each other on a phone."""
    last = 0 if getattr(look.params, "close_up", -1) >= 0 else getattr(look.params, "last", 0)  # trials have no last step
    axis = {"tickvals": [last // 2, last], "ticklabelposition": "outside left"} if last else AXIS
    curve = look.history(column, x=axis)
    return replace(curve, title=curve.title.replace(" ", "<br>", 1) if len(curve.title) > SHORT else curve.title)


# ---- what is told


def _facts(look: Look[SomFrame]) -> dict[str, Any]:
    frame, params, cloud = look.frame, look.params, look.data[0]
    return {
        "start": look.say(STARTS[frame.start], rows=params.rows, cols=params.cols),
        "unit": _winner(frame),
        "sample": _sample(cloud, frame.sample),
        "samples": len(frame.measured),
        "radius": number(frame.sigma, 2),
    }


def _winner(frame: SomFrame) -> str:
    return f"({frame.winner[0]}, {frame.winner[1]})"


def _sample(cloud: Points, sample: int) -> str:
    """How a sample is called in a sentence."""
    if sample < 0:
        return ""
    parts = [cloud.names[sample]] if cloud.names else []
    parts += [cloud.label_names[cloud.labels[sample]]] if cloud.labels is not None else []
    return f"{sample + 1}" + (f" ({', '.join(parts)})" if parts else "")


def _more(look: Look[SomFrame], new: New | None, trial: bool) -> str:
    """A second sentence: where the new sample fell, or that the sheet is folded, which trials say themselves."""
    frame = look.frame
    if new is not None:
        at = spot(new.unit, look.params.cols)
        return (
            look.say("placed_label", unit=at, label=new.label, votes=new.votes, of=new.of)
            if new.label
            else look.say("placed", unit=at)
        )
    if frame.folded and not trial and folds_show(frame, look.data[0]):
        return look.say("folded", folded=frame.folded)
    return ""


def _measured(frame: SomFrame, cloud: Points, words: Words) -> str:
    """Both errors for who listens; of two columns the folds too."""
    errors = {"error": number(frame.error, 3), "topographic": number(100 * frame.topographic, 1)}
    return words("measured_folds", **errors, folded=frame.folded) if len(cloud.columns) == 2 else words("measured", **errors)


# ---- the formula


def _column(frame: SomFrame, cloud: Points, options: Options) -> int:
    """The column the formula shows: one that is looked at, else the first; of colours and pictures the one pulled most."""
    looked_at = next((cloud.columns.index(name) for name in (options.plane, options.across) if name in cloud.columns), 0)
    if cloud.kind == "table" or looked_at or frame.sample < 0:
        return looked_at
    row, col = frame.winner
    return int(np.abs(cloud.X[frame.sample] - frame.before[max(row, 0), max(col, 0)]).argmax())


def _column_name(cloud: Points, column: int, words: Words) -> str:
    if cloud.kind == "images":
        return words("pixel", row=column // cloud.shape[1], col=column % cloud.shape[1])
    return called(cloud.columns[column], words)


def _values(frame: SomFrame, cloud: Points, column: int) -> Values:
    """The numbers of the update in one column, for every unit; the formula shows those of the unit that is pointed at."""
    before, theta = frame.before[..., column].ravel().astype(float), frame.theta.ravel().astype(float)
    after = frame.units[..., column].ravel().astype(float)
    whole = int(np.log10(np.abs([before, after]).max() + 1))  # of a sheet that runs away, fewer decimals
    digits = max(0, min(decimals(cloud, column) + 2, 6, 4 - whole))
    if frame.sample < 0:
        weight = theta * len(cloud.X)
        return {"sum": _printed(weight * after, digits), "weight": _printed(weight, 3), "after": _printed(after, digits)}
    sample = float(cloud.X[frame.sample, column])
    if frame.part == "match":
        after = before + theta * frame.alpha * (sample - before)
    return {
        "before": _printed(before, digits),
        "theta": _printed(theta, 4),
        "alpha": (round(frame.alpha, 4), 4),
        "sample": (round(sample, digits), digits),
        "after": _printed(after, digits),
    }


def _printed(values: np.ndarray, digits: int) -> tuple[list[float], int]:
    return np.round(values, digits).tolist(), digits


# ---- details below the picture


def unit(frame: SomFrame, index: int, cloud: Points, words: Words) -> tuple[str, list[dict[str, Any]], str]:
    """What there is to know of one unit at one step: a heading, the samples it won as rows, and what to say without any."""
    row, col = divmod(index, frame.units.shape[1])
    if row >= frame.units.shape[0]:
        return "", [], ""
    won = frame.measured[frame.bmu == index]
    shown = range(min(8, len(cloud.columns))) if cloud.kind != "images" else range(0)
    heads = [words("sample_word"), words("name_word"), words("label_word")]
    for j in shown:
        head = column_name(cloud.columns[j], words)
        heads.append(head + " " * heads.count(head))  # an own column may be called like one of ours
    rows = [
        {
            heads[0]: int(k) + 1,
            **({heads[1]: cloud.names[k]} if cloud.names else {}),
            **({heads[2]: cloud.label_names[cloud.labels[k]]} if cloud.labels is not None else {}),
            **{head: float(cloud.X[k, j]) for head, j in zip(heads[3:], shown, strict=True)},
        }
        for k in won[:200]
    ]
    return words("unit_at", row=row, col=col, step=frame.step, won=len(won)), rows, words("unit_empty")
