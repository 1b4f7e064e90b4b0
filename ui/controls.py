"""A widget for every field of Params or Options: kind, bounds, choices from the declaration, words from the theory."""

import html
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import streamlit as st

from engine.algorithm import Algorithm
from engine.params import Options, Spec, Value
from ui import address, reading
from ui.language import say
from ui.text import Topic

M = TypeVar("M", bound=Options)
Choices = Mapping[str, Mapping[str, str]]  # field → its values now → their names
Idle = Mapping[str, Mapping[str, Sequence[str]]]  # option → its value → settings of the run that play no part then


def controls(
    text: Topic, kind: Algorithm[Any], view: type[M], choices: Choices | None = None, idle: Idle = MappingProxyType({})
) -> tuple[Any, M]:
    """Draw the settings of a run and of its picture that matter now, and return the two models that they make.

    `choices`: what a field may be with the data of the moment; one that may be nothing plays no part. `idle`: which settings of
    the run play none in what the picture shows. Rare ones stand behind one expander, with them all those of the picture where
    none of these is rare. What is folded away is not drawn: a page has fewer widgets, and its picture comes sooner.
    """
    run, picture = (_Group(model, text, choices or {}, kind.name) for model in (kind.Params, view))
    for option, by in idle.items():
        run.without |= set(by.get(str(picture.values[option]), ()))
    for group, key in ((run, "settings"), (picture, "options")):
        if shown := group.shown(rare=False, otherwise=group is picture):
            with st.container(gap="small", key=f"{text.slug}-{key}"):
                group.draw(shown)
    rare = [(group, shown) for group in (run, picture) if (shown := group.shown(rare=True, otherwise=group is picture))]
    box: Any = st.expander(say("more"), key=f"{text.slug}-more", on_change="rerun") if rare else None
    if box and box.open:
        with box:
            for group, shown in rare:
                if group is picture and len(rare) > 1:
                    st.html(f'<p class="th-group">{html.escape(say("picture_settings"))}</p>')
                group.draw(shown)
    return kind.Params.make(**run.values), view.make(**picture.values)


class _Group:
    """The fields of one model: their values, and which of them are shown."""

    def __init__(self, model: type[Options], text: Topic, choices: Choices, kind: str) -> None:
        self.text, self.kind = text, kind
        self.choices = {name: names for name, names in choices.items() if names}
        self.without = choices.keys() - self.choices.keys()
        closeup = next((spec for spec in model.specs() if spec.name == "close_up"), None)
        others = [spec for spec in model.specs() if spec is not closeup and spec.name != "close_up"]
        self.specs = sorted(others, key=lambda spec: spec.name == "seed")  # the seed last
        self.values: dict[str, Value] = {"close_up": address.seed(text.slug, closeup)} if closeup else {}
        self.values |= {spec.name: address.seed(text.slug, spec, tuple(self.choices.get(spec.name, ()))) for spec in self.specs}

    def shown(self, *, rare: bool, otherwise: bool) -> list[Spec]:
        """The fields that matter and are rare, or not; where none is rare, all are as `otherwise` says."""
        some = any(spec.rare for spec in self.specs)
        return [spec for spec in self.specs if self._matters(spec) and (spec.rare if some else otherwise) == rare]

    def draw(self, specs: Sequence[Spec]) -> None:
        for spec in specs:
            value = widget(spec, self.text, self.choices.get(spec.name))
            self.values[spec.name] = address.kept(self.text.slug)[spec.name] = value
        _numbers(self.text.slug, specs, self.values)

    def _matters(self, spec: Spec) -> bool:
        played = spec.name not in self.without and (not spec.only or self.kind in spec.only)
        free = not reading.hides(self.text.slug, spec.name)
        return played and free and all(self.values[name] in wanted for name, wanted in spec.when)


def _numbers(slug: str, specs: Sequence[Spec], values: Mapping[str, Value]) -> None:
    """Write the numbers of sliders at the right of their labels: in a style, so that the labels are heard without them."""
    shown = {spec.name: f"{values[spec.name]:g}" for spec in specs if spec.kind in ("int", "float") and spec.name != "seed"}
    rules = [f'.st-key-{slug}-{name} label::after {{ content: "{number}" }}' for name, number in shown.items()]
    if rules:
        st.html(f"<style>{' '.join(rules)}</style>")


def widget(spec: Spec, text: Topic, choices: Mapping[str, str] | None = None) -> Value:
    """The widget of one field. Returns its value."""
    key = address.widget_key(text.slug, spec)
    label = (text.labels | text.view_labels)[spec.name]
    st.session_state.setdefault(key, address.kept(text.slug)[spec.name])
    if spec.kind == "bool":
        return bool(st.toggle(label, key=key))
    if spec.kind in ("int", "float"):
        return _number(spec, label, key)
    if spec.kind == "str" and choices is None:
        return str(st.text_input(label, key=key, max_chars=200))
    names = choices or text.choices[spec.name]
    if not address.is_box(spec):
        return str(
            st.segmented_control(label, list(names), format_func=names.__getitem__, key=key, required=True, width="stretch")
        )
    return str(st.selectbox(label, list(names), format_func=names.__getitem__, key=key))


def _number(spec: Spec, label: str, key: str) -> Value:
    whole = spec.kind == "int"
    cast = int if whole else float
    low, high, step = (None if bound is None else cast(bound) for bound in (spec.low, spec.high, spec.step))
    if spec.name == "seed":
        return cast(st.number_input(label, low, high, step=1, key=key))
    return cast(st.slider(label, low, high, step=step or cast(1), key=key, format="%d" if whole else "%g"))
