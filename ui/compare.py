"""A pinned run: it stays while the settings change, and its film plays beside the new one, in lock step.

A link says only what differs: `pin=` holds the settings, and the data where they are others, as a query of its own; "same"
where nothing differs yet. Options of the view are no part of a run: both films are drawn with those of now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from engine.algorithm import Algorithm, before, meant, of
from engine.links import WHOLE
from engine.params import Closing, Options, Params, Spec, Value
from runtime.run import Run, is_private
from ui.language import say
from ui.text import Topic
from ui.visit import visit

SAME = "same"


@dataclass(frozen=True)
class Pin:
    """A run to compare with: its kind and settings, how a link says its data, and the data themselves."""

    kind: Algorithm[Any]
    params: Params
    link: Mapping[str, str]
    data: tuple[Any, ...] | None = None  # None: those of the run that is shown when the pin is first asked for


def pinned(slug: str) -> Pin | None:
    return visit().topic(slug).pin


def pin(slug: str, what: Pin) -> None:
    """Keep a run. A close look is left out: it follows the run that is shown."""
    visit().topic(slug).pin = replace(what, params=_closer(what.params, -1))


def _closer(params: Params, step: int) -> Params:
    """The same settings at another close look, where they have one."""
    return params.model_copy(update={"close_up": step}) if isinstance(params, Closing) else params


def unpin(slug: str) -> None:
    visit().topic(slug).pin = None


def now(slug: str) -> Mapping[str, str]:
    """How a link says the data that are shown."""
    return visit().topic(slug).data_link


def show(slug: str, data: Mapping[str, str]) -> None:
    """Remember how a link says the data that are shown."""
    visit().topic(slug).data_link = dict(data)


def other(slug: str, run: Run) -> Run | None:
    """The pinned run, to be shown beside `run`; None where there is none, or it is the same."""
    found = pinned(slug)
    if found is None:
        return None
    data = run.data if found.data is None else found.data
    pin(slug, replace(found, data=data))
    if _digests(data) == _digests(run.data) and type(found.params) is type(run.params) and not telling(found.params, run.params):
        return None
    return replace(run, train=found.kind.train, params=_closer(found.params, getattr(run.params, "close_up", -1)), data=data)


def options_for(run: Run, shown: Run, options: Options) -> Options:
    """The options of now for another run; those that name a column or a node go back to nothing where the data differ."""
    if _digests(run.data) == _digests(shown.data):
        return options
    return options.model_copy(update={spec.name: spec.default for spec in options.specs() if spec.kind == "str"})


# ---- links


def written(slug: str, params: Params, shown: Algorithm[Any]) -> dict[str, str]:
    """The link's parameter for the pin, seen from the run that is shown."""
    found = pinned(slug)
    if found is None:
        return {}
    base = _base(found.kind, params, {})
    said = {} if found.kind.name == shown.name else {"show": found.kind.name}
    for spec in found.params.specs():
        if spec.name != "close_up" and (value := getattr(found.params, spec.name)) != base[spec.name]:
            said[spec.name] = Spec.write(value)
    if found.link != now(slug):
        said |= found.link
    return {"pin": urlencode(said) or SAME}


def read(text: str, params: Params, kinds: Sequence[Algorithm[Any]], kept: Mapping[str, Value]) -> Pin:
    """The pinned run of a link, its data not yet looked for. Raises ValueError, or ParamError, for what cannot be used.

    What it does not say is as in the run that is shown, or as the link (`kept`) has it for other kinds of run.
    """
    said = {} if text == SAME else dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    kind = _kind(said, params, kinds)
    specs = {spec.name: spec for spec in kind.Params.specs()}
    values: dict[str, Value] = {name: specs[name].read(said.pop(name)) for name in list(said) if name in specs}
    known = {spec.name: spec for other in kinds for spec in other.Params.specs()}
    for name in [name for name in said if name in known]:  # of another kind: it plays no part, but is no nonsense either
        known[name].read(said.pop(name))
    if said and "data" not in said:
        raise ValueError(text)
    return Pin(kind, kind.Params.make(**_base(kind, params, kept) | values), said)


def _base(kind: Algorithm[Any], params: Params, kept: Mapping[str, Value]) -> dict[str, Value]:
    """Settings of a kind as the run that is shown has them; what it has not, as they are kept, else at their defaults."""
    return {spec.name: getattr(params, spec.name, kept.get(spec.name, spec.default)) for spec in kind.Params.specs()}


def _kind(said: dict[str, str], params: Params, kinds: Sequence[Algorithm[Any]]) -> Algorithm[Any]:
    """The kind that a pin speaks of, its words taken out of what is said."""
    if name := said.pop("show", None):
        return meant(kinds, {"show": name})
    shown = of(kinds, params)
    older = {name: values[said.pop(name)] for name, values in before(kinds).items() if said.get(name) in values}
    return meant(kinds, {**shown.was, **older}) if older else shown


def stays(slug: str) -> bool:
    """Whether the data of the pinned run are others, and too large to travel in a link."""
    found = pinned(slug)
    if found is None or found.data is None or found.link == now(slug):
        return False
    return is_private(found.data) and not found.link["data"].startswith(WHOLE)


# ---- what differs


def differing(a: Params, b: Params) -> list[Spec]:
    """The fields that two settings share and in which they differ, a close look aside."""
    both = [spec for spec in a.specs() if spec.name != "close_up" and hasattr(b, spec.name)]
    return [spec for spec in both if getattr(a, spec.name) != getattr(b, spec.name)]


def telling(a: Params, b: Params) -> list[Spec]:
    """Those of them that play a part in one of the two runs."""
    return [spec for spec in differing(a, b) if any(_matters(spec, params) for params in (a, b))]


def names(text: Topic, run: Run, kind: Algorithm[Any]) -> tuple[str, str]:
    """What the run that is shown is called, and what the pinned one is, by what tells them apart."""
    found = pinned(text.slug)
    if found is None:
        return "", ""
    sides = (run.params, found.params)
    told = [[f"{text.labels[spec.name]} {_said(text, spec, params)}" for spec in telling(*sides)] for params in sides]
    if found.kind.name != kind.name:
        told = [[text.choices["show"][item.name]] for item in (kind, found.kind)]
    if found.data is not None and _digests(found.data) != _digests(run.data):
        for side, data, link in zip(told, (run.data, found.data), (now(text.slug), found.link), strict=True):
            side.insert(0, f"{text.labels['data']} {_data(text, data, link)}")
    here, there = (say("comma").join(side) for side in told)
    return say("shown_run", what=here), say("pinned_run", what=there)


def _digests(data: tuple[Any, ...]) -> list[str]:
    return [item.digest for item in data]


def _matters(spec: Spec, params: Params) -> bool:
    return all(getattr(params, name) in wanted for name, wanted in spec.when)


def _said(text: Topic, spec: Spec, params: Params) -> str:
    value = getattr(params, spec.name)
    if spec.kind == "choice":
        return text.choices[spec.name][value]
    if spec.kind == "bool":
        return say("on" if value else "off")
    if spec.kind == "str":
        return f"“{value[:40]}”" if value else say("nothing")
    return f"{value:g}" if spec.kind == "float" else str(value)


def _data(text: Topic, data: tuple[Any, ...], link: Mapping[str, str]) -> str:
    name = say("own") if is_private(data) else text.choices["data"].get(link.get("data", ""), say("own"))
    columns = next((value for key, value in link.items() if key.endswith(".columns")), "")
    return f"{name} ({columns.replace('|', say('comma'))})" if columns else name
