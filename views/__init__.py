"""One step of a topic as a picture. Pure functions; words come in as arguments, because they have a language."""

from collections.abc import Callable

Words = Callable[..., str]  # words("key", field=value): a sentence of the topic's theory, its values escaped
