"""Films by key, and the one thread that draws them. Nobody watching, nothing drawn.

The film with the fewest pictures is next, counted as 0, 1, 2–3, 4–7, 8–15 …; of equals the one that was opened first. So
everybody sees something soon, and a class that opens long films sees them finished one after another, not all at the end.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from engine.params import Options
from runtime.film import Draw, Film, Words
from runtime.jobs import Job
from runtime.run import digest_of, is_private, name
from runtime.store import Kept, Store

__all__ = ["Draw", "Film", "Films", "Words", "film_key"]
log = logging.getLogger("theoria.films")


class Films:
    """All films of this process. They share the store's cache."""

    def __init__(self, store: Store) -> None:
        self._films: dict[str, Film] = {}
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._store = store
        self._closed = False
        store.share(self._kept)
        self._thread = threading.Thread(target=self._draw, name="drawing", daemon=True)
        self._thread.start()

    def open(self, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words) -> Film:
        """The film of a job: the one that is there, or a new one, not yet drawn."""
        key = film_key(job.key, draw, beside, options, words)
        with self._lock:
            film = self._films.get(key)
            if film and not film.done and (film.stale or film.job is not job):
                self._forget(film, force=True)  # half drawn from frames that are gone
                film = None
            if film is None:
                film = self._films[key] = Film(key, job, draw, beside, options, words)
                job.listen(self._wake.set)
                if self._closed:
                    film.drop()
            film.touch()
        return film

    def get(self, key: str) -> Film | None:
        """The film of that name. None when there is none, or only the remains of one: its page has to open it again."""
        with self._lock:
            film = self._films.get(key)
            if film and not film.done and film.stale:
                self._forget(film)
                return None
        return film

    def whole(self, film: Film) -> bytes:
        """The film, once it has ended, as gzip. Draws it though nobody else watches. Cut off when the server stops."""
        film.enter()
        try:
            self._wake.set()
            film.ended.wait()
        finally:
            film.leave()
        return film.content()

    def count(self) -> int:
        with self._lock:
            return len(self._films)

    def viewers(self) -> int:
        """Streams that are open now."""
        with self._lock:
            return sum(film.watched for film in self._films.values())

    def wake(self) -> None:
        """Stir the drawing thread: a viewer came."""
        self._wake.set()

    def close(self) -> None:
        """End drawing, and all streams."""
        with self._lock:
            self._closed = True
            films = list(self._films.values())
        self._wake.set()
        for film in films:
            film.drop(force=True)
        self._thread.join(timeout=2)

    def _draw(self) -> None:
        while not self._closed:
            with self._lock:
                films = [film for film in self._films.values() if film.watched and film.wants]
            if films:
                self._draw_line(min(films, key=lambda film: film.drawn.bit_length()))
            else:
                self._wake.wait()
                self._wake.clear()

    def _draw_line(self, film: Film) -> None:
        try:
            film.draw_line()
            if film.ended.is_set():
                self._store.trim()
        except Exception:  # not even the error could be said; the others are to be drawn all the same
            log.exception("film %s", film.key)
            film.drop(force=True)

    def _kept(self) -> list[Kept]:
        """The films as the cache sees them; remains are cleared away on this occasion."""
        with self._lock:
            for film in [film for film in self._films.values() if not film.done and not film.watched and film.stale]:
                self._forget(film)
            return [_Kept(self, film) for film in self._films.values()]

    def _forget(self, film: Film, *, force: bool = False) -> None:
        with self._lock:
            if film.drop(force=force) and self._films.get(film.key) is film:
                del self._films[film.key]


class _Kept:
    """A film as the cache sees it."""

    def __init__(self, films: Films, film: Film) -> None:
        self.nbytes, self.used, self.watched = film.nbytes, film.used, film.watched
        self._films, self._film = films, film

    def drop(self) -> None:
        self._films._forget(self._film)


def film_key(run: str, draw: Draw, beside: Sequence[Any], options: Options, words: Words) -> str:
    """The name of a film. The run's name is in it: where that cannot be guessed, nor can this."""
    view = [draw.__module__, draw.__qualname__, options.model_dump_json()]
    text = [words.slug, words.language, words.digest]
    facts = [run, *view, *text, digest_of("views", "charts", "runtime"), *(item.digest for item in beside)]
    return name(facts, private=is_private(beside))
