"""How a class answers: votes per lesson and step, counted in the memory of one server. No names, one vote a visitor."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

LESSONS = 200  # the one that was asked for longest ago goes first
VOTES = 5000  # in one lesson; more are not taken
IDLE_SECONDS = 2 * 3600.0  # a lesson nobody looks at is forgotten


@dataclass
class Poll:
    """One lesson's votes."""

    seen: float = 0.0
    votes: dict[tuple[int, str], int] = field(default_factory=dict)  # (step, voter) → choice


class Tally:
    """All polls of a server, bounded. Safe for many threads."""

    def __init__(self, lessons: int = LESSONS, votes: int = VOTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._lessons, self._votes, self._clock = lessons, votes, clock
        self._polls: OrderedDict[str, Poll] = OrderedDict()  # the one touched last at the end
        self._lock = threading.Lock()

    def vote(self, lesson: str, step: int, choice: int, voter: str) -> bool:
        """Count a voter's first answer to a step; False when there is one already, or no room."""
        with self._lock:
            poll = self._touched(lesson, make=True)
            if poll is None or (step, voter) in poll.votes or len(poll.votes) >= self._votes:
                return False
            poll.votes[step, voter] = choice
            return True

    def counts(self, lesson: str, step: int, choices: int) -> list[int]:
        """How often each choice was taken."""
        with self._lock:
            poll = self._touched(lesson)
            found = Counter(choice for (at, _), choice in poll.votes.items() if at == step) if poll else Counter[int]()
        return [found[choice] for choice in range(choices)]

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._polls)

    def _touched(self, lesson: str, *, make: bool = False) -> Poll | None:
        self._forget()
        poll = self._polls.get(lesson)
        if poll is None and make:
            poll = self._polls[lesson] = Poll()
        if poll is not None:
            poll.seen = self._clock()
            self._polls.move_to_end(lesson)
        while len(self._polls) > self._lessons:
            self._polls.popitem(last=False)
        return poll

    def _forget(self) -> None:
        while self._polls:
            oldest = next(iter(self._polls.values()))
            if self._clock() - oldest.seen < IDLE_SECONDS:
                return
            self._polls.popitem(last=False)


TALLY = Tally()
