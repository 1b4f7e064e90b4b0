"""How much visitors have brought: bytes by session and in all. What is on its way counts as if it had come."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from runtime import settings

LEAST = 16_384  # bytes that a file counts for though it is empty: its name and its place take room too
Holdings = Mapping[str, Mapping[str, int]]  # session → file → bytes


class Ledger:
    """Says whether there is room. Called on the server's event loop only.

    `held` tells what is there now; a session that has ended is no longer in it, so its bytes are free again by themselves.
    """

    def __init__(self, held: Callable[[], Holdings]) -> None:
        self._held = held
        self._coming: Counter[tuple[str, str]] = Counter()

    def bytes_of(self, session: str | None = None) -> int:
        """Bytes of one session, or of all."""
        held = self._held()
        there = [held.get(session, {})] if session is not None else held.values()
        coming = sum(size for (owner, _), size in self._coming.items() if session in (None, owner))
        return coming + sum(max(LEAST, size) for files in there for size in files.values())

    @contextlib.contextmanager
    def entry(self, session: str, file: str, size: int) -> Iterator[bool]:
        """Whether a file of so many bytes may come. Its room is kept while it comes; afterwards `held` knows of it."""
        size = max(LEAST, size)
        fits = (
            self.bytes_of(session) + size <= settings.SESSION_MB * 1_000_000
            and self.bytes_of() + size <= settings.UPLOADS_MB * 1_000_000
        )
        self._coming[session, file] += size if fits else 0
        try:
            yield fits
        finally:
            self._coming[session, file] -= size if fits else 0
            self._coming += Counter()  # what is nothing is not kept
