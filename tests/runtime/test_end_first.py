"""The picture that a page opens at comes first where its run is done; the others follow in order."""

import threading
from collections.abc import Callable
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

Filming = Callable[[Store], Films]


def opened(films: Films, job: Job, draw: Any = toys.draw, opens: int = -1, plane: str = "") -> Film:
    return films.open(job, draw, (), toys.Options(plane=plane), toys.Words(), opens)


def steps(content: bytes) -> list[int]:
    return [picture["step"] for picture in pictures(content)]


@pytest.mark.parametrize(
    ("opens", "order"), [(-1, [5, 0, 1, 2, 3, 4]), (3, [3, 0, 1, 2, 4, 5]), (0, [0, 1, 2, 3, 4, 5]), (9, [0, 1, 2, 3, 4, 5])]
)
def test_the_picture_a_page_opens_at_is_drawn_first_and_once(opens: int, order: list[int], inline: Store, films: Films) -> None:
    content = films.whole(opened(films, inline.start(run(steps=6), "a"), opens=opens))
    assert steps(content) == order
    assert [line["row"][0] for line in read(content) if "row" in line] == order
    said = [line["at"] for line in read(content) if "at" in line]
    assert said == ([order[0]] if order[0] else [])
    assert kinds(content).count("total") == 1
    assert kinds(content)[-1] == "done"
    assert [picture["step"] for picture in ordered(content).pictures] == list(range(6))  # as the player puts it


@pytest.mark.parametrize("count", [1, 2])
def test_a_film_of_few_pictures_is_whole(count: int, inline: Store, films: Films) -> None:
    assert sorted(steps(films.whole(opened(films, inline.start(run(steps=count), "a"))))) == list(range(count))


def test_a_run_that_broke_shows_where_it_broke_first(inline: Store, films: Films) -> None:
    content = films.whole(opened(films, inline.start(run(toys.diverge), "a")))
    assert steps(content) == [4, 0, 1, 2, 3]
    assert read(content)[-1]["error"]["diverged"]


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
        viewers.append(Viewer(films, film))
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
