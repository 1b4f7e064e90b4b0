"""Films drawn in processes: byte for byte as in the thread, whatever happens to the process."""

import importlib
import logging
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contents import SECTIONS
from engine import data
from runtime import drawers, server, settings
from runtime.drawing import Pen
from runtime.films import Films
from runtime.run import Run
from runtime.store import Store
from tests.runtime import easels, toys
from tests.runtime.helpers import Viewer, ended, kinds, opened, pictures, read, run, until
from ui.text import LANGUAGES, theory

MB = 1_000_000
TOPICS = [(section, slug) for section, slugs in SECTIONS.items() for slug in slugs]
Drawing = Callable[..., Films]


@pytest.fixture
def drawing() -> Iterator[Drawing]:
    """Films of a store, with so many drawers; 0: the thread."""
    made: list[Films] = []

    def make(store: Store, count: int = 1) -> Films:
        made.append(Films(store, count))
        return made[-1]

    yield make
    for films in made:
        films.close()


def drawn(place: Path) -> list[tuple[int, int]]:
    """Who drew which picture."""
    lines = (place / "drawn").read_text().split("\n")[:-1]
    return [(int(process), int(picture)) for process, picture in map(str.split, lines)]


def by_the_thread(drawing: Drawing, store: Store, job: Any, draw: Any = toys.draw, **more: Any) -> bytes:
    films = drawing(store, 0)
    return films.whole(opened(films, job, draw, **more))


# ---- the same bytes


@pytest.mark.parametrize(("draw", "steps"), [(toys.draw, 40), (toys.draw_huge, 3)])
def test_a_drawer_writes_what_the_thread_writes(draw: Any, steps: int, inline: Store, drawing: Drawing) -> None:
    job = inline.start(run(toys.count, toys.Data("d"), steps=steps), "a")
    beside = (toys.Data("beside"),)
    films = drawing(inline)
    film = opened(films, job, draw, beside)
    assert films.whole(film) == by_the_thread(drawing, inline, job, draw, beside=beside)
    assert len(pictures(film.content())) == steps
    assert film.done


@pytest.mark.parametrize(("section", "slug"), TOPICS)
def test_what_a_page_opens_with_is_the_same_from_thread_and_drawer_growing_and_finished(
    section: str, slug: str, inline: Store, drawing: Drawing
) -> None:
    """Each topic in one language, in turn: what has a language reaches a drawer as words alone."""
    language = LANGUAGES[TOPICS.index((section, slug)) % len(LANGUAGES)]
    engine, view = importlib.import_module(f"engine.{section}.{slug}"), importlib.import_module(f"views.{section}.{slug}")
    kind, text = engine.ALGORITHMS[0], theory(slug, language)
    job = inline.start(Run(kind.train, kind.Params(), (data.sample(kind.sample),) if kind.sample else ()), "a")
    films = drawing(inline)
    film = films.open(job, view.draw, (), view.Options(), text)
    content = films.whole(film)
    pen, frames = Pen((view.draw, job.run.params, job.run.data, view.Options(), text), settings.FILM_MB * MB), []
    said = [{"head": read(content)[0]["head"]}, {"total": len(job.frames)}, {"course": len(job.frames)}]
    beginning = b"".join(chunk for chunk, _ in pen.take(said, job.frames))
    for i, frame in enumerate(job.frames):  # as it grows: no picture sees what comes after it
        frames.append(frame)
        growing = beginning + b"".join(chunk for chunk, problem in pen.take([i], frames))
        assert content.startswith(growing), i
        content, beginning = content[len(growing) :], b""
    assert content == b"".join(chunk for chunk, _ in pen.take([{"done": True}, None], frames))


def test_a_film_that_grows_in_a_drawer_is_the_same_as_a_finished_one(store: Store, drawing: Drawing, tmp_path: Path) -> None:
    films, job = drawing(store), store.start(run(toys.gated, steps=20, place=str(tmp_path)), "a")
    until(job, lambda: job.state == "running")
    viewer = Viewer(films, opened(films, job))
    for i in range(20):
        toys.say(tmp_path, f"gate-{i}")
        if i % 3 == 0:
            viewer.sees_pictures(i + 1)
    shown = [
        line for line in read(viewer.reads_to_the_end()) if not line.keys() & {"total", "course"}
    ]  # said when they are known
    assert shown == [line for line in read(by_the_thread(drawing, store, job)) if not line.keys() & {"total", "course"}]


def test_a_film_moves_to_a_drawer_with_its_first_picture(store: Store, drawing: Drawing, tmp_path: Path) -> None:
    films = drawing(store)
    job = store.start(run(toys.gated, steps=1, place=str(tmp_path)), "first")
    toys.wait_for(tmp_path, "at-0")
    waiting = store.start(run(toys.count), "a")
    film = opened(films, waiting)
    viewer = Viewer(films, film)
    viewer.sees(lambda got: "queued" in kinds(got))
    assert film.home is None
    assert film.pen
    toys.say(tmp_path, "gate-0")
    viewer.sees_pictures(1)
    assert film.pen is None
    assert viewer.reads_to_the_end() == films.whole(film)
    assert [line["queued"] for line in read(film.content()) if "queued" in line] == [0, None]
    assert ended(job).done


def test_a_run_is_drawn_for_many_in_several_drawers_at_once(inline: Store, drawing: Drawing, tmp_path: Path) -> None:
    films, job = drawing(inline, 2), inline.start(run(steps=30, place=str(tmp_path)), "a")
    viewers = [
        Viewer(films, films.open(job, easels.draw_noting, (), toys.Options(plane=str(k)), toys.Words())) for k in range(12)
    ]
    assert len({viewer.reads_to_the_end() for viewer in viewers}) == 1
    assert {process for process, _ in drawn(tmp_path)} == {process.pid for process in films.processes}


# ---- what is lost


def test_a_drawer_killed_in_the_middle_of_a_film_costs_its_viewers_nothing(
    inline: Store, drawing: Drawing, tmp_path: Path
) -> None:
    films, job = drawing(inline), inline.start(run(steps=30, place=str(tmp_path)), "a")
    viewer = Viewer(films, opened(films, job, easels.draw_gated))
    toys.wait_for(tmp_path, "waits")
    before = films.processes
    before[0].kill()
    toys.say(tmp_path, "go")
    assert viewer.reads_to_the_end() == by_the_thread(drawing, inline, job)
    assert films.replaced == 1
    assert films.processes != before


def test_one_lost_within_a_batch_leaves_out_no_line(inline: Store, drawing: Drawing, tmp_path: Path) -> None:
    """Picture 6 is asked for together with 5, which says how many there will be."""
    films, job = drawing(inline), inline.start(run(easels.changing, steps=12, seed=1, place=str(tmp_path)), "a")
    content = films.whole(opened(films, job, easels.draw_deadly))
    assert films.replaced == 1
    assert kinds(content).count("total") == 1
    assert content == by_the_thread(drawing, inline, job)


def test_a_film_over_which_two_drawers_are_lost_ends_with_an_error_and_the_others_go_on(
    inline: Store, drawing: Drawing, tmp_path: Path
) -> None:
    films, job = drawing(inline), inline.start(run(steps=12, seed=9, place=str(tmp_path)), "a")
    other = inline.start(run(steps=40), "a")
    viewer = Viewer(films, opened(films, other))
    film = opened(films, job, easels.draw_deadly)
    content = films.whole(film)
    assert read(content)[-1]["error"]["title"] == "The pictures could not be drawn"
    assert [picture["step"] for picture in pictures(content)] == [0, 1, 2, 3, 4, 5]
    assert not film.done
    assert films.get(film.key) is None  # asked for again, it is drawn anew
    assert viewer.reads_to_the_end() == by_the_thread(drawing, inline, other)
    assert films.replaced == 2


def test_one_that_dies_while_it_rests_is_blamed_on_no_film(inline: Store, drawing: Drawing) -> None:
    films = drawing(inline)
    for steps in (3, 4, 5):
        film = opened(films, inline.start(run(steps=steps), "a"))
        assert kinds(films.whole(film))[-1] == "done"
        assert film.lost == 0
        films.processes[0].kill()
        films.processes[0].join(20)
    assert films.replaced == 2


def test_a_drawer_that_falls_silent_is_replaced(
    inline: Store, drawing: Drawing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, job = drawing(inline), inline.start(run(place=str(tmp_path)), "a")
    viewer = Viewer(films, opened(films, job, easels.draw_stuck))
    toys.wait_for(tmp_path, "stuck")
    monkeypatch.setattr(settings, "SILENT_SECONDS", 0)
    toys.until(lambda: films.replaced == 1)
    monkeypatch.setattr(settings, "SILENT_SECONDS", 60)
    assert viewer.reads_to_the_end() == by_the_thread(drawing, inline, job)


def test_a_drawer_that_is_stopped_while_a_large_frame_is_written_does_not_hold_its_lane(
    inline: Store, drawing: Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawers, "WRITE_SECONDS", 0.2)
    films, large = drawing(inline), inline.start(run(steps=1, size=3_000_000, seed=1), "a")
    films.whole(opened(films, inline.start(run(), "a")))  # it is there
    os.kill(films.processes[0].pid, signal.SIGSTOP)
    monkeypatch.setattr(drawers, "WRITE_SECONDS", 60)  # for the next one
    assert films.whole(opened(films, large)) == by_the_thread(drawing, inline, large)
    assert films.replaced == 1


def test_a_host_that_refuses_a_process_is_asked_again(inline: Store, drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[int] = []

    def hire(count: int) -> drawers.Drawer:
        if not refused:
            refused.append(count)
            raise OSError("no more processes")
        return drawers.hire(count)

    monkeypatch.setattr("runtime.films.hire", hire)
    monkeypatch.setattr("runtime.films.AGAIN", 0.01)
    films = drawing(inline)
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"
    assert refused == [1]


# ---- what breaks


@pytest.mark.parametrize("draw", [toys.draw_badly, easels.draw_lost_file])
def test_a_view_that_breaks_in_a_drawer_ends_its_film_only(
    draw: Any, inline: Store, drawing: Drawing, caplog: pytest.LogCaptureFixture
) -> None:
    films = drawing(inline)
    with caplog.at_level(logging.ERROR, "theoria.workers"):
        content = films.whole(opened(films, inline.start(run(), "a"), draw))
    assert "detail" not in str(read(content)[-1]["error"])
    assert "a detail for the log only" in caplog.text
    assert len(pictures(content)) == 1
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"
    assert films.replaced == 0


def test_an_error_that_cannot_be_said_ends_its_film_only(inline: Store, drawing: Drawing) -> None:
    films = drawing(inline)
    film = opened(films, inline.start(run(), "a"), toys.draw_badly, language="a language that is not there")
    assert len(pictures(films.whole(film))) == 1
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"


def test_a_view_that_no_process_can_be_told_of_ends_its_film_only(inline: Store, drawing: Drawing) -> None:
    films = drawing(inline)
    assert pictures(films.whole(opened(films, inline.start(run(), "a"), toys.Recorder(drawn=[lambda: None])))) == []
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"


def test_a_film_too_big_ends_the_same_in_a_drawer(inline: Store, drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILM_MB", 1)
    films, job = drawing(inline), inline.start(run(steps=50), "a")
    film = opened(films, job, toys.draw_noise)
    content = films.whole(film)
    assert read(content)[-1]["error"]["title"] == "Too large to draw"
    assert film.done
    assert content == by_the_thread(drawing, inline, job, toys.draw_noise)
    assert kinds(films.whole(opened(films, job)))[-1] == "done"  # no answer was left in the pipe
    assert films.replaced == 0


# ---- who watches, and what goes


def test_drawing_stops_within_a_batch_when_nobody_watches_any_more(inline: Store, drawing: Drawing, tmp_path: Path) -> None:
    films, job = drawing(inline), inline.start(run(steps=40, place=str(tmp_path)), "a")
    film = opened(films, job, easels.draw_gated)
    viewer = Viewer(films, film)
    toys.wait_for(tmp_path, "waits")
    viewer.leave()
    toys.say(tmp_path, "go")
    films.whole(opened(films, inline.start(run(seed=5), "a")))  # the same drawer: it has seen to that batch
    assert [picture for _, picture in drawn(tmp_path)] == list(range(16))
    assert not film.ended.is_set()
    assert films.whole(film) == by_the_thread(drawing, inline, job)


def test_a_film_dropped_while_it_is_drawn_gets_no_line_more(inline: Store, drawing: Drawing, tmp_path: Path) -> None:
    films, job = drawing(inline), inline.start(run(steps=40, place=str(tmp_path)), "a")
    film = opened(films, job, easels.draw_gated)
    viewer = Viewer(films, film)
    toys.wait_for(tmp_path, "waits")
    assert film.drop(force=True)
    got = viewer.reads_to_the_end()
    toys.say(tmp_path, "go")
    again = opened(films, job, easels.draw_gated)
    assert again is not film
    assert films.whole(again) == by_the_thread(drawing, inline, job)
    assert film.content() == got
    assert films.replaced == 0


def test_frames_that_a_drawer_forgot_are_sent_again(inline: Store, drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawers, "KEPT", 0)
    films, jobs = drawing(inline), [inline.start(run(steps=20, seed=seed, size=8000), "a") for seed in range(3)]
    viewers = [Viewer(films, opened(films, job)) for job in jobs]
    assert [viewer.reads_to_the_end() for viewer in viewers] == [by_the_thread(drawing, inline, job) for job in jobs]
    assert films._hands[0].held == 0


def test_what_drawers_hold_counts_against_the_cache(inline: Store, drawing: Drawing) -> None:
    job = inline.start(run(steps=10, size=MB), "a")
    films = drawing(inline, 2)
    before = inline.nbytes()
    films.whole(opened(films, job))
    assert inline.nbytes() - before > 10 * MB
    assert sum(hand.held for hand in films._hands.values()) == sum(frame.nbytes for frame in job.frames)


def test_a_drawer_keeps_its_share_of_a_quarter_of_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CACHE_MB", 64)
    monkeypatch.setattr(drawers, "Drawer", lambda kept: kept)
    assert [drawers.hire(count) for count in (1, 2, 4)] == [16 * MB, 8 * MB, 4 * MB]
    monkeypatch.setattr(settings, "CACHE_MB", 4096)
    assert drawers.hire(2) == drawers.KEPT


def test_frames_of_a_run_computed_anew_are_not_mixed_with_the_old_ones(inline: Store, drawing: Drawing, tmp_path: Path) -> None:
    films, asked = drawing(inline), run(easels.drifting, steps=12, place=str(tmp_path))
    means = []
    for plane in "ab":
        job = inline.start(asked, "a")
        film = films.open(job, toys.draw, (), toys.Options(plane=plane), toys.Words())
        means.append([line["row"][1] for line in read(films.whole(film)) if "row" in line])
        inline._evict(job)
    assert means == [list(range(12)), list(range(100, 112))]


def test_data_and_words_are_sent_to_a_drawer_once(inline: Store, drawing: Drawing) -> None:
    films, sample = drawing(inline), toys.Data("d")
    for steps in (3, 4, 5):
        films.whole(opened(films, inline.start(run(toys.count, sample, steps=steps), "a")))
    assert Counter(toys.Data.sent)["d"] == 1


# ---- the processes


def test_a_drawer_has_the_engine_at_hand_and_no_streamlit_and_lets_others_go_first(
    inline: Store, drawing: Drawing, tmp_path: Path
) -> None:
    films = drawing(inline)
    text = theory("som", "en")
    film = films.open(inline.start(run(steps=1, place=str(tmp_path)), "a"), easels.draw_facts, (), toys.Options(), text)
    films.whole(film)
    modules = (tmp_path / "modules").read_text().split()
    assert "streamlit" not in modules
    assert {"ui.text", "engine.learning.som"} <= set(modules)
    assert f"nice={min(19, os.nice(0) + 5)}" in modules


def test_nothing_draws_beside_the_server_where_nothing_computes_beside_it(inline: Store) -> None:
    for lanes, count, processes in ((0, 2, 0), (1, 0, 0), (1, 2, 2)):
        _, films = server.start(lanes, count)
        toys.until(lambda films=films, processes=processes: len(films.processes) == processes)
        server.stop()
        assert films.processes == []
