"""The picture that a page opens at comes first where its run is done; the others follow in order, once somebody wants them."""

import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.film import Film
from runtime.films import Films
from runtime.jobs import Job
from runtime.store import Store
from tests.films import read as ordered
from tests.runtime import easels, toys
from tests.runtime.helpers import Viewer, kinds, pictures, read, run


@pytest.fixture
def made() -> Iterator[Callable[[Films], Films]]:
    """Films that are closed when the test is over."""
    all_: list[Films] = []
    yield lambda films: all_.append(films) or films  # type: ignore[func-returns-value]
    for films in all_:
        films.close()


Filming = Callable[[Store], Films]


def opened(films: Films, job: Job, draw: Any = toys.draw, opens: int = -1, plane: str = "") -> Film:
    return films.open(job, draw, (), toys.Options(plane=plane), toys.Words(), opens)


def steps(content: bytes) -> list[int]:
    return [picture["step"] for picture in pictures(content)]


@pytest.mark.parametrize(
    ("opens", "order"), [(-1, [5, 0, 1, 2, 3, 4]), (3, [3, 0, 1, 2, 4, 5]), (0, [0, 1, 2, 3, 4, 5]), (9, [5, 0, 1, 2, 3, 4])]
)
def test_the_picture_a_page_opens_at_is_drawn_first_and_once(opens: int, order: list[int], inline: Store, films: Films) -> None:
    content = films.whole(opened(films, inline.start(run(steps=6), "a"), opens=opens))
    assert steps(content) == order
    assert [line["row"][0] for line in read(content) if "row" in line] == order
    said = [line["at"] for line in read(content) if "at" in line]
    assert said == ([order[0]] if order[0] else [])
    assert kinds(content).count("total") == kinds(content).count("course") == 1
    assert kinds(content)[-1] == "done"
    assert [picture["step"] for picture in ordered(content).pictures] == list(range(6))  # as the player puts it


@pytest.mark.parametrize("count", [1, 2])
def test_a_film_of_few_pictures_is_whole(count: int, inline: Store, films: Films) -> None:
    assert sorted(steps(films.whole(opened(films, inline.start(run(steps=count), "a"))))) == list(range(count))


def test_a_run_that_broke_is_drawn_in_order_up_to_what_is_said_of_it(inline: Store, films: Films) -> None:
    content = Viewer(films, opened(films, inline.start(run(toys.diverge), "a")), whole=False).reads_to_the_end()
    assert steps(content) == [0, 1, 2, 3, 4]
    assert read(content)[-1]["error"]["diverged"]
    assert "course" not in kinds(content)


@pytest.mark.parametrize("drawers", [0, 1])
@pytest.mark.parametrize(
    ("opens", "order"), [(-1, [6, 0, 1, 2, 3, 4, 5]), (0, [0, 1, 2, 3, 4, 5, 6]), (2, [2, 0, 1, 3, 4, 5, 6])]
)
def test_no_more_than_the_opening_is_drawn_until_somebody_wants_the_whole(
    drawers: int, opens: int, order: list[int], inline: Store, made: Callable[[Films], Films]
) -> None:
    films, job = made(Films(inline, drawers)), inline.start(run(steps=7), "a")
    film = opened(films, job, opens=opens)
    opening = Viewer(films, film, whole=False).reads_to_the_end()
    assert steps(opening) == order[:1]
    (course,) = [line["course"] for line in read(opening) if "course" in line]
    assert course["step"] == [0, 1, 2, 3, 4, 5, 6]
    assert zlib.decompress(opening, 31)  # a file of its own, with an end
    assert film.drawn == 1
    assert not film.wants
    assert not film.ended.is_set()
    content = films.whole(film)
    assert steps(content) == order
    assert zlib.decompress(content, 31).startswith(zlib.decompress(opening, 31))
    assert Viewer(films, film, whole=False).reads_to_the_end() == opening  # who comes later reads no more than that
    here = made(Films(inline))
    assert content == here.whole(opened(here, job, opens=opens))


def test_who_reads_the_opening_of_a_run_that_grows_sees_it_grow(films: Films) -> None:
    job, frames = Job(run(steps=9)), list(toys.count(toys.Params(steps=9)))
    job.began()
    viewer = Viewer(films, opened(films, job), whole=False)
    for frame in frames[:3]:
        job.add(frame)
    viewer.sees_pictures(3)
    for frame in frames[3:]:
        job.add(frame)
    job.end(None)
    content = viewer.reads_to_the_end()
    assert steps(content)[:3] == [0, 1, 2]
    assert steps(content)[-1] == 8
    assert "course" in kinds(content)


def test_a_film_that_rests_goes_with_its_frames(inline: Store, films: Films) -> None:
    job = inline.start(run(steps=5), "a")
    film = opened(films, job)
    Viewer(films, film, whole=False).reads_to_the_end()
    inline._evict(job)
    assert films.get(film.key) is None  # its page opens it again
    assert film.job is None


def test_a_run_that_grows_is_drawn_in_order_up_to_where_it_is_done(films: Films) -> None:
    job = Job(run(steps=12))
    job.began()
    view, open_ = toys.Recorder(), threading.Event()
    stopped = threading.Event()

    def draw(frames: Any, i: int, *rest: Any) -> Any:
        if i == 2:
            stopped.set()
            assert open_.wait(20)
        return view(frames, i, *rest)

    viewer = Viewer(films, opened(films, job, draw))
    frames = list(toys.count(job.run.params))
    for frame in frames[:4]:
        job.add(frame)
    assert stopped.wait(20)  # the film is at picture 2 while the run comes to its end
    for frame in frames[4:]:
        job.add(frame)
    job.end(None)
    open_.set()
    viewer.reads_to_the_end()
    assert view.drawn == [0, 1, 2, 11, 3, 4, 5, 6, 7, 8, 9, 10]


def test_what_pages_open_at_is_drawn_for_everybody_before_the_rest(inline: Store, films: Films) -> None:
    drawn: list[Any] = []
    reached, gate = threading.Event(), threading.Event()

    def hold(frames: Any, i: int, *rest: Any) -> Any:
        reached.set()
        assert gate.wait(20)
        return toys.draw(frames, i, *rest)

    viewers = [Viewer(films, opened(films, inline.start(run(seed=1, steps=1), "a"), hold))]
    assert reached.wait(20)  # the lane is busy: the others are there when it comes back
    for name, opens in (("a", 0), ("b", -1), ("c", -1)):
        film = opened(films, inline.start(run(steps=5), "a"), toys.Recorder(name, drawn), opens)
        viewers.append(Viewer(films, film))  # who wants the whole waits for what others open at
        viewers[-1].sees(kinds)
    gate.set()
    for viewer in viewers:
        viewer.reads_to_the_end()
    assert drawn[:3] == [("a", 0), ("b", 4), ("c", 4)]
    assert sorted(drawn[3:]) == [(name, i) for name, rest in (("a", range(1, 5)), ("b", range(4)), ("c", range(4))) for i in rest]


def test_a_drawer_writes_the_same_and_one_that_is_lost_at_the_first_picture_leaves_out_no_line(
    inline: Store, filming: Filming, tmp_path: Path
) -> None:
    job = inline.start(run(steps=7, seed=1, place=str(tmp_path)), "a")
    films = Films(inline, 1)
    try:
        content = films.whole(opened(films, job, easels.draw_deadly))  # picture 6, which is first, ends its process
        assert films.replaced == 1
    finally:
        films.close()
    assert steps(content) == [6, 0, 1, 2, 3, 4, 5]
    assert content == (there := filming(inline)).whole(opened(there, job))
