"""Votes are counted once a visitor, bounded, and forgotten."""

import threading

from runtime import tally
from runtime.tally import Tally


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_visitor_votes_once_a_step():
    votes = Tally()
    assert votes.vote("a", 0, 1, "anna")
    assert not votes.vote("a", 0, 0, "anna")
    assert votes.vote("a", 1, 0, "anna")
    assert votes.vote("a", 0, 1, "ben")
    assert votes.counts("a", 0, 3) == [0, 2, 0]
    assert votes.counts("a", 1, 3) == [1, 0, 0]


def test_lessons_do_not_mix_and_asking_makes_none():
    votes = Tally()
    votes.vote("a", 0, 0, "anna")
    assert votes.counts("b", 0, 2) == [0, 0]
    assert len(votes) == 1


def test_a_lesson_nobody_looks_at_is_forgotten_and_one_that_is_looked_at_is_not():
    clock = Clock()
    votes = Tally(clock=clock)
    votes.vote("a", 0, 0, "anna")
    votes.vote("b", 0, 0, "anna")
    clock.now = tally.IDLE_SECONDS - 1
    votes.counts("b", 0, 2)
    clock.now = tally.IDLE_SECONDS + 1
    assert len(votes) == 1
    assert votes.counts("a", 0, 2) == [0, 0]
    assert votes.counts("b", 0, 2) == [1, 0]


def test_the_store_is_bounded_in_lessons_and_in_votes():
    votes = Tally(lessons=3, votes=2)
    for name in "abcd":
        votes.vote(name, 0, 0, "anna")
    assert len(votes) == 3
    assert votes.counts("a", 0, 1) == [0]
    assert votes.vote("d", 0, 0, "ben")
    assert not votes.vote("d", 0, 0, "carl")
    assert votes.counts("d", 0, 1) == [2]


def test_a_class_that_answers_at_the_same_moment_is_counted_whole():
    votes = Tally()
    start = threading.Barrier(20)

    def answer(group: int) -> None:
        start.wait(10)
        for k in range(50):
            votes.vote("a", 0, k % 2, f"{group}-{k % 40}")

    threads = [threading.Thread(target=answer, args=(group,)) for group in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert votes.counts("a", 0, 2) == [400, 400]
