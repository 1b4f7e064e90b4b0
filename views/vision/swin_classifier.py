"""A trained Swin classifier: what a patch attends to, what has reached it by then, and what the network says in the end."""

import numpy as np

from charts import images, patches
from charts.layout import columns, rows
from charts.numbers import count, number
from charts.panels import Panel, Picture, blank
from charts.ranking import ranked
from engine.vision import swin
from engine.vision.swin import TrainedFrame
from views.look import Look

CLASSES = {  # in the order of the scores
    "fashion": ("t_shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot"),
    "emoji": ("face_heart", "animal_nature", "food_drink", "travel_place", "activity", "object"),
}
WHOLE = swin.TOKENS**2  # patches at first
ENDS = {"shifted": "end_shifted", "still": "end_still"}  # weights → what is said of them
TESTED = {"shifted": ("accuracy_shifted", "accuracy_still"), "still": ("accuracy_still", "accuracy_shifted")}  # these, the others


def trained(look: Look[TrainedFrame]) -> Picture:
    """What the network is given, block by block; the verdict comes last."""
    frame, params = look.frame, look.params
    name = _class_names(look)[int(frame.scores.argmax())]
    ticks = {"range": [0, 270], "tickvals": [0, 64, 144, 256]}
    reached = look.history("spread", x={"range": [-0.2, 5.2], "nticks": 6}, y=ticks)
    ours, theirs = TESTED[params.weights]
    right = _measured(look, frame.accuracy, swin.deviation(params.labels, params.weights))
    right_of_others = _measured(look, frame.other, swin.deviation(params.labels, swin.OTHER[params.weights]))
    return look.picture(
        columns(_given(look), rows(_classes(look), reached)),
        facts={
            "window": frame.window,
            "name": name,
            "sure": number(100 * frame.sure, 0),
            "accuracy": right,
            "other": right_of_others,
            "n": count(swin.measured(params.labels, params.weights)["tested"]),
            "foreign": "" if swin.familiar(look.data[0], params.labels) else look.say("foreign", params.labels),
        },
        key=_key(look),
        metrics=[
            ("spread", f"{frame.spread} / {WHOLE}"),
            (ours, look.percent(frame.accuracy, 1)),
            (theirs, look.percent(frame.other, 1)),
        ],
        hold=8.0,
    )


def _measured(look: Look[TrainedFrame], share: float, deviation: float) -> str:
    """A share with its standard deviation: 89.6 ± 0.3 %."""
    return f"{number(100 * share, 1)} ± {look.percent(deviation, 1)}"


def _key(look: Look[TrainedFrame]) -> str:
    """Which sentence is said."""
    ways = {"input": "input", "end": ENDS[look.params.weights]}
    return ways.get(look.frame.part, "shifted" if look.frame.shift else "even")


def _class_names(look: Look[TrainedFrame]) -> list[str]:
    return [look.say("name", key) for key in CLASSES[look.params.labels]]


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
    return Panel(traces, look.say("given", frame.part), x=blank(range=[0, n]), y=blank(range=[n, 0]), equal=True)


def _classes(look: Look[TrainedFrame]) -> Panel:
    """The probabilities of the classes, once the verdict is there."""
    scores, names = look.frame.scores, _class_names(look)
    if look.part == "end":
        said = [look.percent(score) for score in scores]
        return ranked(look.say("classes"), names, scores, lit=int(scores.argmax()), said=said, top=1.0)
    return ranked(look.say("classes"), names, np.zeros_like(scores), said=[" "] * len(names), told=names, top=1.0)
