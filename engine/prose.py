"""Plain text as lines: wrapped paragraphs are joined and cut into sentences, verses stay as they are."""

from collections.abc import Iterable, Sequence
from typing import Literal

import regex

from engine.readings import Note, composed
from engine.texts import APOSTROPHE, HAN, Text, text

WRAPPED = 100  # characters that a hard-wrapped line has at most
NEARLY = 6  # characters by which a wrapped line may fall short of where the next word would no longer have fitted

ABBREVIATIONS = "Mr|Mrs|Ms|Dr|St|Messrs|Mme|Mlle|Prof|Rev|Hon|Esq|Capt|Col|Gen|Lieut|Sergt|Jr|Sr|vs|etc|viz|cf|No|Vol"
CLOSING = r"\"'”’」』）》)\]"
SENTENCE = regex.compile(  # where a sentence ends: after a Chinese full stop, or after a Latin one and a space before a capital
    rf"([。！？…‼⁇⁉][{CLOSING}]*)(?=[^。！？…{CLOSING}\s])"
    rf"|((?:[.!?](?=[{CLOSING}_])|(?<!\b(?:{ABBREVIATIONS}|\p{{Lu}}))[.]|[!?])[{CLOSING}_]*)\s+(?=[\"'“‘(\[_—-]*[\p{{Lu}}\p{{Lt}}\p{{N}}])"
)
LONG, TOO_LONG = 120, 1000  # characters of a piece that a long line is cut into; from which it is said that a line is long
PIECE = regex.compile(rf".{{{LONG // 4},{LONG - 1}}}[,;:，；：、](?!\d)|.{{1,{LONG}}}(?=\s|$)|.{{1,{LONG}}}")
CAPITAL = regex.compile(r"[\"'“‘(\[_—\s-]*[\p{Lu}\p{Lt}]")


def written(content: str, *, dictionary: Iterable[str] = (), name: str = "") -> Text:
    """The Text that somebody typed or pasted. Raises DataError."""
    notes: list[Note] = []
    return text(lines_of(composed(content), notes), name, dictionary=dictionary, notes=notes, origin="edited")


def lines_of(content: str, notes: list[Note], shape: Literal["auto", "keep", "join", "cut"] = "auto") -> list[str]:
    """Lines as they are; a text in paragraphs is cut into its sentences, after wrapped lines have been joined.

    `shape`: lines are kept, or joined in any case, or what is still long is cut at commas, else between words.
    """
    content = _one_apostrophe(content, notes)
    lines = [line.strip() for line in content.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if shape == "keep":
        return lines
    if shape == "join" or is_wrapped(lines):
        lines = _joined(lines)
        notes.append(("unwrapped", {}))
    sentences = sentences_of(line for line in lines if line)
    count = sum(bool(line) for line in lines)
    if len(sentences) > 1.2 * count:
        notes.append(("sentences", {"count": len(sentences)}))
        lines = sentences
    if shape == "cut":
        return [part for line in lines for part in _shortened(line)]
    longest = max(map(len, lines))
    notes += [("long_line", {"count": longest})] if longest > TOO_LONG else []
    return lines


def _shortened(line: str) -> list[str]:
    """A line in pieces of at most LONG characters: cut after a comma, else at a space, else anywhere."""
    return [piece.strip() for piece in PIECE.findall(line)] if len(line) > LONG else [line]


def sentences_of(lines: Iterable[str]) -> list[str]:
    """Lines cut after each sentence."""
    return [sentence.strip() for line in lines for sentence in SENTENCE.sub(r"\1\2\n", line).split("\n")]


def _one_apostrophe(content: str, notes: list[Note]) -> str:
    """A text that writes one apostrophe in several ways writes it in the commonest, so that don’t and don't are one word."""
    found = APOSTROPHE.findall(content)
    kinds = set(found)
    if len(kinds) < 2:
        return content
    usual = max(sorted(kinds), key=found.count)
    notes.append(("apostrophes", {"count": len(found) - found.count(usual), "sign": usual}))
    return APOSTROPHE.sub(usual, content)


def is_wrapped(lines: Sequence[str]) -> bool:
    """Whether paragraphs are folded into short lines: blank lines between them, most lines ending in mid-sentence and full.

    A line is full where the next word would not have fitted. Lines that nearly all begin with a capital are verses.
    """
    pairs = [(line, after) for line, after in zip(lines, [*lines[1:], ""], strict=True) if line and after]
    full = [line for line, _ in pairs]
    if len(full) < 5 or "" not in lines or max(map(len, full)) > WRAPPED:
        return False
    broken = sum(line[-1].isalnum() or line[-1] in ",，;；、-" for line in full)
    if broken <= 0.6 * len(full) or sorted(map(len, full))[len(full) // 2] <= 30:
        return False
    capitals = sum(bool(CAPITAL.match(after)) for _, after in pairs)
    widest = sorted(map(len, lines))[int(0.98 * (len(lines) - 1))]
    filled = sum(len(line) + 1 + _first_word(after) > widest - NEARLY for line, after in pairs)
    return capitals < 0.85 * len(pairs) and filled > 0.6 * len(pairs)


def _first_word(line: str) -> int:
    return 1 if HAN.match(line) else len(line.split(maxsplit=1)[0])


def _joined(lines: Sequence[str]) -> list[str]:
    """Paragraphs of wrapped lines; between two Han characters no space is put."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [_folded(paragraph) for paragraph in paragraphs if paragraph]


def _folded(lines: Sequence[str]) -> str:
    out = lines[0]
    for line in lines[1:]:
        out += line if HAN.match(line[0]) and HAN.match(out[-1]) else " " + line
    return out
