"""Tokens: a text cut into words or characters, with nothing lost and nothing torn.

Grapheme clusters stay whole (an emoji family is one token), Latin words inside Chinese stay whole, and white space is the only
thing that goes, except where single characters of a text with spaces are wanted. Chinese words are cut by jieba 0.42.1, which
is imported at first use, so that only workers ever do. The full and the search mode name words that overlap.
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
CHINESE = rf"[\p{{Han}}A-Za-z0-9]*\p{{Han}}[\p{{Han}}A-Za-z0-9]*(?!{GOES_ON})"  # what jieba gets to see
WORDS = regex.compile(rf"{WORD}|(?=\S)\X", regex.V1)
CHUNKS = regex.compile(rf"(?P<chinese>{CHINESE})|{WORD}|(?=\S)\X", regex.V1)
GRAPHEMES = regex.compile(r"\X")
HAN = regex.compile(r"\p{Han}")
PUNCTUATION = regex.compile(r"[\p{P}\p{S}\s]+")
LATIN = regex.compile(r"[\p{Latin}\p{N}\p{P}]+")


def tokenise(
    text: Text, mode: Mode = "auto", *, lower: bool = False, punctuation: bool = True, latin: bool = True
) -> list[list[str]]:
    """The tokens of every line; without `punctuation` no signs and symbols, without `latin` no Latin words and numbers."""
    cut = cutter(mode_of(text, mode), text.dictionary, spaced=text.language != "zh")
    lines = [cut(line.lower() if lower else line) for line in text.lines]
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


def cutter(mode: Mode, dictionary: tuple[str, ...] = (), *, spaced: bool = True) -> Callable[[str], list[str]]:
    """What cuts one line. `spaced`: whether single characters include the spaces between words and the letters in them."""
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
    for match in CHUNKS.finditer(line):
        token = match[0]
        if match["chinese"]:
            yield from _segmented(token, mode, dictionary)
        else:
            yield token


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
