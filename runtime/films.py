"""Films by key, and the lanes that draw them: a thread each, and a drawer (a process) as a rule. Nobody watching, nothing drawn;
and no more than its opening of a film that nobody wants the whole of.

Whoever draws a film's first picture keeps the film. A lost drawer is replaced, and its films begin anew in others, unseen.

The picture that a page opens at is next, where the run is done; then the film with the fewest pictures, counted as 0, 1, 2–3,
4–7, 8–15 …; of equals the one that was opened first. So everybody sees soon what he waits for, and a class that opens long
films sees them finished one after another, not all at the end.
"""

import logging
import threading
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from typing import Any

from engine.errors import WorkerLost
from engine.params import Options
from runtime.drawers import Drawer, DrawerLost, hire
from runtime.drawing import HERE, Hand
from runtime.film import Draw, Film, Words
from runtime.jobs import Job
from runtime.run import digest_of, is_private, name
from runtime.store import Kept, Store

__all__ = ["Draw", "Film", "Films", "Words", "film_key"]
log = logging.getLogger("theoria.films")
AGAIN = 1.0  # seconds until a process that the host refused is asked for again


class Films:
    """All films of this process. They share the store's cache."""

    def __init__(self, store: Store, drawers: int = 0) -> None:
        self.replaced = 0  # drawers that were lost
        self._films: dict[str, Film] = {}
        self._lock = threading.RLock()
        self._store = store
        self._closed = threading.Event()
        self._drawers = drawers
        lanes = range(drawers or 1)
        self._hands: dict[int, Hand] = {} if drawers else {0: HERE}
        self._wakes = [threading.Event() for _ in lanes]
        store.share(self._kept)
        store.copies = lambda: sum(hand.held for hand in tuple(self._hands.values()))
        self._threads = [threading.Thread(target=self._lane, args=(k,), name=f"drawing-{k}", daemon=True) for k in lanes]
        for thread in self._threads:
            thread.start()

    @property
    def processes(self) -> list[BaseProcess]:
        """The drawers, as processes."""
        return [hand.process for hand in tuple(self._hands.values()) if isinstance(hand, Drawer)]

    def open(self, job: Job, draw: Draw, beside: tuple[Any, ...], options: Options, words: Words, opens: int = 0) -> Film:
        """The film of a job: the one that is there, or a new one, not yet drawn; opened at a picture, -1 the last."""
        key = film_key(job.key, draw, beside, options, words)
        with self._lock:
            film = self._films.get(key)
            if film and not film.done and (film.stale or film.job is not job):
                self._forget(film, force=True)  # half drawn from frames that are gone
                film = None
            if film is None:
                film = self._films[key] = Film(key, job, draw, beside, options, words, opens)
                job.listen(self.wake)
                if self._closed.is_set():
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
            self.wake()
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
        """Stir the lanes: a viewer came, or a frame."""
        for wake in self._wakes:
            wake.set()

    def close(self) -> None:
        """End drawing, and all streams."""
        self._closed.set()
        with self._lock:
            films = list(self._films.values())
        for hand in tuple(self._hands.values()):
            hand.interrupt()
        self.wake()
        for film in films:
            film.drop(force=True)
        until = time.monotonic() + 2
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _lane(self, number: int) -> None:
        wake = self._wakes[number]
        while not self._closed.is_set():
            hand = self._hand(number)
            if hand and (film := self._next(hand)):
                self._draw(film, hand)
                film.busy = False
            else:
                wake.wait()
                wake.clear()
        if hand := self._hands.pop(number, None):
            hand.kill()

    def _hand(self, number: int) -> Hand | None:
        """What this lane draws with; a new drawer where there is none, or it died. None when the host refuses."""
        hand = self._hands.get(number)
        if hand and hand.alive:
            return hand
        if hand:
            self._lose(self._hands.pop(number))
        try:
            self._hands[number] = hire(self._drawers)
        except (OSError, EOFError):
            log.exception("no new drawer")
            self._closed.wait(AGAIN)
            self._wakes[number].set()
        return self._hands.get(number)

    def _lose(self, hand: Hand) -> None:
        """Let a drawer go, and its films to others."""
        hand.kill()
        with self._lock:
            self.replaced += 1
            for film in self._films.values():
                if film.home is hand:
                    film.home = None
        self.wake()

    def _next(self, hand: Hand) -> Film | None:
        """The film that is next among those at home here, or nowhere."""
        with self._lock:
            films = [film for film in self._films.values() if film.watched and not film.busy and film.home in (None, hand)]
            film = min((film for film in films if film.wants), key=lambda film: film.turn, default=None)
            if film:
                film.busy = True
        return film

    def _draw(self, film: Film, hand: Hand) -> None:
        try:
            self._draw_line(film, hand)
            if film.ended.is_set():
                self._store.trim()
        except Exception:  # not even the error could be said; the others are to be drawn all the same
            log.exception("film %s", film.key)
            film.drop(force=True)
            hand.interrupt()  # there may be answers left in its pipe

    def _draw_line(self, film: Film, hand: Hand) -> None:
        try:
            film.draw_line(hand)
            if film.rests and film.home:
                hand.rest(film)
                film.home = None
        except DrawerLost as problem:
            hand.interrupt()
            film.lost += 1
            if film.lost > self._drawers and not self._closed.is_set():  # all of them at once may be somebody else's doing
                log.error("film %s: %s drawers were lost over it (%s)", film.key, film.lost, problem)
                film.give_up(WorkerLost("drawer_lost"))

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
