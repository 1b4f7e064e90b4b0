"""One of sixteen pictures on its way, large, beside its guess; all sixteen; its guesses step by step, as they are read."""

from dataclasses import replace
from typing import Any

import numpy as np

from charts import images, tiles
from charts.formula import formula
from charts.layout import columns, rows
from charts.numbers import number
from charts.panels import Panel, Picture
from engine.generative import nets, reading
from engine.generative.diffusion import PictureFrame
from views.generative import parts
from views.look import Fact, Look, Metric

DDIM = formula(
    r"x_{{to}!}[{row}!, {column}!] = \sqrt{\bar\alpha_{{to}!}}\,\hat x_0 + \sqrt{1-\bar\alpha_{{to}!}}\,\hat\varepsilon"
    r" = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? = {next}!!"
)
ETA = formula(
    r"x_{{to}!}[{row}!, {column}!] = {signal}! \cdot {x0}? + {noise}! \cdot {eps}? + \sigma z \qquad \sigma = {sigma}!!"
)
DDPM = formula(
    r"\tilde\mu[{row}!, {column}!] = {c0}!\,\hat x_0 + {ct}!\,x_t = {c0}! \cdot {x0}? + {ct}! \cdot {x}? = {next}!!"
    r"\qquad \tilde\beta = {beta}!!"
)
GUIDED = formula(
    r"\hat\varepsilon[{row}!, {column}!] = (1+w)\,\hat\varepsilon_c - w\,\hat\varepsilon_\varnothing"
    r" = {more}! \cdot {with}? - {w}! \cdot {none}? = {mixed}!!"
)
ACROSS, STOPS, FEW = 4, 21, 40  # pictures in a row of the sheet, on the strip; frames of a film that gives each of them time
ENDS = {"invert": "end_invert", "picture": "end_picture", "between": "end_between"}


def pictures(look: Look[PictureFrame]) -> Picture:
    """The framed picture and its guess; closely, the noise that is seen in it too."""
    two, closely = len(look.frame.x) == 2, look.params.close_up >= 0
    large, strip = _large(look), _strip(look)
    beside = columns(large, _others(look), shares=(0.74, 0.26) if two else (0.69, 0.31))
    total = look.frame.total
    drawn = look.picture(
        rows(large if closely else beside, strip, shares=(0.72, 0.28) if two else (0.785, 0.215)),
        facts=parts.facts(look) | _told(look),
        key=_key(look),
        of="pixel",
        at=look.options.pixel,
        metrics=_metrics(look),
        derived=_derived(look),
        hold=4.0 if len(look.frames) == total else 2.5 if total < FEW or look.frame.step == 0 else 1.0,  # growing or finished
        **_formula(look),
    )
    return replace(drawn, flip=True)


def _derived(look: Look[PictureFrame]) -> dict[str, Fact]:
    """What the table says beside the frame's numbers: of the framed picture's class, and of all guesses."""
    frame, reads = look.frame, np.array([one.reads[0] for one in look.frames])  # (frames, 16)
    turned = np.flatnonzero(reads[:, look.options.framed] != reads[-1, look.options.framed])
    since, kept = look.frames[int(turned[-1]) + 1 if len(turned) else 0].step, int((reads[-1] == reads[0]).sum())
    moved = float(np.sqrt(np.mean((frame.x0[0] - look.frames[-2:][0].x0[0]) ** 2)))
    told: dict[str, Fact] = {"since": since, "kept": kept}
    known = told if look.params.close_up < 0 else dict.fromkeys(told)  # a close-up has not seen where it began
    return {"t": frame.t if frame.t >= 0 else None, "moved": moved} | known


def _told(look: Look[PictureFrame]) -> dict[str, Any]:
    """What sentences say: how the framed picture is read, and of a guided network what it said of the ringed pixel."""
    frame, k = look.frame, look.options.framed
    told = {"read": _label(int(frame.reads[0, k]), look), "real": reading.COUNT[look.params.model], "k": k + 1}
    asked, twice = "", look.say("twice") if _twice(look) else ""
    if len(frame.told):
        said = {name: number(float(one[look.options.pixel]), 3) for name, one in _mixed(look).items()}
        asked = look.say("asked", w=f"{look.params.guidance:g}", **parts.facts(look) | said)
    return told | {"sigma": number(frame.deviation, 3), "asked": asked, "twice": twice}


def _twice(look: Look[PictureFrame]) -> bool:
    """Whether the network is asked with a label and without."""
    return any(len(one.told) for one in look.frames)


def _mixed(look: Look[PictureFrame]) -> dict[str, np.ndarray]:
    """The noise in the framed picture's pixels (784,): with the label, without it, and as guidance mixes them."""
    k, w = look.options.framed, look.params.guidance
    told, none = (one[k].ravel().astype(float) for one in look.frame.told)
    return {"with": told, "none": none, "mixed": (1 + w) * told - w * none}


def _key(look: Look[PictureFrame]) -> str:
    """Which sentence a step has where its part alone does not say."""
    frame, begin = look.frame, look.params.begin
    if frame.part:
        return "up_invert" if frame.part == "up" and begin == "invert" else ""
    if frame.t < 0:
        return "end_close" if look.params.close_up >= 0 else ENDS.get(begin, "end")
    starts, two = len(look.frames) == 1 and look.params.close_up < 0, len(frame.x) == 2
    if two or starts:
        return ("start_both" if starts else "step_both") if two else "start_between" if begin == "between" else "start"
    return "step_noise" if frame.deviation or look.params.sampler == "ddpm" else "step"


def _metrics(look: Look[PictureFrame]) -> list[Metric]:
    """How often the network was asked, how different the sixteen are, since when the class stands; or how far off they are."""
    frame = look.frame
    if len(frame.source):
        return ["spread", "since", "error" if frame.t < 0 or frame.part == "up" else ("error", None)]
    return [("calls", f"{frame.calls} × 2" if _twice(look) else str(frame.calls)), "spread", "since"]


def _formula(look: Look[PictureFrame]) -> dict[str, Any]:
    """This step for every pixel of the framed picture, by the first sampler; closely, first how guidance mixed."""
    frame, k = look.frame, look.options.framed
    if frame.t < 0 or frame.part == "up":
        return {}
    if len(frame.told) and look.params.close_up >= 0 and not frame.part:
        w = look.params.guidance
        return {"formula": GUIDED, "values": {**parts.by_pixel(**_mixed(look)), "more": (1 + w, 1), "w": (w, 1)}}
    shares, at = parts.step(frame, look.params.sampler, 4, k)
    kind = DDPM if look.params.sampler == "ddpm" else ETA if frame.deviation else DDIM
    return {"formula": kind, "values": {**shares, **parts.by_pixel(**at)}}


def _label(k: int, look: Look[PictureFrame]) -> str:
    """What a label is called by the model's own data."""
    if k == nets.NO_LABEL:
        return look.say("no_label")
    return look.say("cloth", str(k)) if look.params.model == "fashion" else str(k)


def _large(look: Look[PictureFrame]) -> Panel:
    """The framed picture beside its guess, or as both samplers hold it; closely, the noise in it too."""
    frame, k, say = look.frame, look.options.framed, look.say
    if len(frame.x) == 2:
        samplers_ = look.words.choices["sampler"]
        shown = [(say("held_by", sampler=samplers_[kind]), x[k], 1.0) for kind, x in zip(("ddim", "ddpm"), frame.x, strict=True)]
    else:
        shown = [(say("held"), frame.x[0, k], 1.0), (say("guessed"), frame.x0[0, k], 1.0)]
    if look.params.close_up >= 0:
        name, eps = ("noise_none", frame.eps[0, k] - 2.5) if frame.t < 0 else ("noise_seen", frame.eps[0, k])
        shown.append((say(name), eps, 2.5))
    drawn = [images.ink(picture, -reach, reach, paper=tiles.PAPER) for _, picture, reach in shown]
    return tiles.beside(drawn, [name for name, *_ in shown], look.options.pixel, template=say("hover_pixel"))


def _others(look: Look[PictureFrame]) -> Panel:
    """All sixteen in four rows, of two samplers beside each other; the framed one outlined."""
    n, labels = len(look.frame.x), look.frame.labels
    rows_ = look.frame.x.reshape(n, -1, ACROSS, parts.SIDE, parts.SIDE).swapaxes(0, 1).reshape(-1, parts.SIDE, parts.SIDE)
    which = np.repeat(np.arange(len(labels)).reshape(-1, 1, ACROSS), n, axis=1).ravel()
    title, hover = look.say("others_two" if n == 2 else "others"), look.say("hover_picture")
    told = [[int(k) + 1, _label(int(labels[k]), look)] for k in which]
    framed = look.options.framed
    return tiles.sheet(rows_, n * ACROSS, which, framed, title=title, template=hover, told=told, click="framed")


def _strip(look: Look[PictureFrame]) -> Panel:
    """The framed picture's guesses so far, evenly spread; below them how they are read."""
    frame, k, of = look.frame, look.options.framed, range(len(look.frame.x))
    stops = np.unique(np.round(np.linspace(0, frame.total - 1, min(STOPS, frame.total))).astype(int)).tolist()
    seen, since = [look.frames[stop] for stop in stops if stop < len(look.frames)], _derived(look)["since"]
    name = "strip_two" if len(of) == 2 else "strip" if since is not None else "strip_close"
    return tiles.strip(
        [[one.x[i, k] if one.part == "up" else one.x0[i, k] for one in seen] for i in of],
        [[_label(int(one.reads[i, k]), look) for one in seen] for i in of],
        stops,
        title=look.say(name, since=since, **_told(look)),
        template=look.say("hover_stop"),
        told=[_time(look, stop, i) for i in of for stop in stops],
    )


def _time(look: Look[PictureFrame], stop: int, i: int) -> str:
    """What a step of the strip is called, and how its guess is read."""
    if stop >= len(look.frames):
        return look.say("later")
    frame = look.frames[stop]
    read = _label(int(frame.reads[i, look.options.framed]), look)
    return look.say("read_at", time=look.say("clean") if frame.t < 0 else f"t = {frame.t}", read=read)
