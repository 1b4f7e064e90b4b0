"""Points, tables, texts, graphs and pictures, the named samples, what a link carries: all by one name, for a notebook.

Code that pages print begins with `from engine import data`. Inside the project each thing is imported from where it stands.
"""

from engine.columns import choose, label_candidates, numeric_columns, text_columns
from engine.drawings import digit, digit_notes, on_black, small, whole_digit
from engine.edgelists import read_graph
from engine.edges import Graph, graph
from engine.edgetables import graph_of
from engine.images import PIXELS, Image, palette, read_image
from engine.links import (
    LINK_BYTES,
    LINK_CHARACTERS,
    TEXT_MARK,
    as_table,
    carried,
    carry,
    pack,
    points_of,
    unpack,
    unpack_text,
)
from engine.magic import is_image
from engine.points import Kind, Points, notes, points
from engine.prose import written
from engine.readings import COLUMNS, LABELS, LARGEST, NAME_CHARACTERS, ROWS, UPLOAD_BYTES, Note, Reading, clean, cut
from engine.samples import TEXTS, sample, sample_table
from engine.strokes import drawn_picture, drawn_points
from engine.tables import Table, read_table
from engine.textfiles import is_dictionary, read_dictionary, read_script, read_text
from engine.texts import Text, script, text, words_of

__all__ = [
    "COLUMNS",
    "LABELS",
    "LARGEST",
    "LINK_BYTES",
    "LINK_CHARACTERS",
    "NAME_CHARACTERS",
    "PIXELS",
    "ROWS",
    "TEXTS",
    "TEXT_MARK",
    "UPLOAD_BYTES",
    "Graph",
    "Image",
    "Kind",
    "Note",
    "Points",
    "Reading",
    "Table",
    "Text",
    "as_table",
    "carried",
    "carry",
    "choose",
    "clean",
    "cut",
    "digit",
    "digit_notes",
    "drawn_picture",
    "drawn_points",
    "graph",
    "graph_of",
    "is_dictionary",
    "is_image",
    "label_candidates",
    "notes",
    "numeric_columns",
    "on_black",
    "pack",
    "palette",
    "points",
    "points_of",
    "read_dictionary",
    "read_graph",
    "read_image",
    "read_script",
    "read_table",
    "read_text",
    "sample",
    "sample_table",
    "script",
    "small",
    "text",
    "text_columns",
    "unpack",
    "unpack_text",
    "whole_digit",
    "words_of",
    "written",
]
