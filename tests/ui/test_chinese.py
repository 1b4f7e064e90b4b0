"""Chinese is Chinese: Latin letters stand in formulas, in code and in names, not in sentences."""

import re
from collections.abc import Collection, Iterator

import pytest

from contents import SECTIONS
from engine.foundations.expressions import VECTORS
from engine.foundations.tensors.grammar import WORDS as TENSORS
from ui.text import phrases, theory

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
SET_ASIDE = [
    r"\$\$.*?\$\$|\$[^$]*\$",  # formulas
    r"`[^`]*`|\{[^}]*\}|<[^>]*>|&\w+;",  # code, fields, marks
    r"\]\([^)]*\)|https?://\S+",  # addresses
    r"“[A-Za-z][^”]*”",  # words that are quoted
    r"[A-Za-z]*[A-Z0-9_][\w’.+-]*|(?<![a-z])[a-z](?![a-z])|[a-z]*\.[A-Za-z]+",  # names and abbreviations; letters of formulas; attributes and endings of files
]
NAMES = {"softmax", "jieba", "torchvision", "timm", "guided-diffusion", "diffusers", "snownlp", "gensim", "networkx", "scipy", "skip-gram", "stupid"}  # fmt: skip
NAMES |= {
    "source",
    "target",
    "weight",
    "label",
    "content",
    "text",
    "pip",
    "install",
    "nodes",
    "edges",
}  # what a file has to say literally
NAMES |= {
    "log",
    "ln",
    "inf",
    "logit",
    "exp",
    "min",
    "max",
    "mm",
    "dB",
    "top-k",
    "top-p",
    "min-p",
    "k-means",
    "means",
}  # formulas, units
SAMPLES = {
    "yes",
    "no",
    "hunts",
    "tiger",
    "lion",
    "wolf",
    "bear",
    "man",
    "king",
    "woman",
    "queen",
}  # English texts that are looked at


SCRIPT = set(TENSORS.split()) | {"torch", "out"}
FUNCTIONS = set(VECTORS.functions) | {"torch", "backward"}
WRITTEN = {
    "tensors": SCRIPT,
    "autograd": FUNCTIONS,
    "optimisation": FUNCTIONS,
    "syllabus": {"detach"},
}  # in scripts and expressions, by topic


def words() -> Iterator[tuple[str, str]]:
    for slug in SLUGS:
        text = theory(slug, "zh")
        yield f"{slug} title", text.title
        yield f"{slug} question", text.question
        for table in (text.labels, text.view_labels, text.columns, text.say, *text.choices.values()):
            yield from ((f"{slug} {key}", value) for key, value in table.items())
        for item in text.experiments:
            yield from (
                (f"{slug} {item.id}", part)
                for part in (item.name, item.question.ask, item.question.why, item.then, *item.question.choices)
            )
        yield from ((f"{slug} errata", part) for item in text.errata for part in item.values())
        yield from ((f"{slug} prose", part) for part in text.prose.split("\n\n"))
    for table, entries in phrases("zh").items():
        yield from ((f"{table} {key}", value) for key, value in entries.items())


def latin(text: str, written: Collection[str] = ()) -> float:
    """The share of Latin letters in what is neither formula nor code nor name, nor a word of what is written there."""
    known = "|".join(sorted(map(re.escape, NAMES | SAMPLES | set(written)), key=len, reverse=True))
    for pattern in (*SET_ASIDE[:4], rf"(?<![A-Za-z])(?:{known})(?![A-Za-z])", SET_ASIDE[4]):
        text = re.sub(pattern, " ", text, flags=re.S)
    letters, signs = len(re.findall(r"[a-z]", text)), len(re.findall(r"[\u4e00-\u9fff]", text))
    return letters / (letters + signs) if letters else 0.0


def test_no_chinese_text_has_more_than_a_fifth_of_latin_letters():
    assert [(where, text) for where, text in words() if latin(text, WRITTEN.get(where.split()[0], ())) > 0.2] == []


@pytest.mark.parametrize(
    ("text", "much"),
    [
        ("自组织映射", False),
        ("the quantisation error 下降", True),
        ("用 softmax 归一化", False),
        ("$\\sigma(x)$ 是 `sigma`", False),
        ("这是 a nice picture 的说明", True),
    ],
)
def test_a_sentence_left_in_english_is_found_and_a_name_is_not(text, much):
    assert (latin(text) > 0.2) == much
