"""What a visitor may bring who means harm: files of every kind whose every word is markup."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from contents import SECTIONS
from engine.edges import Graph
from engine.images import Image
from engine.points import Points
from engine.samples import sample
from engine.texts import Text
from tests.browser.playground import picture

MARKUP = "<img src=x onerror=window.hacked=1>"
WORDS = [MARKUP, "<svg/onload=window.hacked=1>", "</script><script>window.hacked=1</script>", "[a](javascript:window.hacked=1)",
         '"onmouseover="window.hacked=1', "<a href=javascript:window.hacked=1>b</a>", "$\\\\href{javascript:window.hacked=1}{c}$", "{0.__class__}", "@ink", "&lt;b&gt;"]  # fmt: skip


def table() -> bytes:
    """Numbers under hostile heads, hostile classes and names."""
    head = f'"{MARKUP}","{WORDS[1]}","kind {WORDS[2]}","name {WORDS[3]}"'
    quoted = [word.replace('"', '""') for word in WORDS]
    rows = [f'{k % 5 + k / 10},{k % 7 + k / 7},"{quoted[k % 2]}","{quoted[k % 10]}{k}"' for k in range(40)]
    return "\n".join([head, *rows]).encode()


def text() -> bytes:
    """A text of hostile words, each often enough to count."""
    said = " ".join(f"the {word} is a word and" for word in WORDS)
    return "\n".join(f"{said} line {k % 3} ." for k in range(40)).encode()


def graph() -> bytes:
    """A ring of nodes with hostile names and labels."""
    rows = [["source", "target", "label"]]
    rows += [[word, "", WORDS[k % 2]] for k, word in enumerate(WORDS)]
    rows += [[word, WORDS[(k + 1) % len(WORDS)], ""] for k, word in enumerate(WORDS)]
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode()


Brought = tuple[str, str, Callable[[], bytes]]  # the link under which a topic takes a file, how its name ends, what is in it
BY_KIND: dict[type, Brought] = {
    Points: ("", ".csv", table), Text: ("", ".txt", text), Graph: ("", ".csv", graph), Image: ("", ".png", picture),
}  # fmt: skip
PLACES = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
TOPICS = [slug for slug, section in PLACES.items() if import_module(f"engine.{section}.{slug}").ALGORITHMS[0].sample]


def brought_to(slug: str) -> Brought:
    """What harms a topic most: by what it opens with, unless `HOSTILE` in tests/engine/<section>/<slug>.py says otherwise."""
    section = PLACES[slug]
    if find_spec(own := f"tests.engine.{section}.{slug}"):
        return import_module(own).HOSTILE
    opening = import_module(f"engine.{section}.{slug}").ALGORITHMS[0]
    return BY_KIND[type(sample(opening.sample))]
