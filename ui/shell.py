"""The frame of a topic page: header, experiments, controls beside the picture, tabs below."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import streamlit as st

import ui.kinds
from engine.algorithm import Algorithm, of
from engine.errors import TheoriaError
from engine.links import WHOLE
from engine.params import Options, Params
from engine.points import Added, Removed
from engine.tables import Table
from runtime.run import Run
from ui import address, compare, device, presenting, prose, reading, source, streamlit_patches, teaching
from ui.controls import controls
from ui.data import Chosen, Form, add_point, bundled, dataset, of_link, remove_point, take
from ui.kinds import Kinds
from ui.language import language, say
from ui.place import Placed
from ui.player import Clicked, beside_player, play
from ui.strip import Strip, asks
from ui.text import Topic, phrases, theory
from ui.visit import visit

Samples = Sequence[str] | Mapping[str, Sequence[str]]  # of all kinds, or of each
Forms = Form[Any] | Mapping[str, Form[Any]]
NO_DATA: Chosen[Any] = Chosen(None, {}, None, "", {})
NOTHING_PLACED = Placed()
ERRATA = 704  # pixels: a card is as wide as its text, with its border


def topic(module: ModuleType, view: ModuleType, *, samples: Samples = (), form: Forms | None = None) -> None:
    """A topic's page: header, experiments, controls beside the picture, tabs.

    `samples` and `form` say what it can be about; a kind of run that `form` leaves out is about its sample alone, if it has
    one. Of the view it takes `draw` and `Options`, and where it has them `choices(data, words)` (what settings may be with
    these data), `belonging(data)` (settings that speak of the data, and of which), `along` (what a menu sets with its choice:
    setting → value → other settings), `idle` (settings that play no part in what an option shows: option → value → settings) and
    `clicked(…)` (what a click sets).
    """
    text = header(module.__name__.rpartition(".")[2])
    row = Strip(text)
    left, right = stage()
    with left:
        box = st.container()
        kind = ui.kinds.picked(text, module.ALGORITHMS)
        with box:
            chosen = about(text, kind, samples, form)
        for name, told in view.belonging(chosen.data).items() if hasattr(view, "belonging") else ():
            known = {spec.name: spec.default for spec in kind.Params.specs()}
            address.belongs(text.slug, name, told, known.get(name, ""))
        for spec in kind.Params.specs() if hasattr(view, "along") else ():
            if spec.name in view.along:
                address.along(text.slug, spec, view.along[spec.name])
        choices = view.choices(chosen.data, text) if hasattr(view, "choices") else None
        params, options = controls(text, kind, view.Options, choices, getattr(view, "idle", {}))
    picture(text, module, view, kind, params, options, chosen, row, (left, right))


def picture(
    text: Topic,
    module: ModuleType,
    view: ModuleType,
    kind: Algorithm[Any],
    params: Params,
    options: Options,
    chosen: Chosen[Any],
    row: Strip,
    sides: Sequence[Any],
    placed: Placed = NOTHING_PLACED,
) -> Clicked | None:
    """What every topic's page ends with: the address, the picture, the tabs below. Returns what was clicked last."""
    right = sides[1]
    row.left([*ui.kinds.specs(module.ALGORITHMS, kind), *options.specs()], chosen.short)
    data, short = chosen.link | placed.link, chosen.short | placed.link
    link, step = address_bar(text, module.ALGORITHMS, params, options, data, short=short, note=chosen.note or placed.note)
    autoplay, start = row.begins
    with right:
        notices()
        clicked = play(
            Run(kind.train, params, (chosen.data,) if kind.sample else (), device.chosen(kind)),
            view.draw,
            options,
            text,
            beside=placed.points,
            autoplay=autoplay,
            start=start if start is not None else step,
            link=link,
            kind=kind,
            asks=asks(text),
            named=prose.here(text, module.ALGORITHMS, ui.kinds.specs(module.ALGORITHMS, kind), options.specs(), chosen.short),
            on_click=lambda clicked: clicks(text, view, clicked, params, chosen.data, options),
            on_door=lambda run, at: prose.enter(text, module.ALGORITHMS, run, at),
        )
    below(text, module, params, [chosen.code] if kind.sample else [])
    return clicked


def about(text: Topic, kind: Algorithm[Any], samples: Samples, form: Forms | None) -> Chosen[Any]:
    """The data that a kind of run is about: chosen among samples or brought; its sample where there is nothing to choose."""
    names = samples.get(kind.name, ()) if isinstance(samples, Mapping) else samples
    taken = form.get(kind.name) if isinstance(form, Mapping) else form
    if kind.sample and taken:
        return dataset(text, names, default=kind.sample, form=taken)
    if (wanted := address.arrived("data")) and wanted.startswith((*WHOLE, "file:")):
        address.notice("unused_data")
    return bundled(kind.sample, kind.sample) if kind.sample else NO_DATA


def clicks(text: Topic, view: ModuleType, clicked: Clicked, params: Params, data: Any, options: Options) -> None:
    """Do what a click means: settings are set, a point is added or taken away, the table is another."""
    if not hasattr(view, "clicked"):
        return
    try:
        meant = view.clicked(clicked.name, clicked.index, clicked.frame, params, data, options)
    except TheoriaError as problem:
        address.notice(problem.code, **problem.values)
        return
    if isinstance(meant, Added):
        add_point(text, data, meant.place)
    elif isinstance(meant, Removed):
        remove_point(text, data, meant.index)
    elif isinstance(meant, Table):
        visit().topic(text.slug).experiment.moves += 1
        take(text, meant, (), None)
    else:
        for name, value in meant.items():
            address.put(text.slug, name, value[:200] if isinstance(value, str) else value)


def header(slug: str) -> Topic:
    """Title and question; projector and share at the right. Reads the link first."""
    if not reading.arrive(slug):
        address.arrive(slug)
    text = theory(slug, language())
    with st.container(key="head", horizontal=True, vertical_alignment="bottom", gap="small"):
        presenting.dress()
        with st.container(key="title", width="stretch", gap=None):
            st.html(f"<h1>{html.escape(text.title)}</h1><p>{html.escape(text.question)}</p>")
        with st.container(key="tools", horizontal=True, width="content", gap="xsmall", wrap=False):
            tools(slug)
    return text


def tools(slug: str) -> None:
    """The projector, and the link of what is shown."""
    if not reading.reads(slug) or not presenting.on():
        presenting.door()
    door = st.popover(say("share"), icon=":material/link:", type="tertiary", key="sharing", on_change="rerun")
    if door.open:
        with door:
            st.caption(say("share_note"))
            beside_player("share")
            if told := visit().topic(slug).link_note:
                st.caption(told)


def stage() -> Sequence[Any]:
    """Two columns: controls, picture."""
    with st.container(key="stage"):
        columns = st.columns([1, 3.55], gap="medium")
    if line := reading.set_line():
        columns[0].html(line)
    if reading.sets_all():
        streamlit_patches.only("whole")
    return columns


def notices() -> None:
    """What there is to say about the link, once."""
    said, visit().notices = visit().notices, []
    for code, values in said:
        told = phrases(language())["notices"][code].format(**{key: html.escape(str(value)) for key, value in values.items()})
        st.html(f'<p class="th-notice" role="status">{told}</p>')


def address_bar(
    text: Topic, kinds: Kinds, params: Params, options: Options, data: dict[str, str], *, short: dict[str, str], note: str | None
) -> tuple[str, int | None]:
    """Write the address and make the link. Returns the link and the picture that an opened link asked for.

    `data` says the data in full, `short` without what the page opens with; `note` is for who copies the link.
    """
    kind = of(kinds, params)
    specs = [*ui.kinds.specs(kinds, kind), *options.specs()]
    compare.show(text.slug, data)
    pin = _pin(text, kinds, params)
    address.leftover()
    named, sure = ui.kinds.named(text.slug, kinds, kind), data if text.slug in address.OPENED else {}
    wanted = named | sure | address.query(text.slug, specs, short, everything=False) | pin
    settings = (text.slug, *sorted(wanted.items()))
    now = visit()
    if now.step is not None:
        now.step_of = now.step_of or settings
        if now.step_of != settings:
            now.step = now.step_of = None
    lesson = reading.in_address(text.slug)
    bare = ui.kinds.named(text.slug, kinds, kinds[0]) | ({} if short else sure)
    address.write(lesson or wanted, step=None if lesson else now.step, bare=bare)
    teaching.show(text, specs, wanted)
    now.link = address.link(address.query(text.slug, specs, data, everything=True) | pin)
    lost = say("pin_note") if compare.stays(text.slug) else None
    now.topic(text.slug).link_note = "  \n".join(filter(None, (note, lost))) or None
    return now.link, now.step


def _pin(text: Topic, kinds: Kinds, params: Params) -> dict[str, str]:
    """Take the pinned run of a link that has just been opened; say what the link of now has to say of it."""
    slug = text.slug
    if (wanted := address.arrived("pin")) is not None:
        try:
            found = compare.read(wanted, params, kinds, address.kept(slug))
            data = (of_link(found.link, text),) if found.link else None
            compare.pin(slug, replace(found, link=found.link or compare.now(slug), data=data))
        except (ValueError, TheoriaError):
            address.notice("bad_value", name="pin", value=wanted[:40])
    return compare.written(slug, params, of(kinds, params))


def details(heading: str, rows: Sequence[Mapping[str, Any]], empty: str) -> None:
    """A small table about the thing that was clicked."""
    with st.container(key="details", border=True, gap="small"):
        st.markdown(f"**{heading}**" if rows else f"**{heading}** {empty}")
        if rows:
            st.dataframe(rows, hide_index=True, width="stretch", height=min(260, 36 * (len(rows) + 1) + 2))


def below(text: Topic, module: ModuleType, params: Params, data: Sequence[str]) -> None:
    """Theory, numbers, code, and where the notes are mistaken. Only the open tab is drawn: the picture comes first."""
    with st.container(key="below"):
        names = [say("theory"), say("numbers"), say("code"), say("errata"), say("teach")]
        about, numbers, code, errata, lesson = st.tabs(names, on_change="rerun", key=f"{text.slug}-tabs-{language()}")
        with about:
            if about.open:
                prose.tab(text)
        with numbers:
            if numbers.open:
                beside_player("numbers")
        with code:
            if code.open:
                _code(module, params, data)
        with errata:
            if errata.open:
                _errata(text)
        with lesson:
            if lesson.open:
                teaching.tab(text)


def _code(module: ModuleType, params: Params, data: Sequence[str]) -> None:
    beside_player("code")
    st.markdown(say("snippet_note"))
    st.code(source.snippet(module, params, data), language="python", wrap_lines=True)
    parts = source.parts(module)
    for part, place in zip(
        parts,
        st.tabs([source.file(part).replace("_", r"\_") for part in parts]) if len(parts) > 1 else [st.container()],
        strict=True,
    ):
        with place:
            st.markdown(say("source_note", file=source.file(part)))
            st.code(source.text(part), language="python", wrap_lines=True)  # nothing scrolls inside: the keyboard could not


def _errata(text: Topic) -> None:
    st.markdown(say("errata_note" if text.errata else "no_errata"))
    for item in text.errata:
        with st.container(border=True, gap="small", width=ERRATA):
            st.markdown(f"**{say('notes_say')}** {item['claim']}")
            st.markdown(f"**{say('what_is_so')}** {item['truth']}")
            st.markdown(item["shown"])
