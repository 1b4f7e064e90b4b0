"""Which version of all this runs: what a report of something wrong begins with."""

from functools import cache

from runtime.run import digest_of

SHOWN = ("engine", "charts", "views", "runtime", "ui", "pages", "assets/theory", "assets/text")  # what a page is made from


@cache
def version() -> str:
    """Ten digits of what the sources are, which any clone of the same version gives too."""
    return digest_of(*SHOWN)[:10]
