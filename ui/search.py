"""The search in the bar: over all topics, in every language at once. Knows no Streamlit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from contents import SECTIONS
from ui.text import ASSETS, LANGUAGES, REFERENCE, phrases, theory

Term = Mapping[str, str]  # language → the term


@dataclass(frozen=True)
class Found:
    """A topic, and the terms of the glossary that led to it."""

    slug: str
    terms: tuple[Term, ...]


def find(wanted: str) -> list[Found]:
    """The topics in whose words all of `wanted` stands: first where it is in the title, then question and terms, then prose."""
    words = wanted.casefold().split()
    ranked = []
    for order, (slug, layers) in enumerate(_words().items()):
        seen = ""
        for rank, layer in enumerate(layers):
            seen += layer
            if words and all(word in seen for word in words):
                ranked.append((rank, order, slug))
                break
    terms = [
        term
        for term in glossary()
        if wanted.strip() and any(wanted.strip().casefold() in word.casefold() for word in term.values())
    ]
    return [Found(slug, tuple(term for term in terms if uses(slug, REFERENCE, term[REFERENCE]))) for _, _, slug in sorted(ranked)]


@cache
def glossary() -> tuple[Term, ...]:
    """The rows of assets/glossary.md: the same term in its languages."""
    lines = (ASSETS / "glossary.md").read_text(encoding="utf-8").splitlines()
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return tuple(dict(zip(heads, row, strict=True)) for row in rows)


def uses(slug: str, language: str, term: str) -> bool:
    """Whether a topic's theory file has a term: from where a word begins, in any case."""
    return re.search(r"(?<![a-z])" + re.escape(term.casefold()), _file(slug, language)) is not None


@cache
def _file(slug: str, language: str) -> str:
    return (ASSETS / "theory" / language / f"{slug}.md").read_text(encoding="utf-8").casefold()


@cache
def _words() -> Mapping[str, Sequence[str]]:
    """Of every topic the words to be searched, in three layers."""
    found = {}
    for section, slugs in SECTIONS.items():
        for slug in slugs:
            texts = [theory(slug, language) for language in LANGUAGES]
            title = [slug, *(text.title for text in texts)]
            about = [phrases(language)["sections"][section] for language in LANGUAGES]
            about += [text.question for text in texts]
            about += [word for term in glossary() if uses(slug, REFERENCE, term[REFERENCE]) for word in term.values()]
            prose = [
                word for text in texts for word in (text.prose, *text.labels.values(), *(item.name for item in text.experiments))
            ]
            found[slug] = ["\n".join([*layer, ""]).casefold() for layer in (title, about, prose)]
    return found
