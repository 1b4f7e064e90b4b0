"""Which data a run is about: a sample, or what the visitor brings, writes, edits or clicks; and how a link says it.

What a topic takes is said by a `Form`; `dataset` shows the choice. The other names are for the page around it.
"""

from ui.data.choosing import dataset
from ui.data.editing import add_point, remove_point
from ui.data.forms import EDITED_POINTS, GRAPH, PICTURE, POINTS, SCRIPT, TABLE, TABLE_OR_TEXT, TEXT, Form, script
from ui.data.links import Chosen, bundled, of_link
from ui.data.own import SESSION_BYTES, brought, forget, show_notes, uploads

__all__ = [
    "EDITED_POINTS",
    "GRAPH",
    "PICTURE",
    "POINTS",
    "SCRIPT",
    "SESSION_BYTES",
    "TABLE",
    "TABLE_OR_TEXT",
    "TEXT",
    "Chosen",
    "Form",
    "add_point",
    "brought",
    "bundled",
    "dataset",
    "forget",
    "of_link",
    "remove_point",
    "script",
    "show_notes",
    "uploads",
]
