"""A self-organising map: the sheet among the data and how a step pulls it, the map itself, and what has become of both errors."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import engine.params
from charts import curves
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number, worth
from charts.panels import Picture, escaped
from charts.words import cut
from engine.learning.som import ALGORITHMS, SomFrame, superclasses
from engine.learning.som.atlas import New, agreement, new_sample
from engine.learning.som.rules import scales
from engine.learning.som.search import first_grip
from engine.params import choice
from engine.points import Points
from views import Words, column_name
from views.learning.som_panels import Pull, folds_show, map_of, of_pass, of_sample, of_trial, sheet
from views.look import Look, Values, scenes

PULL = formula(
    r"(W_v + \theta\,\alpha\,(D - W_v))_{\text{COLUMN}} = {before}! + {theta}! \cdot {alpha}! \cdot ({sample}! - {before}?) = {after}!!"  # noqa: E501
)
MEAN = formula(
    r"(W_v)_{\text{COLUMN}} = \frac{\sum_i \theta_{b_i v}\, x_i}{\sum_i \theta_{b_i v}} = \frac{{sum}!}{{weight}!} = {after}!!"
)
ERRORS = ("error", "topographic")
STARTS = {"random": "start_random", "pca": "start_pca"}
TRIALS = (("trial_flat", "trial_folded"), ("trial_pca_flat", "trial_pca_folded"))  # began on the other start? ended folded?
UNIT = re.compile(r"[,(（]")  # what the unit of a column follows
RESERVED = {"", "u_matrix", "hits", "units", "pc1", "pc2"}  # a column of such a name cannot be chosen
WHOLE = {"pull": "step", "move": "step", "from": "step"}  # parts that end a step are told as the step is


class Options(engine.params.Options):
    plane: str = choice("")  # what colours the map: "u_matrix", "hits", "units", a column; "" chooses by the data
    across: str = choice("")  # the horizontal axis of the sheet: a column, "pc1", "pc2"; "" chooses by the data
    up: str = choice("")
    classes: int = engine.params.number(0, 0, 12)  # Ward's classes of the units; fewer than two are none
    overlay: bool = choice(True)  # labels and names on the map


def choices(data: Points, words: Words) -> dict[str, dict[str, str]]:
    """What the options may be for these data: field → value → name."""
    columns_ = data.columns[:40] if data.kind != "images" else ()
    few = {column: column_name(column, words) for column in columns_ if column not in RESERVED}
    own = {} if data.kind == "table" else {"units": words("plane_units")}
    planes = {"": words("automatic")} | own | {"u_matrix": words("plane_u_matrix"), "hits": words("plane_hits")} | few
    axes = {"": words("automatic")} | ({"pc1": words("pc", k=1), "pc2": words("pc", k=2)} if len(data.columns) > 2 else {}) | few
    return {"plane": planes, "across": axes, "up": axes}


def online(look: Look[SomFrame]) -> Picture:
    """A sample is drawn, its unit is found, and the sheet is pulled."""
    return _picture(look, look.frame.theta.ravel(), of_sample, "" if look.part in ("start", "draw") else PULL)


def batch(look: Look[SomFrame]) -> Picture:
    """All samples find their units, and the units move to their means."""
    scale = scales(look.data[0].X, look.params.scaling)[1]
    far = np.linalg.norm((look.frame.units - look.frame.before) / scale, axis=-1).ravel()
    return _picture(look, far / (far.max() or 1), of_pass, "" if look.part == "start" else MEAN)


def unfold(look: Look[SomFrame]) -> Picture:
    """How the sheet ends that began with this radius."""
    return _picture(look, first_grip(look.params, look.frame.sigma_start), of_trial, "", ("folded",))


draw = scenes(ALGORITHMS, {"online": online, "batch": batch, "unfold": unfold, "unfold_batch": unfold})


def _picture(look: Look[SomFrame], strength: np.ndarray, pull: Pull, rule: str, curve: Sequence[str] = ERRORS) -> Picture:
    """The sheet, the map, a curve. strength (units,): how much the step takes each unit along, the most 1; `pull` draws it among
    the data. A second item in the data is a sample to be placed on the map."""
    frame, params, cloud = look.frame, look.params, look.data[0]
    new = new_sample(frame, params, cloud, look.data[1]) if len(look.data) > 1 else None
    classes, column = superclasses(frame, cloud, look.options.classes, params.scaling), _column(frame, cloud, look.options)
    share = agreement(frame, classes, cloud.labels) if cloud.labels is not None and classes.any() else None
    last = 0 if getattr(params, "close_up", -1) >= 0 else getattr(params, "last", 0)  # trials have no last step
    axis = {"tickvals": [0, last // 2, last]} if last else {"dtick": 1} if curve == ("folded",) else {}
    sample, winner = frame.sample + 1 if frame.sample >= 0 else None, str(frame.winner) if frame.best >= 0 else None
    title = look.words.columns["folded"] if curve == ("folded",) else look.say("errors")
    history = curves.history(title, *curve, x=axis, small=True)
    drawn = look.picture(
        columns(sheet(look, new, classes, pull, strength), rows(map_of(look, new, classes, strength), history), shares=(8, 5)),
        facts=_facts(look) | {"more": _more(look, new, share)},
        key=WHOLE.get(look.part, ""),
        formula=rule.replace("COLUMN", _column_name(cloud, column, look.say)),
        values=_values(frame, cloud, column) if rule else {},
        of="unit",
        at=max(frame.best, 0),
        metrics=("error", "topographic", ("sigma", number(frame.sigma, 2))),
        derived={"sample": sample, "winner": winner, "agreement": share},
    )
    return replace(drawn, flip=cloud.kind == "images")


def _facts(look: Look[SomFrame]) -> dict[str, Any]:
    """What the sentences of all kinds say."""
    frame, params, cloud = look.frame, look.params, look.data[0]
    errors = {"error": number(frame.error, 3), "topographic": number(100 * frame.topographic, 1), "folded": frame.folded}
    sigma = number(frame.sigma_start, 2)
    return {
        "start": look.say(STARTS[frame.start], rows=params.rows, cols=params.cols),
        "trial": look.say(TRIALS[frame.start != params.start][frame.folded > 0], sigma=sigma, folded=frame.folded),
        "unit": str(frame.winner),
        "sample": _sample(cloud, frame.sample),
        "samples": len(frame.measured),
        "radius": number(frame.sigma, 2),
        "sigma": sigma,
        "measured": look.say("measured_folds" if len(cloud.columns) == 2 else "measured", **errors),
    }


def _sample(cloud: Points, sample: int) -> str:
    """How a sample is called in a sentence."""
    named = [cloud.names[sample]] if cloud.names else []
    named += [cloud.label_names[cloud.labels[sample]]] if cloud.labels is not None else []
    return f"{sample + 1}" + (f" ({', '.join(named)})" if named else "")


def _more(look: Look[SomFrame], new: New | None, share: float | None) -> str:
    """A second sentence: where the new sample fell, what the classes are, or that the sheet is folded, unless a trial says it."""
    frame, count = look.frame, look.options.classes
    if new is not None:
        unit = str(divmod(new.unit, look.params.cols))
        return look.say("placed_label" if new.label else "placed", unit=unit, label=new.label, votes=new.votes, of=new.of)
    if count > 1:
        return look.say("classes") if share is None else look.say("classes_agree", share=look.percent(share))
    if frame.folded and look.scene in ("online", "batch") and folds_show(frame, look.data[0]):
        return look.say("folded", folded=frame.folded)
    return ""


def _column(frame: SomFrame, cloud: Points, options: Options) -> int:
    """The column the formula shows: one that is looked at, else the first of two; of more the one pulled most."""
    looked_at = next((cloud.columns.index(name) for name in (options.plane, options.across) if name in cloud.columns), -1)
    if looked_at >= 0 or len(cloud.columns) < 3 or frame.sample < 0:
        return max(looked_at, 0)
    return int((np.abs(cloud.X[frame.sample] - frame.before[frame.winner]) / np.maximum(cloud.X.std(0), 1e-12)).argmax())


def _column_name(cloud: Points, column: int, words: Words) -> str:
    """What stands at the formula's foot: a column without its unit."""
    if cloud.kind == "images":
        return words("pixel", row=column // cloud.shape[1], col=column % cloud.shape[1])
    return escaped(cut(UNIT.split(column_name(cloud.columns[column], words))[0], 16))


def _values(frame: SomFrame, cloud: Points, column: int) -> Values:
    """The numbers of the update in one column, for every unit; the formula shows those of the unit that is pointed at."""
    arrays = frame.before[..., column], frame.theta, frame.units[..., column]
    before, theta, after = (array.ravel().astype(float) for array in arrays)
    whole = int(np.log10(np.abs([before, after]).max() + 1))  # of a sheet that runs away, fewer decimals
    digits = max(0, min(worth(float(np.ptp(cloud.X[:, column]))) + 2, 6, 4 - whole))
    if frame.sample < 0:
        weight = theta * len(cloud.X)
        return {"sum": _printed(weight * after, digits), "weight": _printed(weight, 3), "after": _printed(after, digits)}
    sample = float(cloud.X[frame.sample, column])
    if frame.part == "match":
        after = before + theta * frame.alpha * (sample - before)
    single = {"alpha": (round(frame.alpha, 4), 4), "sample": (round(sample, digits), digits)}
    return single | {"before": _printed(before, digits), "theta": _printed(theta, 4), "after": _printed(after, digits)}


def _printed(values: np.ndarray, digits: int) -> tuple[list[float], int]:
    return np.round(values, digits).tolist(), digits
