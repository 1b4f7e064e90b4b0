"""Stores and films that are closed when their test is over."""

import faulthandler
from collections.abc import Callable, Iterator

import pytest

from runtime.films import Films
from runtime.store import Store
from tests.runtime import toys


@pytest.fixture
def stores() -> Iterator[Callable[[int], Store]]:
    made: list[Store] = []

    def make(lanes: int) -> Store:
        made.append(Store(lanes))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(stores: Callable[[int], Store]) -> Store:
    """One lane: what waits behind what is certain."""
    return stores(1)


@pytest.fixture
def inline(stores: Callable[[int], Store]) -> Store:
    return stores(0)


@pytest.fixture
def filming() -> Iterator[Callable[[Store], Films]]:
    made: list[Films] = []

    def make(store: Store) -> Films:
        made.append(Films(store))
        return made[-1]

    yield make
    for films in made:
        films.close()


@pytest.fixture
def films(inline: Store, filming: Callable[[Store], Films]) -> Films:
    return filming(inline)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing sent yet; and a test that waits for ever shows where, and ends the session."""
    toys.Data.sent.clear()
    faulthandler.dump_traceback_later(90, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
