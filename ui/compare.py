"""A pinned run: it stays while the settings change, and its film plays beside the new one, in lock step.

A link says only what differs: `pin=` holds the settings, and the data where they are others, as a query of its own; "same"
where nothing differs yet. Options of the view are no part of a run: both films are drawn with those of now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from engine.params import Options, Params, Spec, Value
from runtime.run import Run, is_private
from ui.language import say
from ui.text import Topic

SAME = "same"


@dataclass(frozen=True)
class Pin:
    """A run to compare with: its settings, how a link says its data, and the data themselves."""

    params: Params
    link: Mapping[str, str]
    data: tuple[Any, ...] | None = None  # None: those of the run that is shown when the pin is first asked for


def pinned(slug: str) -> Pin | None:
    return st.session_state.get("pins", {}).get(slug)  # type: ignore[no-any-return]


def pin(slug: str, what: Pin) -> None:
    """Keep a run. A close look is left out: it follows the run that is shown."""
    st.session_state.setdefault("pins", {})[slug] = replace(what, params=what.params.model_copy(update={"close_up": -1}))


def unpin(slug: str) -> None:
    st.session_state.get("pins", {}).pop(slug, None)


def now(slug: str) -> Mapping[str, str]:
    """How a link says the data that are shown."""
    return st.session_state.get("data_now", {}).get(slug, {})  # type: ignore[no-any-return]


def show(slug: str, data: Mapping[str, str]) -> None:
    """Remember how a link says the data that are shown."""
    st.session_state.setdefault("data_now", {})[slug] = dict(data)


def other(slug: str, run: Run) -> Run | None:
    """The pinned run, to be shown beside `run`; None where there is none, or it is the same."""
    found = pinned(slug)
    if found is None:
        return None
    data = run.data if found.data is None else found.data
    pin(slug, replace(found, data=data))
    if _digests(data) == _digests(run.data) and not telling(found.params, run.params):
        return None
    return replace(run, params=found.params.model_copy(update={"close_up": run.params.close_up}), data=data)


def options_for(run: Run, shown: Run, options: Options) -> Options:
    """The options of now for another run; those that name a column or a node go back to nothing where the data differ."""
    if _digests(run.data) == _digests(shown.data):
        return options
    return options.model_copy(update={spec.name: spec.default for spec in options.specs() if spec.kind == "str"})


# ---- links


def written(slug: str, params: Params) -> dict[str, str]:
    """The link's parameter for the pin, seen from the run that is shown."""
    found = pinned(slug)
    if found is None:
        return {}
    said = {spec.name: Spec.write(getattr(found.params, spec.name)) for spec in differing(found.params, params)}
    if found.link != now(slug):
        said |= found.link
    return {"pin": urlencode(said) or SAME}


def read(text: str, params: Params) -> tuple[Params, dict[str, str]]:
    """The pinned settings and the data's part of a link. Raises ValueError, or ParamError, for what cannot be used."""
    said = {} if text == SAME else dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    specs = {spec.name: spec for spec in params.specs()}
    values: dict[str, Value] = {name: specs[name].read(said.pop(name)) for name in list(said) if name in specs}
    if said and "data" not in said:
        raise ValueError(text)
    return params.make(**{spec.name: getattr(params, spec.name) for spec in params.specs()} | values), said


def stays(slug: str) -> bool:
    """Whether the data of the pinned run are others, and too large to travel in a link."""
    found = pinned(slug)
    if found is None or found.data is None or found.link == now(slug):
        return False
    return is_private(found.data) and not found.link["data"].startswith("~")


# ---- what differs


def differing(a: Params, b: Params) -> list[Spec]:
    """The fields in which two settings differ, a close look aside."""
    return [spec for spec in a.specs() if spec.name != "close_up" and getattr(a, spec.name) != getattr(b, spec.name)]


def telling(a: Params, b: Params) -> list[Spec]:
    """Those of them that play a part in one of the two runs."""
    return [spec for spec in differing(a, b) if any(_matters(spec, params) for params in (a, b))]


def names(text: Topic, run: Run) -> tuple[str, str]:
    """What the run that is shown is called, and what the pinned one is, by what tells them apart."""
    found = pinned(text.slug)
    if found is None:
        return "", ""
    sides = (run.params, found.params)
    told = [[f"{text.labels[spec.name]} {_said(text, spec, params)}" for spec in telling(*sides)] for params in sides]
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
