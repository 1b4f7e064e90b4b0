"""A widget for every field of Params or Options: kind, bounds, choices from the declaration, words from the theory."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from engine.params import Options, Spec, Value
from ui import address, reading
from ui.language import say
from ui.text import Topic

M = TypeVar("M", bound=Options)
Choices = Mapping[str, Mapping[str, str]]  # field → its values now → their names


def controls(
    model: type[M],
    text: Topic,
    *,
    choices: Choices | None = None,
    folded: str = "",
    kind: str = "",
) -> M:
    """Draw the fields that matter now, to this kind of run, and return the model they make.

    `choices`: what a field may be with the data of the moment; one that may be nothing plays no part. Those that are rare
    stand behind an expander; `folded` is its heading, and where none is rare all of them do. What is folded away is not
    drawn: a page has fewer widgets, and its picture comes sooner.
    """
    choices = choices or {}
    without = {name for name, names in choices.items() if not names}
    choices = {name: names for name, names in choices.items() if names}
    rare = any(spec.rare for spec in model.specs())
    specs = sorted(
        (spec for spec in model.specs() if spec.name != "close_up"), key=lambda spec: spec.name == "seed"
    )  # the seed last
    values: dict[str, Value] = {"close_up": address.seed(text.slug, closeup)} if (closeup := _close_up(model)) else {}
    values |= {spec.name: address.seed(text.slug, spec, tuple(choices.get(spec.name, ()))) for spec in specs}
    for group in (False, True):
        shown = [
            spec
            for spec in specs
            if spec.name not in without
            and (not spec.only or kind in spec.only)
            and _matters(spec, values)
            and not reading.hides(text.slug, spec.name)
        ]
        drawn = [spec for spec in shown if (spec.rare if rare else bool(folded)) == group]
        if not drawn:
            continue
        box: Any = None if group else st.container(gap="small", key=f"{text.slug}-{'options' if folded else 'settings'}")
        if group:
            box = st.expander(folded or say("more"), key=f"{text.slug}-{'folded' if folded else 'more'}", on_change="rerun")
            if not box.open:
                continue
        with box:
            for spec in drawn:
                values[spec.name] = address.kept(text.slug)[spec.name] = widget(spec, text, choices.get(spec.name))
            _numbers(text.slug, drawn, values)
    return model.make(**values)


def _numbers(slug: str, specs: Sequence[Spec], values: Mapping[str, Value]) -> None:
    """Write the numbers of sliders at the right of their labels: in a style, so that the labels are heard without them."""
    shown = {spec.name: f"{values[spec.name]:g}" for spec in specs if spec.kind in ("int", "float") and spec.name != "seed"}
    rules = [f'.st-key-{slug}-{name} label::after {{ content: "{number}" }}' for name, number in shown.items()]
    if rules:
        st.html(f"<style>{' '.join(rules)}</style>")


def _close_up(model: type[Options]) -> Spec | None:
    return next((spec for spec in model.specs() if spec.name == "close_up"), None)


def _matters(spec: Spec, values: dict[str, Value]) -> bool:
    return all(values[name] in wanted for name, wanted in spec.when)


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
