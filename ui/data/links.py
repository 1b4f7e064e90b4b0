"""What a link says of the data, read and written; and the Python that makes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from engine.columns import choose
from engine.edges import Graph
from engine.edgetables import graph_of
from engine.errors import DataError
from engine.images import Image
from engine.links import TEXT_MARK, pack, points_of, unpack, unpack_text
from engine.points import Points
from engine.readings import GUESS, clean, cut
from engine.samples import opening, sample, sample_table
from engine.strokes import DRAWN, drawn_picture, drawn_points
from engine.texts import Text
from ui import address
from ui.data.assuming import of_link as of_link_reading
from ui.data.assuming import said_in_link
from ui.data.drawing import PLANE, drawn_code, use_drawing
from ui.data.forms import D, Form
from ui.data.own import Awaited, Own, state_of
from ui.data.picking import Picked, first_columns, forget_columns, joined, split
from ui.language import say
from ui.text import Topic, markdown
from ui.visit import visit


@dataclass(frozen=True)
class Chosen(Generic[D]):
    """The data, how a link says them, what to tell who copies it, and Python that makes them."""

    data: D
    link: dict[str, str]
    note: str | None
    code: str
    short: dict[str, str]  # the link without what the page opens with anyway


def bundled(name: str, default: str = "") -> Chosen[Any]:
    """A sample, where there is nothing to choose or to bring."""
    link = {"data": name}
    return Chosen(sample(name), link, None, f'datasets.sample("{name}")', {} if name == default else link)


def assemble(slug: str, choice: str, own: Own | None, picked: Picked | None, default: str, form: Form[D]) -> Chosen[D]:
    """The data themselves. Raises DataError."""
    if choice != "own" or own is None:
        if picked is None or not opening(choice) or picked == (first_columns(table := sample_table(choice), choice), table.label):
            return bundled(choice, default)
        link = {"data": choice, f"{slug}.columns": joined(picked[0]), f"{slug}.label": picked[1] or ""}
        code = form.code(f'datasets.sample_table("{choice}")', table, picked)
        return Chosen(form.make(table, picked), link, None, code, link)
    name = ("edited.txt" if isinstance(own.content, Text) else "edited.csv") if own.edited else own.name
    reading, columns_link = f'open({name!r}, "rb").read()', {}
    if isinstance(own.content, Image):
        assert form.image is not None
        made, code = form.image(own.content), form.image_code.format(f"datasets.read_image({reading})")
    else:
        made = form.make(own.content, picked or ((), None))
        read = _said(own)
        how = (
            f"read_text({reading}, {name!r}{read})" if isinstance(own.content, Text) else f"{form.read.__name__}({reading}{read})"
        )
        code = form.code("datasets." + how, own.content, picked or ((), None))
        if picked:
            columns_link = {f"{slug}.columns": joined(picked[0]), f"{slug}.label": picked[1] or ""}
    if own.drawn and picked in (None, PLANE):
        link = {"data": DRAWN + own.drawn}
        return Chosen(made, link, None, drawn_code(own), link)
    packed = pack(made)
    if packed is not None:
        link = {"data": "~" + packed}
        unpack = {Points: "datasets.points_of({})", Text: "datasets.unpack_text({})"}.get(type(made), "datasets.unpack({})")
        unpacked = (form.unpack or unpack).format(f'"{packed}"')
        return Chosen(made, link, None, code if form.script else unpacked, link)
    if own.edited:
        return Chosen(made, {"data": default}, say("edited_note"), code, {})
    link = {"data": f"file:{own.name}:{own.size}:{(own.first or own.content.digest)[:12]}"} | columns_link | said_in_link(own)
    return Chosen(made, link, say("file_note", name=markdown(own.name)), code, link)


def _said(own: Own) -> str:
    """What departs from the guesses, as an argument of Python."""
    departures = {name: value for name, value in own.reading if value != getattr(GUESS, name)}
    return (
        f", reading=datasets.Reading({', '.join(f'{name}={value!r}' for name, value in departures.items())})"
        if departures
        else ""
    )


def arrive(slug: str, samples: Sequence[str], default: str, form: Form[Any]) -> None:
    """What a link says of the data: a sample's name, the data themselves, or a file that has to be brought."""
    wanted, state, default = address.arrived("data"), state_of(slug), address.OPENED.get(slug, default)
    brought, visit().brought = visit().brought, None
    if brought:  # by a lesson's file
        state.own, wanted = Own(brought[0], cut(brought[1]), 0), None
        address.put(slug, "data", "own")
    if wanted is None:
        return
    state.awaited = None
    if wanted.startswith("~"):
        try:
            content = unpack_text(wanted[1:]) if wanted[1:2] == TEXT_MARK else unpack(wanted[1:])
            if not form.accepts(content):
                raise DataError("broken_link")
            form.try_out(content)
        except DataError as problem:
            address.notice("bad_data", why=problem.code)
            address.put(slug, "data", default)
            return
        state.own = Own(content, say("from_link"), 0)
        forget_columns(slug)
        address.put(slug, "data", "own")
    elif wanted.startswith(DRAWN):
        try:
            use_drawing(slug, form, wanted.removeprefix(DRAWN), say("from_link"))
        except DataError as problem:
            address.notice("bad_data", why=problem.code)
            address.put(slug, "data", default)
    elif wanted.startswith("file:") and wanted.count(":") >= 3:
        name, size, digest = wanted[5:].rsplit(":", 2)
        own: Own | None = state.own
        if own and (own.first or own.content.digest).startswith(digest):
            address.put(slug, "data", "own")
        else:
            columns, label = address.arrived(f"{slug}.columns"), address.arrived(f"{slug}.label")
            state.awaited = Awaited(name[:60], size[:12], digest, columns, label, of_link_reading())
            address.put(slug, "data", default)
    elif wanted in samples:
        address.put(slug, "data", wanted)
    else:
        address.notice("bad_value", name="data", value=wanted[:40])
        address.put(slug, "data", default)


def of_link(said: Mapping[str, str], text: Topic) -> Any:
    """The data that a link speaks of, where it names a sample of the page or carries them. Raises DataError."""
    name, slug = said["data"], text.slug
    samples = visit().topic(slug).samples
    if name.startswith("~"):
        kind = type(sample(samples[0]))
        read: Mapping[type, Callable[[str], Any]] = {
            Points: points_of, Text: unpack_text, Graph: lambda packed: graph_of(unpack(packed)),
        }  # fmt: skip
        packed = name[1:]
        return unpack_text(packed) if packed.startswith(TEXT_MARK) else read.get(kind, unpack)(packed)
    if name.startswith(DRAWN):
        return drawn_picture(name) if isinstance(sample(samples[0]), Image) else drawn_points(name)
    if name not in samples:
        raise DataError("no_sample", name=cut(clean(name)))
    if f"{slug}.columns" not in said:
        return sample(name)
    table = sample_table(name)
    return choose(table, split(said[f"{slug}.columns"]), said.get(f"{slug}.label") or None, table.names)
