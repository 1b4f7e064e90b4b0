"""Swin: windows that shift, shapes, offsets, cost; here: a trained classifier, patch by patch, and its verdict."""

import numpy as np

import engine.params
from charts import images, patches
from charts.layout import columns, rows
from charts.numbers import count, number
from charts.panels import Panel, Picture, bare
from charts.ranking import ranked
from engine.images import Image
from engine.params import Params, Value
from engine.vision import swin
from engine.vision.swin import ALGORITHMS, Labels, ShiftFrame, TrainedFrame
from views.look import Look, scenes
from views.vision.swin_arithmetic import cost, offsets
from views.vision.swin_shapes import shapes
from views.vision.swin_shift import shift

CLASSES = {  # in the order of the scores
    "fashion": ("t_shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot"),
    "emoji": ("face_heart", "animal_nature", "food_drink", "travel_place", "activity", "object"),
}
WHOLE = swin.TOKENS**2  # patches at first
ENDS = {"shifted": "end_shifted", "still": "end_still"}  # weights → what is said of them
TESTED = {"shifted": ("accuracy_shifted", "accuracy_still"), "still": ("accuracy_still", "accuracy_shifted")}  # these, the others


class Options(engine.params.Options):
    """Nothing changes the picture alone."""


def trained(look: Look[TrainedFrame]) -> Picture:
    """What the network is given, block by block; the verdict comes last."""
    frame, params = look.frame, look.params
    names = [look.say("name", key) for key in CLASSES[params.labels]]
    ticks = {"range": [0, 270], "tickvals": [0, 64, 144, 256]}
    reached = look.history("spread", x={"range": [-0.2, 5.2], "nticks": 6}, y=ticks)
    ours, theirs = TESTED[params.weights]
    right = _measured(look, frame.accuracy, swin.deviation(params.labels, params.weights))
    right_of_others = _measured(look, frame.other, swin.deviation(params.labels, swin.OTHER[params.weights]))
    return look.picture(
        columns(_given(look), rows(_classes(look, names), reached)),
        facts={
            "window": frame.window,
            "name": names[int(frame.scores.argmax())],
            "sure": number(100 * frame.sure, 0),
            "accuracy": right,
            "other": right_of_others,
            "n": count(swin.measured(params.labels, params.weights)["tested"]),
            "foreign": "" if swin.familiar(look.data[0], params.labels) else look.say("foreign", params.labels),
        },
        key={"input": "input", "end": ENDS[params.weights]}.get(frame.part, "shifted" if frame.shift else "even"),
        metrics=[
            ("spread", f"{frame.spread} / {WHOLE}"),
            (ours, look.percent(frame.accuracy, 1)),
            (theirs, look.percent(frame.other, 1)),
        ],
        hold=8.0,
    )


draw = scenes(ALGORITHMS, {"shift": shift, "shapes": shapes, "offsets": offsets, "cost": cost, "trained": trained})


def facts(labels: Labels) -> dict[str, str]:
    """What was measured of the two classifiers, for an experiment's words."""
    shifted, still = (swin.measured(labels, "shifted"), swin.measured(labels, "still"))
    percents = {"shifted": shifted["accuracy"], "still": still["accuracy"], "chance": swin.chance(labels)}
    percents["gap"] = abs(round(percents["shifted"], 4) - round(percents["still"], 4))
    return {name: number(100 * value, 2) for name, value in percents.items()} | {"tested": count(shifted["tested"])}


def clicked(
    name: str, index: int, frame: ShiftFrame | TrainedFrame, params: Params, data: Image, options: Options
) -> dict[str, Value]:
    """A click on a patch asks that patch: ‰ of the height and of the width."""
    if name != "patch":
        return {}
    rows, columns = (frame.grid, frame.grid) if isinstance(frame, TrainedFrame) else (frame.rows, frame.columns)
    row, column = divmod(index, frame.grid if isinstance(frame, TrainedFrame) else frame.pieces.shape[1])
    return {"down": _within(row, rows), "across": _within(column, columns)}


def _within(k: int, n: int) -> int:
    """The middle of part k of n, in ‰."""
    return 500 * (2 * min(k, n - 1) + 1) // n


def _measured(look: Look[TrainedFrame], share: float, deviation: float) -> str:
    """A share with its standard deviation: 89.6 ± 0.3 %."""
    return f"{number(100 * share, 1)} ± {look.percent(deviation, 1)}"


def _given(look: Look[TrainedFrame]) -> Panel:
    """What the network is given: clear what the asked patch has heard of, lit the window that it attends to, and how much."""
    frame, n = look.frame, look.frame.grid
    grey = frame.picture.shape[-1] == 1
    given = images.pixels(np.repeat(frame.picture, 3, 2) if grey else frame.picture, (0, n), (0, n))
    mean = frame.attention.mean(0) if frame.part == "block" else np.zeros((n, n))
    heard = frame.reach[:: swin.TOKENS // n, :: swin.TOKENS // n] if frame.part != "input" else np.ones((n, n), int)
    asked = patches.at(np.array([divmod(frame.asked, n)]))
    traces = [
        given,
        patches.veil(1 - heard, **patches.asked(np.arange(n * n), look.say("hover_patch"))),
        patches.grid(n, n, colour="@edge"),
        patches.squares(mean),
        *patches.twofold(patches.rim(mean > 0 if frame.part == "block" else heard > 0), colour="@accent", width=3),
        *patches.twofold(asked),
    ]
    return bare(traces, look.say("given", frame.part), [0, n], [n, 0], equal=True)


def _classes(look: Look[TrainedFrame], names: list[str]) -> Panel:
    """The probabilities of the classes, once the verdict is there: then the likeliest is on top."""
    scores, end = look.frame.scores, look.part == "end"
    said, lit = [look.percent(score) if end else " " for score in scores], int(scores.argmax()) if end else -1
    return ranked(look.say("classes"), names, scores * end, lit=lit, said=said, told=[] if end else names, top=1.0, by_size=end)
