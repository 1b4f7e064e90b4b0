"""Diffusion: sixteen pictures on their way, one of them pixel by pixel; a photograph dissolving. Points in the plane: `plane`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from pydantic import Field

import engine.params
from charts import curves, images, points
from charts.formula import formula
from charts.numbers import number, short
from charts.panels import Box, Panel, Picture, Trace, blank, compose
from engine.data import Image, Points
from engine.generative import nets, samplers, schedules
from engine.generative.clouds import CloudFrame
from engine.generative.diffusion import DiffusionFrame, ForwardFrame, Params, PictureFrame
from views import Words
from views.generative import plane
from views.generative.plane import schedule_panel

DDIM = formula(
    r"x_{{to}!} = \sqrt{\bar\alpha_{{to}!}}\,\hat x_0 + \sqrt{1-\bar\alpha_{{to}!}-\sigma^2}\,\hat\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {next}!!"
)
ETA = formula(r"x_{{to}!} = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? + \sigma z,\qquad \sigma = {sigma}!!")
DDPM = formula(
    r"\tilde\mu = {c0}!\,\hat x_0 + {ct}!\,x_t = {c0}! \cdot {x0}? + {ct}! \cdot {x}? = {next}!!"
    r"\qquad \tilde\beta = {beta}!!"
)
FORWARD = formula(
    r"x_{{t}!} = \sqrt{\bar\alpha_{{t}!}}\,x_0 + \sqrt{1-\bar\alpha_{{t}!}}\,\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {x}!!"
)
SIDE, GAP, ACROSS = nets.SIDE, 3, 4
PITCH = SIDE + GAP
SHEET = ACROSS * PITCH - GAP
PAPER = 12  # of 255: how much a picture's paper is darker than the gap
STOPS = 12  # pictures on the strip
LEFT = 0.05  # of the picture's amplitude that may be left at the last time
WIDE: list[Box] = [
    (0, 0.24, 0.46, 1), (0.2533, 0.4933, 0.46, 1), (0.5067, 0.7467, 0.46, 1), (0.76, 1, 0.46, 1),
    (0, 0.74, 0, 0.31), (0.80, 1, 0, 0.27)
]  # fmt: skip
NARROW: list[Box] = [
    (0, 0.48, 0.76, 1), (0.52, 1, 0.76, 1), (0, 0.48, 0.46, 0.70), (0.52, 1, 0.46, 0.70), (0, 1, 0.29, 0.39), (0.07, 1, 0, 0.18)
]  # fmt: skip
WIDE_PHOTO: list[Box] = [(0, 0.56, 0, 1), (0.63, 0.88, 0.40, 1), (0.63, 0.79, 0, 0.26), (0.85, 1, 0, 0.26)]
NARROW_PHOTO: list[Box] = [(0, 1, 0.60, 1), (0.2, 0.8, 0.26, 0.53), (0.07, 0.47, 0, 0.17), (0.6, 1, 0, 0.17)]


class Options(engine.params.Options):
    framed: int = Field(0, ge=0, le=15)  # the picture that is looked at closely
    pixel: int = Field(406, ge=0, le=SIDE * SIDE - 1)  # the one whose numbers stand in the formula
    arrows: bool = True  # the score, as arrows
    trails: bool = True  # the ways that points came
    click: Literal["nothing", "add", "remove"] = "nothing"  # what a click among the points does


HIDDEN = {
    "pictures": ("arrows", "trails", "click"),
    "points": ("framed", "pixel"),
    "forward": ("framed", "arrows", "trails", "click"),
}
place_at = plane.place_at


def draw(
    frames: Sequence[DiffusionFrame], i: int, params: Params, data: tuple[Image | Points, ...], options: Options, words: Words
) -> Picture:
    """The picture of frame i."""
    frame = frames[i]
    if isinstance(frame, CloudFrame):
        assert isinstance(data[0], Points)
        return plane.draw(frames, i, params, data[0], options, words)
    if isinstance(frame, ForwardFrame):
        return _photograph(frame, i, params, options, words)
    assert isinstance(frame, PictureFrame)
    return _pictures(frames, i, params, options, words)


# ---- sixteen pictures


def _pictures(frames: Sequence[Any], i: int, params: Params, options: Options, words: Words) -> Picture:
    frame: PictureFrame = frames[i]
    two = len(frame.x) == 2
    names = ("ddim", "ddpm") if two else (params.sampler,)
    if two:
        arrays = [array for k in range(2) for array in (frame.x[k], frame.x0[k])]
        titles = [words(key, sampler=words(name)) for name in names for key in ("held_by", "guessed_by")]
    else:
        seen = frame.eps[0] if frame.t >= 0 else np.full_like(frame.eps[0], -2.5)
        third = words("noise_seen") if frame.t >= 0 else words("noise_none")
        arrays, titles = [frame.x[0], frame.x0[0], seen], [words("held"), words("guessed"), third]
    panels = [
        _sheet(array, title, frame, params, options, words, 2.5 if k == 2 and not two else 1)
        for k, (array, title) in enumerate(zip(arrays, titles, strict=True))
    ]
    if not two:
        panels.append(_close(frame, params, options, words))
    panels += [_strip(frames, i, params, options, words), schedule_panel(_cosine(), frame.t, words)]
    said = _said(frames, i, params, words)
    mathml, values = _formula(frame, params, options)
    last = i + 1 == frame.total
    return Picture(
        **compose(panels, WIDE, NARROW, height=760),
        phase=_phase(frame, words),
        said=said,
        alt=said
        + " "
        + words("alt_pictures", signal=number(float(np.sqrt(frame.alpha_bar)), 2), moved=number(_moved(frames, i), 3)),
        numbers=numbers(frames, i),
        formula=mathml,
        values=values,
        of="" if two else "pixel",
        at=-1 if two else options.pixel,
        metrics=_metrics(frames, i, words),
        mark=frame.part in ("", "up"),
        hold=4.0 if last else 2.5 if len(frames) < 40 or frame.step == 0 else 1.0,
        flip=True,
    )


def numbers(frames: Sequence[Any], i: int) -> dict[str, float | int | str | None]:
    """The step's row in the table."""
    frame = frames[i]
    row: dict[str, float | int | str | None] = {
        "step": frame.step,
        "part": frame.part,
        "t": frame.t if frame.t >= 0 else None,
        "alpha_bar": frame.alpha_bar,
        "snr": frame.alpha_bar / (1 - frame.alpha_bar) if frame.alpha_bar < 1 else None,
        "calls": frame.calls,
    }
    if isinstance(frame, PictureFrame):
        row |= {"moved": _moved(frames, i), "error": frame.error if np.isfinite(frame.error) else None}
    return row


def _moved(frames: Sequence[Any], i: int) -> float:
    """How far the guessed pictures are from those one frame earlier: root mean square over all pixels."""
    if not i:
        return 0.0
    return float(np.sqrt(np.mean((frames[i].x0[0] - frames[i - 1].x0[0]) ** 2)))


def _sheet(
    array: np.ndarray, title: str, frame: PictureFrame, params: Params, options: Options, words: Words, reach: float
) -> Panel:
    """Sixteen pictures in four rows, −reach paper and +reach ink; the framed one outlined."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * SIDE
    at = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(ACROSS)), axis=-1).reshape(-1, 2) * PITCH  # (16, 2)
    labels = [_label(k, params, words) for k in frame.labels.tolist()]
    row, column = divmod(options.framed, ACROSS)
    ring = np.array([column, row]) * PITCH + corners
    traces: list[Trace] = [
        images.pixels(images.ink(images.sheet(array, ACROSS, GAP), -reach, reach, paper=PAPER), (0, SHEET), (0, SHEET)),
        curves.line(ring[:, 0], ring[:, 1], colour="@ink", width=1.5),
        points.targets(
            at + SIDE / 2.0,
            "picture",
            ring=int(SIDE * 1.9),
            template=words("hover_picture"),
            customdata=[[k + 1, label] for k, label in enumerate(labels)],
            meta={"click": "framed"},
        ),
    ]
    axis = {"range": [-1, SHEET + 1]}
    return Panel(traces, title, x=blank(**axis), y=blank(range=[SHEET + 1, -1]), equal=True)


def _close(frame: PictureFrame, params: Params, options: Options, words: Words) -> Panel:
    """The framed picture, large enough to point at its pixels."""
    picture = frame.x[0, options.framed]
    traces = _pixels(picture, options.pixel, words)
    named = _label(int(frame.labels[options.framed]), params, words)
    return Panel(traces, words("close", k=options.framed + 1, label=named), **_square())


def _label(k: int, params: Params, words: Words) -> str:
    """What a label is called by the model's own data."""
    if k == nets.NO_LABEL:
        return words("label_none")
    return words(f"cloth_{k}" if params.model == "fashion" else f"label_{k}")


def _square() -> dict[str, Any]:
    return {"x": blank(range=[-0.3, SIDE + 0.3]), "y": blank(range=[SIDE + 0.3, -0.3]), "equal": True}


def _pixels(picture: np.ndarray, pixel: int, words: Words, *, plain: bool = False) -> list[Trace]:
    """28×28 pixels as ink on paper, or `plain` as greys, each of which can be pointed at."""
    row, column = divmod(pixel, SIDE)
    centres = np.arange(SIDE) + 0.5
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    mark = np.array([column, row]) + frame
    grey = np.round((np.clip(picture, -1, 1) + 1) * 127.5).astype(np.uint8)
    drawn = grey if plain else images.ink(picture, -1, 1, paper=PAPER)
    return [
        images.pixels(drawn, (0, SIDE), (0, SIDE)),
        curves.line(mark[:, 0], mark[:, 1], colour="@accent", width=2),
        {
            "type": "heatmap",
            "x": centres,
            "y": centres,
            "z": np.zeros((SIDE, SIDE), dtype=np.uint8),
            "colorscale": [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
            "showscale": False,
            "meta": {"link": "pixel", "click": "pixel"},
            "hovertemplate": words("hover_pixel") + "<extra></extra>",
        },
    ]


def _strip(frames: Sequence[Any], i: int, params: Params, options: Options, words: Words) -> Panel:
    """The framed picture at twelve times of the run: what the sampler held, and what the network guessed; click to go there."""
    frame: PictureFrame = frames[i]
    stops = np.unique(np.round(np.linspace(0, frame.total - 1, min(STOPS, frame.total))).astype(int))
    two = len(frame.x) == 2
    empty, k = np.full((SIDE, SIDE), -1.0), options.framed

    def row(of: Any) -> list[np.ndarray]:
        return [of(frames[stop])[k] if stop <= i else empty for stop in stops]

    rows = [row(lambda one: one.x[0]), row(lambda one: one.x[1] if two else one.x0[0])]
    canvas = images.sheet(np.array([*rows[0], *rows[1]]), len(stops), GAP)
    height, width = canvas.shape
    at = np.array([[c * PITCH, r * PITCH] for r in range(2) for c in range(len(stops))], dtype=float)
    now = int(np.searchsorted(stops, i, side="right")) - 1
    ring = np.array(
        [
            [now * PITCH - 1, -1],
            [now * PITCH + SIDE + 1, -1],
            [now * PITCH + SIDE + 1, height + 1],
            [now * PITCH - 1, height + 1],
            [now * PITCH - 1, -1],
        ]
    )
    places = [
        words("clean") if stop <= i and frames[stop].t < 0 else f"t = {frames[stop].t}" if stop <= i else words("later")
        for stop in stops
    ]
    traces: list[Trace] = [
        images.pixels(images.ink(canvas, -1, 1, paper=PAPER), (0, width), (0, height)),
        curves.line(ring[:, 0], ring[:, 1], colour="@accent", width=2),
        points.targets(
            at + SIDE / 2,
            "stop",
            ring=40,
            template=words("hover_stop"),
            customdata=places * 2,
            meta={"frames": [int(stop) for stop in stops] * 2, "index": list(range(len(stops))) * 2},
        ),
    ]
    span = STOPS * PITCH
    title = words("strip_two", k=k + 1) if two else words("strip", k=k + 1)
    return Panel(traces, title, x=blank(range=[-2, span]), y=blank(range=[height + 2, -2]), equal=True)


@lru_cache(1)
def _cosine() -> np.ndarray:
    return schedules.make("cosine", nets.T).alpha_bar


def _phase(frame: PictureFrame, words: Words) -> str:
    if frame.part == "up":
        return words("phase_up", t=max(frame.t, 0))
    if frame.part:
        return words(f"phase_{frame.part}", t=frame.t)
    return words("phase_end") if frame.t < 0 else words("phase", t=frame.t)


def _said(frames: Sequence[Any], i: int, params: Params, words: Words) -> str:
    frame: PictureFrame = frames[i]
    prev = words("the_end") if frame.prev < 0 else f"t = {frame.prev}"
    facts = {
        "prev": prev,
        "calls": frame.calls,
        "sigma": number(frame.deviation, 3),
        "error": number(frame.error, 3),
        "t": frame.t,
    }
    if frame.part == "up":
        return words("up_invert" if params.begin == "invert" else "up", **facts)
    if frame.part:
        return words(f"said_{frame.part}", **facts)
    if frame.t < 0:
        key = {"invert": "end_invert", "picture": "end_picture", "between": "end_between"}.get(params.begin, "end")
        return words(key, **facts)
    if i == 0 and params.close_up < 0:
        return words("start_both" if len(frame.x) == 2 else "start_between" if params.begin == "between" else "start", **facts)
    if len(frame.x) == 2:
        return words("step_both", **facts)
    return words("step_ddim" if params.sampler == "ddim" and not frame.deviation else "step_noise", **facts)


def _formula(frame: PictureFrame, params: Params, options: Options) -> tuple[str, Mapping[str, tuple[Any, int]]]:
    """This step for every pixel of the framed picture, by the first sampler."""
    if frame.t < 0 or frame.part == "up":
        return "", {}
    k, a, p = options.framed, frame.alpha_bar, frame.alpha_bar_prev
    x, x0, eps = (array[0, k].ravel().astype(np.float64) for array in (frame.x, frame.x0, frame.eps))
    if len(frame.x) == 2:  # there are no pixels to point at: the chosen one's numbers are enough
        x, x0, eps = x[options.pixel], x0[options.pixel], eps[options.pixel]
    if frame.part:  # inside a step x has moved on: what it was before follows from both guesses
        x = np.sqrt(a) * x0 + np.sqrt(1 - a) * eps
    rounded: dict[str, tuple[Any, int]] = {"x0": (x0.round(3), 3), "eps": (eps.round(3), 3), "to": (max(frame.prev, 0), 0)}
    if params.sampler == "ddpm":
        of_x0, of_x, beta = samplers.posterior(a, p)
        moved = of_x0 * x0 + of_x * x
        told: dict[str, tuple[Any, int]] = {"c0": (of_x0, 4), "ct": (of_x, 4), "x": (x.round(3), 3), "next": (moved.round(3), 3)}
        return DDPM, rounded | told | {"beta": (beta, 5)}
    s = frame.deviation
    signal, noise = float(np.sqrt(p)), float(np.sqrt(max(1 - p - s * s, 0.0)))
    told = {"signal": (signal, 4), "noise": (noise, 4)}
    if s:
        return ETA, rounded | told | {"sigma": (s, 4)}
    return DDIM, rounded | told | {"next": ((signal * x0 + noise * eps).round(3), 3)}


def _metrics(frames: Sequence[Any], i: int, words: Words) -> list[tuple[str, str]]:
    frame = frames[i]
    shown = [
        (plane.ALPHA, number(frame.alpha_bar, 4) if frame.alpha_bar > 5e-5 else short(frame.alpha_bar, 2)),
        (words("calls"), str(frame.calls)),
    ]
    if np.isfinite(frame.error) and (frame.t < 0 or frame.part == "up"):
        return [*shown, (words("error"), number(frame.error, 3))]
    return [*shown, (words("moved"), number(_moved(frames, i), 3))] if i else shown


# ---- a photograph dissolving


def _photograph(frame: ForwardFrame, i: int, params: Params, options: Options, words: Words) -> Picture:
    height, width, _ = frame.pixels.shape
    signal, rest = float(np.sqrt(frame.alpha_bar)), float(np.sqrt(frame.alpha_bars[-1]))
    last = i + 1 == frame.total
    photo = Panel(
        [images.photograph(frame.pixels, (0, width), (0, height), quality=60 if max(height, width) <= 400 else 45)],
        words("photograph"),
        x=blank(range=[0, width]),
        y=blank(range=[height, 0]),
        equal=True,
    )
    small = Panel(_pixels(frame.x, options.pixel, words, plain=True), words("as_model"), **_square())
    panels = [photo, small, schedule_panel(frame.alpha_bars, frame.t, words), _snr(frame, words)]
    key = "photo_start" if not i else "photo_end" if last else "photo_step"
    part = number(100 * signal, 1) if signal > 5e-4 else short(100 * signal, 2)  # little is not 0.0 %
    facts = {"signal": part, "known": number(frame.known, 2), "t": frame.t + 1}
    said = words(key, **facts)
    if last and rest > LEFT:
        said = words("photo_left", rest=number(rest, 3), T=len(frame.alpha_bars))
    mathml = ""
    values: dict[str, tuple[Any, int]] = {}
    if frame.t >= 0:
        arrays = {"x0": frame.x0, "eps": frame.eps, "x": frame.x}
        values = {name: (array.ravel().astype(float).round(3), 3) for name, array in arrays.items()}
        mathml, values = (
            FORWARD,
            values | {"t": (frame.t, 0), "signal": (signal, 4), "noise": (float(np.sqrt(1 - frame.alpha_bar)), 4)},
        )
    return Picture(
        **compose(panels, WIDE_PHOTO, NARROW_PHOTO, height=760),
        phase=words("phase_clean") if frame.t < 0 else words("phase", t=frame.t),
        said=said,
        alt=said + " " + words("alt_photo", known=facts["known"]),
        numbers=numbers([frame], 0) | {"known": frame.known},
        formula=mathml,
        values=values,
        of="pixel",
        at=options.pixel,
        metrics=[
            (plane.ALPHA, number(frame.alpha_bar, 4) if frame.alpha_bar > 5e-5 else short(frame.alpha_bar, 2)),
            (words("known"), number(frame.known, 3)),
        ],
        mark=True,
        hold=4.0 if last or not i else 2.5,
    )


def _snr(frame: ForwardFrame, words: Words) -> Panel:
    """Signal over noise in decibels."""
    T = len(frame.alpha_bars)
    some = np.unique(np.round(np.linspace(0, T - 1, 60)).astype(int))
    level = 10 * np.log10(frame.alpha_bars[some] / (1 - frame.alpha_bars[some]))
    traces: list[Trace] = [curves.line(some, level, colour="@ink")]
    if frame.t >= 0:
        now = 10 * np.log10(frame.alpha_bar / (1 - frame.alpha_bar))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [frame.t],
                "y": [now],
                "marker": {"color": "@accent", "size": 8},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
    low, high = float(level.min()), float(level.max())
    room = 0.1 * max(high - low, 1.0)
    return Panel(
        traces,
        words("snr_panel"),
        x={"range": [T * 1.02, -T * 0.03 - 1], "nticks": 3, "showgrid": False},
        y={"range": [low - room, high + room], "nticks": 4},
    )
