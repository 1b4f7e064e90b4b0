"""The code that is running: the functions that make a kind's steps, coloured, and which of their lines make which part."""

import ast
import html
import inspect
import io
import keyword
import re
import textwrap
import tokenize
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from engine.algorithm import Algorithm
from ui.source import ROOT

LOOKS = {tokenize.STRING: "s", tokenize.COMMENT: "c", tokenize.NUMBER: "n"}
NUMBER = 7  # letters that a value takes beside a line: its place is kept before it is known
UNSEEN = (tokenize.ENDMARKER, tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)


@cache
def running(kind: Algorithm[Any]) -> dict[str, Any]:
    """What is shown of the code while a film of this kind plays: its functions in the order of their parts; for each part of
    a step which of them makes it, by which lines; and what lines say: [function, line, template, letters it takes]."""
    functions = list(dict.fromkeys(function for function, _ in kind.code.values()))
    parts = {part: [functions.index(made), lit(lines(made), begin)] for part, (made, begin) in kind.code.items()}
    return {"functions": [_shown(function) for function in functions], "parts": parts, "says": _says(functions, kind.says)}


def _says(functions: Sequence[Callable[..., Any]], says: Mapping[str, str]) -> list[list[Any]]:
    """Where values stand. Raises ValueError where a beginning is not found exactly once in all the functions."""
    rows = [(k, row, line.strip()) for k, function in enumerate(functions) for row, line in enumerate(lines(function))]
    out = []
    for begin, template in says.items():
        ((k, row),) = [(k, row) for k, row, line in rows if line.startswith(begin)]
        out.append([k, row, template, len(re.sub("⟦.*?⟧", NUMBER * "0", template))])
    return out


def _shown(function: Callable[..., Any]) -> dict[str, Any]:
    rows = lines(function)
    indents = [len(row) - len(row.lstrip()) for row in rows]
    return {
        "name": function.__qualname__,
        "file": Path(inspect.getfile(function)).relative_to(ROOT).as_posix(),
        "lines": list(zip(indents, map(str.lstrip, painted(rows)), strict=True)),
    }


def lines(function: Callable[..., Any]) -> list[str]:
    """A function's own source with its signature in one line, without types and without its docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    told = ast.get_docstring(tree) is not None
    begin = tree.body[0].end_lineno if told else tree.body[0].lineno - 1
    for name in ast.walk(tree.args):
        if isinstance(name, ast.arg):
            name.annotation = None
    return [f"def {tree.name}({ast.unparse(tree.args)}):", *source.splitlines()[begin:]]


def lit(rows: Sequence[str], beginnings: Sequence[str]) -> list[int]:
    """The numbers of the lines that begin so, and of those that a statement begun there goes on in. Raises ValueError where a
    beginning is not found exactly once."""
    first = []
    for begin in beginnings:
        (found,) = [k for k, row in enumerate(rows) if row.strip().startswith(begin)]
        first.append(found)
    ends = _ends(rows)
    return sorted({k for row in first for k in range(row, ends.get(row, row) + 1)})


def _ends(rows: Sequence[str]) -> dict[int, int]:
    """The line a statement begins in → the line it ends in; of one with a body, its first line's end."""
    ends, begun = {}, -1
    for token in _tokens(rows):
        if token.type == tokenize.NEWLINE:
            ends[begun], begun = token.end[0] - 1, -1
        elif begun < 0 and token.type not in (*UNSEEN, tokenize.COMMENT):
            begun = token.start[0] - 1
    return ends


def painted(rows: Sequence[str]) -> list[str]:
    """Lines of Python as HTML, with <i class="k|s|c|n|d"> around keywords, strings, comments, numbers and what is defined."""
    out, at, before = [""] * len(rows), (0, 0), ""
    for kind, text, (top, left), (bottom, right), _ in _tokens(rows):
        if kind in UNSEEN or not text.strip():
            continue
        look = _look(kind, text, before)
        for row in range(top - 1, bottom):
            start, end = (left if row == top - 1 else 0), (right if row == bottom - 1 else len(rows[row]))
            gap, piece = rows[row][at[1] if at[0] == row else 0 : start], html.escape(rows[row][start:end])
            out[row] += html.escape(gap) + (f'<i class="{look}">{piece}</i>' if look and piece.strip() else piece)
            at = (row, end)
        before = text
    return out


def _look(kind: int, text: str, before: str) -> str:
    if kind == tokenize.NAME:
        return "k" if keyword.iskeyword(text) else "d" if before == "def" else ""
    return LOOKS.get(kind) or ("s" if "STRING" in tokenize.tok_name[kind] else "")  # an f-string comes in pieces


def _tokens(rows: Sequence[str]) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO("\n".join(rows) + "\n").readline))
