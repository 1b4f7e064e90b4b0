"""Plotly's script, as assets/scripts/build.mjs made it, compressed once, with its version in its name."""

import gzip
from functools import cache
from pathlib import Path

FILE = next((Path(__file__).parents[1] / "assets" / "scripts").glob("plotly-*.min.js"))
PATH = FILE.name


@cache
def compressed() -> bytes:
    """The script as gzip."""
    return gzip.compress(FILE.read_bytes(), 9)
