"""Plotly's script, from the installed package, compressed once, with its version in its name."""

import gzip
from functools import cache
from importlib.metadata import distribution

PATH = f"plotly-{distribution('plotly').version}.min.js"


@cache
def compressed() -> bytes:
    """The script as gzip."""
    file = distribution("plotly").locate_file("plotly/package_data/plotly.min.js")
    return gzip.compress(open(str(file), "rb").read(), 6)  # noqa: PTH123
