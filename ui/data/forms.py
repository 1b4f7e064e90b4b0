"""What a topic takes: points of chosen columns, a table as it is, a text, a script, a graph, a picture; if it can be edited."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, Literal, TypeVar
from weakref import WeakKeyDictionary

from numpy.typing import NDArray

from engine.columns import choose, whole_rows
from engine.edgelists import read_graph
from engine.edges import Graph
from engine.edgetables import graph_of
from engine.errors import DataError
from engine.images import Image, palette
from engine.language.lm import is_model, table_model
from engine.points import Points
from engine.readings import GUESS, Note, Reading
from engine.tables import Table, read_table
from engine.textfiles import read_script, read_text
from engine.texts import Text
from ui.data.picking import Picked, first_columns

D = TypeVar("D", bound=Points | Table | Text | Graph | Image)
Content = Table | Image | Text
GRAPHS: WeakKeyDictionary[Table, Graph] = WeakKeyDictionary()  # no longer than their tables
TABLE_BYTES = 1_000_000  # a larger file is no table of prefixes


@dataclass(frozen=True)
class Form(Generic[D]):
    """What a topic takes: made from what was read (and, for points, the columns picked), or from a picture."""

    make: Callable[[Any, Picked], D]
    code: Callable[[str, Any, Picked], str]  # the same as Python, given an expression for what was read
    columns: bool = False  # whether columns are picked
    image: Callable[[Image], D] | None = None
    image_code: str = "datasets.palette({})"  # the same as Python, given an expression for the picture
    edit: bool = False  # whether it can be edited on the page
    takes: tuple[type[Table] | type[Text], ...] = (Table,)  # what can be brought beside pictures
    script: bool = False  # whether a text is a script: it is written in a box beside the picture, its lines stay as they are
    read: Callable[[bytes, str, Reading], Table] = read_table  # what makes the table of a file
    fits: Callable[[Table], bool] = lambda table: True  # where texts are taken too: whether a table is what is wanted
    unpack: str = ""  # Python that makes the data of a link's text, where it is not what their kind says
    words: str = (
        "table"  # the phrases that say what can be brought and how much of it: own_…, limits_…; own_travels is said of all
    )
    notes: Callable[[Any], Sequence[Note]] = lambda content: content.notes  # what was assumed about what was read
    draws: Literal["", "picture", "points"] = ""  # what is made of a drawing on the pad, where one can be brought, …
    across: int = 1  # … how many times as wide as high the pad is, …
    seen: Callable[[Image], NDArray[Any]] = lambda picture: picture.pixels  # … and what a run gets of the picture
    cut: Callable[[Image], Sequence[Note]] = lambda picture: ()  # what is left of a picture, where not all of it is used

    def accepts(self, content: Content) -> bool:
        """Whether something can be made of what was read."""
        return self.image is not None if isinstance(content, Image) else isinstance(content, self.takes)

    def of_file(self, raw: bytes, name: str, reading: Reading = GUESS, as_text: bool | None = None) -> Table | Text:
        """A file as what the form takes; where it takes both, a table if it is one that is wanted. Raises DataError."""
        if Text not in self.takes:
            return self.read(raw, name, reading)
        if self.script:
            return read_script(raw, name)
        if Table in self.takes and len(raw) <= TABLE_BYTES and not as_text:
            with suppress(DataError):
                table = read_table(raw, name, reading)
                if as_text is False or self.fits(table):
                    return table
                if len(table.columns) > 1 and as_text is None:
                    text = read_text(raw, name, reading=reading)
                    return replace(text, notes=(*text.notes, ("no_model", {})))
        return read_text(raw, name, reading=reading)

    def try_out(self, content: Content) -> None:
        """Raise now what the first look at a table, or the reading of a script, would raise later."""
        if not self.accepts(content):
            raise DataError("is_text")
        if self.script:
            self.make(content, ((), None))
        if isinstance(content, Table):
            self.make(content, (first_columns(content, "own"), content.label))

    @property
    def door(self) -> str:
        """The phrase on the door to one's own data."""
        return "own_script" if self.script else "edit_data" if self.edit else "own_data" if self.columns else "own_" + self.words


@cache
def script(check: Callable[[Sequence[str]], object]) -> "Form[Text]":
    """A script or an expression, which `check` refuses with DataError where its lines cannot be read."""

    def make(content: Text, picked: Picked) -> Text:
        check(content.lines)
        return content

    return replace(SCRIPT, make=make)


def _script_code(expression: str, content: Text, picked: Picked) -> str:
    return f"datasets.script({chr(10).join(content.lines)!r})"


def _points(table: Table, picked: Picked) -> Points:
    return choose(table, *picked, table.names, gaps=_gaps(table))


def _gaps(table: Table) -> Literal["refuse", "drop"]:
    """What becomes of rows with a gap: of an own table they are left out, unless its reading says otherwise."""
    return "refuse" if table.origin.startswith("sample") or table.used.gaps == "refuse" else "drop"


def _points_code(expression: str, table: Table, picked: Picked) -> str:
    names = f", {table.names!r}" if table.names else ""
    gaps = ', gaps="drop"' if _gaps(table) == "drop" and not whole_rows(table, *picked).all() else ""
    return f"datasets.choose({expression}, {list(picked[0])!r}, {picked[1]!r}{names}{gaps})"


def dropped(table: Table, picked: Picked) -> Sequence[Note]:
    """How many rows a choice of columns leaves out for their gaps."""
    count = int((~whole_rows(table, *picked)).sum())
    return (("dropped", {"count": count}),) if count else ()


def _as_it_is(content: Any, picked: Picked) -> Any:
    return content


def _as_read(expression: str, content: Any, picked: Picked) -> str:
    return expression


def _ends(content: Table | Text) -> Sequence[Note]:
    """What was assumed, and that no token of a table ends, where none is called so."""
    with suppress(DataError):
        if isinstance(content, Table) and table_model(content, normalise=True).end < 0:
            return (*content.notes, ("no_end", {}))
    return content.notes


def made_graph(table: Table) -> Graph:
    """The graph in a table, made once for all that ask for it. Raises DataError."""
    if (found := GRAPHS.get(table)) is None:
        found = GRAPHS[table] = graph_of(table)
    return found


def _graph_notes(table: Table) -> Sequence[Note]:
    try:
        made = made_graph(table)
        return (("graph_counts", {"nodes": made.n, "edges": len(made.edges), "classes": len(made.label_names)}), *made.notes)
    except DataError:  # said elsewhere
        return table.notes


POINTS: Form[Points] = Form(
    make=_points, code=_points_code, columns=True, image=palette,
    words="upload", draws="points",
)  # fmt: skip
EDITED_POINTS: Form[Points] = replace(POINTS, image=None, edit=True, words="table")
TABLE: Form[Table] = Form(make=_as_it_is, code=_as_read, edit=True)
PAIR: Form[Table] = replace(TABLE, words="pair")
TEXT: Form[Text] = Form(make=_as_it_is, code=_as_read, edit=True, takes=(Text,), words="text")
SCRIPT: Form[Text] = Form(make=_as_it_is, code=_script_code, edit=True, takes=(Text,), script=True, words="script")
TABLE_OR_TEXT: Form[Table | Text] = Form(
    make=_as_it_is, code=_as_read, edit=True, takes=(Table, Text), words="table_or_text", fits=is_model, notes=_ends
)
GRAPH: Form[Graph] = Form(
    make=lambda table, _: made_graph(table), code=lambda expression, *_: f"datasets.graph_of({expression})", edit=True,
    read=read_graph, unpack="datasets.graph_of(datasets.unpack({}))", words="graph", notes=_graph_notes,
)  # fmt: skip
PICTURE: Form[Image] = Form(
    make=_as_it_is, code=_as_read, image=lambda picture: picture, image_code="{}", takes=(), words="picture", draws="picture"
)
