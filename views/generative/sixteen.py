"""Sixteen pictures on their way, one of them pixel by pixel, and its way so far."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from charts import curves, images, points
from charts.formula import formula
from charts.layout import Placed
from charts.numbers import number
from charts.panels import Panel, Picture, Trace, blank
from engine.generative import nets, samplers, schedules
from engine.generative.diffusion import PictureFrame
from views.generative import parts
from views.generative.parts import PAPER, SIDE
from views.look import Look, Metric, Values

DDIM = formula(
    r"x_{{to}!} = \sqrt{\bar\alpha_{{to}!}}\,\hat x_0 + \sqrt{1-\bar\alpha_{{to}!}-\sigma^2}\,\hat\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {next}!!"
)
ETA = formula(r"x_{{to}!} = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? + \sigma z,\qquad \sigma = {sigma}!!")
DDPM = formula(
    r"\tilde\mu = {c0}!\,\hat x_0 + {ct}!\,x_t = {c0}! \cdot {x0}? + {ct}! \cdot {x}? = {next}!!"
    r"\qquad \tilde\beta = {beta}!!"
)
GAP, ACROSS = 3, 4
PITCH = SIDE + GAP
SHEET = ACROSS * PITCH - GAP
SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
STOPS = 12  # pictures on the strip
FEW = 40  # frames of a film that gives each of them time
ENDS = {"invert": "end_invert", "picture": "end_picture", "between": "end_between"}
WIDE = [(0, 0.24, 0.46, 1), (0.2533, 0.4933, 0.46, 1), (0.5067, 0.7467, 0.46, 1), (0.76, 1, 0.46, 1),
        (0, 0.74, 0, 0.31), (0.80, 1, 0, 0.31)]  # fmt: skip
NARROW = [(0, 0.48, 0.76, 1), (0.52, 1, 0.76, 1), (0, 0.48, 0.46, 0.70), (0.52, 1, 0.46, 0.70),
          (0, 1, 0.29, 0.39), (0.07, 1, 0, 0.18)]  # fmt: skip


def pictures(look: Look[PictureFrame]) -> Picture:
    """What each sampler holds and guesses; the framed picture closely, and step by step."""
    frame, two = look.frame, len(look.frame.x) == 2
    sheets = _both(look) if two else _one(look)
    mathml, values = _formula(look)
    drawn = look.picture(
        Placed([*sheets, _strip(look), parts.schedule(_cosine(), look)], WIDE, NARROW, 760),
        facts=parts.facts(look) | {"sigma": number(frame.deviation, 3)},
        key=_key(look),
        formula=mathml,
        values=values,
        of="" if two else "pixel",
        at=-1 if two else look.options.pixel,
        metrics=_metrics(look),
        derived={"t": frame.t if frame.t >= 0 else None, "moved": _moved(look)},
        hold=_hold(look),
    )
    return replace(drawn, flip=True)


def _hold(look: Look[PictureFrame]) -> float:
    """Beats of the film: as many in one that is still growing as in the finished one."""
    total = look.frame.total
    return 4.0 if len(look.frames) == total else 2.5 if total < FEW or look.frame.step == 0 else 1.0


def _moved(look: Look[PictureFrame]) -> float:
    """How far the guessed pictures are from those one frame earlier: root mean square over all pixels."""
    if len(look.frames) == 1:
        return 0.0
    return float(np.sqrt(np.mean((look.frame.x0[0] - look.frames[-2].x0[0]) ** 2)))


def _key(look: Look[PictureFrame]) -> str:
    """Which sentence a step has where its part alone does not say."""
    frame, two = look.frame, len(look.frame.x) == 2
    if frame.part:
        return "up_invert" if frame.part == "up" and look.params.begin == "invert" else ""
    if frame.t < 0:
        return ENDS.get(look.params.begin, "end")
    if len(look.frames) == 1 and look.params.close_up < 0:
        return "start_both" if two else "start_between" if look.params.begin == "between" else "start"
    if two:
        return "step_both"
    return "step" if look.params.sampler == "ddim" and not frame.deviation else "step_noise"


def _metrics(look: Look[PictureFrame]) -> list[Metric]:
    frame = look.frame
    moved: Metric = "moved" if len(look.frames) > 1 else ("moved", None)
    if not len(frame.source):
        return [parts.left(frame), "calls", moved]
    return [parts.left(frame), moved, "error" if frame.t < 0 or frame.part == "up" else ("error", None)]


def _formula(look: Look[PictureFrame]) -> tuple[str, Values]:
    """This step for every pixel of the framed picture, by the first sampler."""
    frame, k = look.frame, look.options.framed
    if frame.t < 0 or frame.part == "up":
        return "", {}
    a, p = frame.alpha_bar, frame.alpha_bar_prev
    x, x0, eps = (array[0, k].ravel().astype(np.float64) for array in (frame.x, frame.x0, frame.eps))
    if len(frame.x) == 2:  # there are no pixels to point at: the chosen one's numbers are enough
        x, x0, eps = x[look.options.pixel], x0[look.options.pixel], eps[look.options.pixel]
    if frame.part:  # inside a step x has moved on: what it was before follows from both guesses
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * eps
    rounded: dict[str, tuple[Any, int]] = {"x0": (x0.round(3), 3), "eps": (eps.round(3), 3), "to": (max(frame.prev, 0), 0)}
    if look.params.sampler == "ddpm":
        of_x0, of_x, beta = samplers.posterior(a, p)
        mean = (of_x0 * x0 + of_x * x).round(3)
        return DDPM, rounded | {"c0": (of_x0, 4), "ct": (of_x, 4), "x": (x.round(3), 3), "next": (mean, 3), "beta": (beta, 5)}
    signal, noise = float(np.sqrt(p)), float(np.sqrt(max(1 - p - frame.deviation**2, 0.0)))
    shares: dict[str, tuple[Any, int]] = {"signal": (signal, 4), "noise": (noise, 4)}
    if frame.deviation:
        return ETA, rounded | shares | {"sigma": (frame.deviation, 4)}
    return DDIM, rounded | shares | {"next": ((signal * x0 + noise * eps).round(3), 3)}


# ---- the sheets


def _one(look: Look[PictureFrame]) -> list[Panel]:
    """What one sampler holds, guesses and sees as noise, and the framed picture."""
    frame, k, clean = look.frame, look.options.framed, look.frame.t < 0
    seen = np.full_like(frame.eps[0], -2.5) if clean else frame.eps[0]
    close = look.say("close", k=k + 1, label=_label(int(frame.labels[k]), look))
    return [
        _sheet(frame.x[0], look.say("held"), look),
        _sheet(frame.x0[0], look.say("guessed"), look),
        _sheet(seen, look.say("noise_none") if clean else look.say("noise_seen"), look, reach=2.5),
        parts.pixels(frame.x[0, k], close, look),
    ]


def _both(look: Look[PictureFrame]) -> list[Panel]:
    """What each of two samplers holds and guesses."""
    frame, out = look.frame, []
    for k, kind in enumerate(("ddim", "ddpm")):
        name = look.words.choices["sampler"][kind]
        out.append(_sheet(frame.x[k], look.say("held_by", sampler=name), look))
        out.append(_sheet(frame.x0[k], look.say("guessed_by", sampler=name), look))
    return out


def _sheet(array: np.ndarray, title: str, look: Look[PictureFrame], reach: float = 1) -> Panel:
    """Sixteen pictures in four rows, −reach paper and +reach ink; the framed one outlined."""
    at = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(ACROSS)), axis=-1).reshape(-1, 2) * PITCH  # (16, 2)
    labels = [_label(k, look) for k in look.frame.labels.tolist()]
    row, column = divmod(look.options.framed, ACROSS)
    ring = np.array([column, row]) * PITCH + SQUARE * SIDE
    traces: list[Trace] = [
        images.pixels(images.ink(images.sheet(array, ACROSS, GAP), -reach, reach, paper=PAPER), (0, SHEET), (0, SHEET)),
        curves.line(ring[:, 0], ring[:, 1], colour="@ink", width=1.5),
        points.targets(
            at + SIDE / 2.0,
            "picture",
            ring=int(SIDE * 1.9),
            template=look.say("hover_picture"),
            customdata=[[k + 1, label] for k, label in enumerate(labels)],
            meta={"click": "framed"},
        ),
    ]
    return Panel(traces, title, x=blank(range=[-1, SHEET + 1]), y=blank(range=[SHEET + 1, -1]), equal=True)


def _label(k: int, look: Look[PictureFrame]) -> str:
    """What a label is called by the model's own data."""
    if k == nets.NO_LABEL:
        return look.say("no_label")
    return look.say("cloth", str(k)) if look.params.model == "fashion" else str(k)


# ---- the strip


def _strip(look: Look[PictureFrame]) -> Panel:
    """The framed picture at twelve times of the run: what the sampler held, and what the network guessed; click to go there."""
    frames, i, two, k = look.frames, len(look.frames) - 1, len(look.frame.x) == 2, look.options.framed
    stops = np.unique(np.round(np.linspace(0, look.frame.total - 1, min(STOPS, look.frame.total))).astype(int))
    empty = np.full((SIDE, SIDE), -1.0)

    def row(of: Callable[[PictureFrame], np.ndarray]) -> list[np.ndarray]:
        return [of(frames[stop])[k] if stop <= i else empty for stop in stops]

    shown = [*row(lambda one: one.x[0]), *row(lambda one: one.x[1] if two else one.x0[0])]
    canvas = images.sheet(np.array(shown), len(stops), GAP)
    height, width = canvas.shape
    now = int(np.searchsorted(stops, i, side="right")) - 1
    ring = np.array([now * PITCH - 1, -1]) + SQUARE * [SIDE + 2, height + 2]
    traces: list[Trace] = [
        images.pixels(images.ink(canvas, -1, 1, paper=PAPER), (0, width), (0, height)),
        curves.line(ring[:, 0], ring[:, 1], colour="@accent", width=2),
        _doors(look, stops),
    ]
    title = look.say("strip_two", k=k + 1) if two else look.say("strip", k=k + 1)
    return Panel(traces, title, x=blank(range=[-2, STOPS * PITCH]), y=blank(range=[height + 2, -2]), equal=True)


def _doors(look: Look[PictureFrame], stops: np.ndarray) -> Trace:
    """Each picture of the strip leads to its time."""
    at = np.array([[column * PITCH, row * PITCH] for row in range(2) for column in range(len(stops))], dtype=float)
    meta = {"frames": [int(stop) for stop in stops] * 2, "index": list(range(len(stops))) * 2}
    told = [_time(look, int(stop)) for stop in stops]
    return points.targets(at + SIDE / 2, "stop", ring=40, template=look.say("hover_stop"), customdata=told * 2, meta=meta)


def _time(look: Look[PictureFrame], stop: int) -> str:
    """What a time of the strip is called."""
    if stop >= len(look.frames):
        return look.say("later")
    t = look.frames[stop].t
    return look.say("clean") if t < 0 else f"t = {t}"


@lru_cache(1)
def _cosine() -> np.ndarray:
    return schedules.make("cosine", nets.T).alpha_bar
