"""One step of a topic as a picture. Pure functions; words come in as arguments, because they have a language."""

from collections.abc import Callable

Words = Callable[..., str]  # words("key", field=value): a sentence of the topic's theory, its values escaped


def sentences(*parts: str) -> str:
    """Sentences in a row, as their language sets them: no space after a full-width stop."""
    out = ""
    for part in filter(None, parts):
        out += part if not out or out[-1] in "。！？；" else " " + part
    return out


def column_name(column: str, words: Words) -> str:
    """What a column is called: the columns of the samples have names in every language, others their own. Not escaped."""
    try:
        return words("column_" + column)
    except KeyError:
        return column.replace("_", " ")
