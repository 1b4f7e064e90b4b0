"""Tokens: a text cut into words or characters, with nothing lost and nothing torn.

Grapheme clusters stay whole (an emoji family is one token), Latin words inside Chinese stay whole, and white space is the only
thing that goes, except where single characters of a text with spaces are wanted. Chinese words are cut by jieba 0.42.1, which
is imported at first use, so that only workers ever do. The full and the search mode name words that overlap. Words of a user
dictionary that hold signs, Greek or emoji are cut out before jieba sees the line, which would tear or pass over them.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

import regex

from engine.texts import Text

Mode = Literal["auto", "words", "characters", "jieba", "jieba_full", "jieba_search"]
MODES: tuple[Mode, ...] = ("auto", "words", "characters", "jieba", "jieba_full", "jieba_search")

IDEOGRAPHS = r"\p{Han}\p{Hiragana}\p{Katakana}"  # written without spaces: in "words" each stands alone
EXTENDING = r"\p{M}\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}"  # never begins a token
UNIT = rf"[[\p{{L}}\p{{N}}]--[{IDEOGRAPHS}]][{EXTENDING}]*"
WORD = rf"(?:{UNIT})+(?:['’\-‑](?:{UNIT})+|(?<=\p{{N}})[.,:](?=\p{{N}})(?:{UNIT})+)*"
GOES_ON = rf"[{EXTENDING}]|['’\-‑]?{UNIT}|(?<=\p{{N}})[.,:]\p{{N}}"
RUN = r"[\p{Han}A-Za-z0-9]*\p{Han}[\p{Han}A-Za-z0-9]*"
CHINESE = rf"{RUN}(?!{GOES_ON})"  # what jieba gets to see
WORDS = regex.compile(rf"{WORD}|(?=\S)\X", regex.V1)
CHUNKS = regex.compile(rf"(?P<chinese>{CHINESE})|{WORD}|(?=\S)\X", regex.V1)
KNOWN = regex.compile(rf"{RUN}|{WORD}|\X", regex.V1)  # of a dictionary: what jieba, or nobody, has to be told
GRAPHEMES = regex.compile(r"\X")
HAN = regex.compile(r"\p{Han}")
PUNCTUATION = regex.compile(r"[\p{P}\p{S}\s]+")
LATIN = regex.compile(r"[\p{Latin}\p{N}\p{P}]+")


def tokenise(
    text: Text, mode: Mode = "auto", *, lower: bool = False, punctuation: bool = True, latin: bool = True
) -> list[list[str]]:
    """The tokens of every line; without `punctuation` no signs and symbols, without `latin` no Latin words and numbers."""
    cut = cutter(mode_of(text, mode), text.dictionary, lower=lower, spaced=text.language != "zh")
    lines = [cut(line) for line in text.lines]
    if not punctuation:
        lines = [[token for token in line if not PUNCTUATION.fullmatch(token)] for line in lines]
    if not latin:
        lines = [[token for token in line if not LATIN.fullmatch(token) or PUNCTUATION.fullmatch(token)] for line in lines]
    return lines


def mode_of(text: Text, mode: Mode) -> Mode:
    """The mode itself; what "auto" means for this text: jieba for Chinese, else words."""
    if mode != "auto":
        return mode
    return "jieba" if text.language == "zh" else "words"


def cutter(
    mode: Mode, dictionary: tuple[str, ...] = (), *, lower: bool = False, spaced: bool = True
) -> Callable[[str], list[str]]:
    """What cuts one line. `spaced`: whether single characters include the spaces between words and the letters in them.

    With `lower` the line, and the dictionary, are made lower case first.
    """
    if lower:
        small = cutter(mode, tuple(sorted({word.lower() for word in dictionary})), spaced=spaced)
        return lambda line: small(line.lower())
    if mode in ("auto", "words"):
        return words
    if mode == "characters":
        return characters if spaced else chinese_characters
    return lambda line: list(_by_jieba(line, mode, dictionary))


def words(line: str) -> list[str]:
    """Words with their inner hyphens and apostrophes, numbers, single ideographs, single signs."""
    return WORDS.findall(line)


def characters(line: str) -> list[str]:
    """Grapheme clusters, spaces included."""
    return GRAPHEMES.findall(line)


def chinese_characters(line: str) -> list[str]:
    """Grapheme clusters, but Latin words and numbers whole, and no spaces."""
    return words(line)


def _by_jieba(line: str, mode: Mode, dictionary: tuple[str, ...]) -> Iterator[str]:
    for part, whole in _parted(line, _strange(dictionary)):
        if whole:
            yield part
            continue
        for match in CHUNKS.finditer(part):
            if match["chinese"]:
                yield from _segmented(match[0], mode, dictionary)
            else:
                yield match[0]


def _parted(line: str, strange: regex.Pattern[str] | None) -> Iterator[tuple[str, bool]]:
    """A line in parts, and whether each is a word that stays whole; no such word begins or ends within a grapheme."""
    at = 0
    if strange is not None and strange.search(line):
        edges = {0, *(match.end() for match in GRAPHEMES.finditer(line))}
        for match in strange.finditer(line):
            if {match.start(), match.end()} <= edges:
                yield line[at : match.start()], False
                yield match[0], True
                at = match.end()
    yield line[at:], False


@lru_cache(maxsize=4)
def _strange(dictionary: tuple[str, ...]) -> regex.Pattern[str] | None:
    """The words of a dictionary that jieba cannot keep, the longest first; none within a longer word of letters."""
    words = [word for word in dictionary if not KNOWN.fullmatch(word)]
    begins, ends = rf"(?:(?!{UNIT})|(?<!{UNIT}['’\-‑]?))", rf"(?:(?<!{UNIT})|(?!{GOES_ON}))"
    initials = "|".join(sorted({regex.escape(word[0], special_only=False) for word in words}))  # a quick no to most places
    return regex.compile(rf"(?={initials}){begins}\L<words>{ends}", regex.V1, words=words) if words else None


def _segmented(run: str, mode: Mode, dictionary: tuple[str, ...]) -> list[str]:
    tokenizer = _jieba(dictionary)
    if mode == "jieba_full":
        return [token for token in tokenizer.cut(run, cut_all=True) if token]
    return list(tokenizer.cut_for_search(run) if mode == "jieba_search" else tokenizer.cut(run))


_LOCK = Lock()


@lru_cache(maxsize=4)
def _jieba(dictionary: tuple[str, ...]) -> Any:
    """A tokenizer of our own, its words from the installed dictionary: no cache is written, none that others wrote is read."""
    import jieba

    with _LOCK:
        tokenizer = jieba.Tokenizer()
        frequencies, tokenizer.total = _dictionary()
        tokenizer.FREQ = dict(frequencies) if dictionary else frequencies
        tokenizer.initialized = True
        for word in dictionary:
            tokenizer.add_word(word)
    return tokenizer


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, int], int]:
    """Every word and every beginning of a word of jieba's dictionary, with its frequency; and their sum."""
    import jieba

    plain = jieba.Tokenizer()
    found: tuple[dict[str, int], int] = plain.gen_pfdict(plain.get_dict_file())
    return found
