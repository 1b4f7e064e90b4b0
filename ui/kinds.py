"""Which kind of run a page shows: picked by its visitor, or said by a link, as links say it now or as they said it before."""

from collections.abc import Sequence
from typing import Any

from engine.algorithm import Algorithm, before, meant, unsaid
from engine.params import Spec, Value
from ui import address, controls, reading
from ui.text import Topic
from ui.visit import visit

Kinds = Sequence[Algorithm[Any]]


def spec(kinds: Kinds) -> Spec:
    """The setting that picks the kind."""
    return Spec("show", "choice", kinds[0].name, choices=tuple(kind.name for kind in kinds))


def specs(kinds: Kinds, kind: Algorithm[Any]) -> list[Spec]:
    """What a link says of a run of this kind: the kind, where there are several, and its settings."""
    return [*([spec(kinds)] if len(kinds) > 1 else []), *kind.Params.specs()]


def named(slug: str, kinds: Kinds, kind: Algorithm[Any]) -> dict[str, str]:
    """What an address says of the kind in any case: its name, where settings alone would mean what once opened the page."""
    return {f"{slug}.show": kind.name} if unsaid(kinds) is not kinds[0] else {}


def picked(text: Topic, kinds: Kinds) -> Algorithm[Any]:
    """Draw the picker, where there are several kinds and no lesson hides it, and return the kind that is shown."""
    said = asked(text.slug, kinds)
    if len(kinds) > 1 and not reading.hides(text.slug, "show"):
        said = str(controls.widget(spec(kinds), text))
        address.kept(text.slug)["show"] = said
    kind = meant(kinds, {"show": said})
    _keep(text.slug, kinds, kind)
    return kind


def asked(slug: str, kinds: Kinds) -> str:
    """The name of the kind that the link of the moment asks for; else of the one that is kept."""
    said, alone = _before(slug, kinds), visit().unsaid
    visit().unsaid = False
    if (said or alone) and f"{slug}.show" not in visit().arrived:
        address.put(slug, "show", meant(kinds, said).name)
    return str(address.seed(slug, spec(kinds)))


def _before(slug: str, kinds: Kinds) -> dict[str, Value]:
    """What the link says in the words that links had before kinds had names."""
    said: dict[str, Value] = {}
    for name, values in before(kinds).items():
        text = address.arrived(f"{slug}.{name}")
        if text is not None and text in values:
            said[name] = values[text]
        elif text is not None and text != "false":
            address.notice("bad_value", name=f"{slug}.{name}", value=text[:40])
    return said


def _keep(slug: str, kinds: Kinds, kind: Algorithm[Any]) -> None:
    """Keep what the link says of the other kinds, for when one of them is looked at; a close-up ends where none is."""
    arrived = visit().arrived
    own = set(kind.Params.model_fields)
    others = {spec.name: spec for other in kinds for spec in other.Params.specs() if spec.name not in {*own, "close_up"}}
    for name, other in others.items():
        if f"{slug}.{name}" in arrived:
            address.seed(slug, other)
    if "close_up" not in own:
        arrived.pop(f"{slug}.close_up", None)
        address.put_quietly(slug, "close_up", -1)
