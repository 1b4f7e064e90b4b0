"""Films: drawn on demand, once, for everybody."""

import asyncio
import logging
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from runtime import settings, workers
from runtime.film import Film
from runtime.films import Films
from runtime.jobs import Job
from runtime.store import Store
from tests.runtime import toys
from tests.runtime.helpers import Viewer, ended, kinds, opened, pictures, read, run, until

MB = 1_000_000
Filming = Callable[[Store], Films]


class Gate:
    """A view that stops before a picture until it is let through."""

    def __init__(self, before: int) -> None:
        self.__qualname__ = "Gate"
        self.before, self.reached, self.open = before, threading.Event(), threading.Event()
        self.drawn: list[int] = []

    def __call__(self, frames: object, i: int, *rest: object) -> object:
        if i == self.before:
            self.reached.set()
            assert self.open.wait(20)
        self.drawn.append(i)
        return toys.draw(frames, i, *rest)  # type: ignore[arg-type]


def settled(films: Films, seed: int = 99) -> None:
    """Wait until the drawing thread has seen to everything that came before this: it draws in turns."""
    job = Job(run(seed=seed))
    workers.compute_here(job)
    films.whole(opened(films, job))


def counts(film: Film, job: Job) -> tuple[int, int]:
    return film.watched, job.streams


# ---- drawing


def test_a_film_has_a_head_a_row_and_a_picture_for_every_step_and_an_end(inline: Store, films: Films) -> None:
    film = opened(films, inline.start(run(steps=3), "a"))
    content = films.whole(film)
    assert [kind for kind in kinds(content) if kind != "value"] == ["head", "total", "course", *["row", "picture"] * 3, "done"]
    assert read(content)[0]["head"]["columns"] == [["step", "Step"], ["mean", "Mean"]]
    assert [line["row"] for line in read(content) if "row" in line] == [[0, 0], [1, 1], [2, 2]]
    stream = zlib.decompressobj(31)
    stream.decompress(content)
    assert stream.eof
    assert film.done


def test_arrays_are_sent_once_in_a_film(inline: Store, films: Films) -> None:
    content = films.whole(opened(films, inline.start(run(steps=4), "a")))
    values = [line["value"] for line in read(content) if "value" in line]
    fixed = values.index(toys.FIXED.tolist())
    assert values.count(toys.FIXED.tolist()) == 1
    assert [picture["figure"]["data"][0]["x"] for picture in pictures(content)] == [{"$": fixed}] * 4
    assert len({picture["figure"]["layout"]["$"] for picture in pictures(content)}) == 1


def test_a_layout_for_huge_stages_is_sent_where_it_is_another(inline: Store, films: Films) -> None:
    content = films.whole(opened(films, inline.start(run(steps=3), "a"), toys.draw_huge))
    assert [picture.get("huge") for picture in pictures(content)] == [None, {"xaxis": {"domain": [0, 0.7]}}, None]


def test_equal_films_are_one(inline: Store, films: Films) -> None:
    job = inline.start(run(), "a")
    assert opened(films, job) is opened(films, job)
    assert opened(films, job) is not opened(films, job, language="zh")
    assert films.get(opened(films, job).key) is opened(films, job)
    assert films.get("unknown") is None


def test_nothing_is_drawn_while_nobody_watches(inline: Store, films: Films) -> None:
    view = toys.Recorder()
    film = opened(films, inline.start(run(), "a"), view)
    films.wake()
    settled(films)
    assert view.drawn == []
    films.whole(film)
    assert view.drawn == [0, 1, 2, 3, 4]


def test_drawing_stops_when_the_last_viewer_leaves_and_goes_on_where_it_was(inline: Store, films: Films) -> None:
    job, view = inline.start(run(steps=6), "a"), Gate(before=2)
    film = opened(films, job, view)
    viewer = Viewer(films, film)
    assert view.reached.wait(20)
    viewer.leave()
    assert counts(film, job) == (0, 0)
    view.open.set()
    settled(films)
    assert view.drawn == [0, 1, 2]  # the one that was being drawn
    assert not film.done
    content = films.whole(film)
    assert view.drawn == [0, 1, 2, 3, 4, 5]
    assert len(pictures(content)) == 6


def test_films_are_drawn_in_turn(inline: Store, filming: Filming) -> None:
    films, drawn, gate = filming(inline), [], Gate(before=0)
    views = [toys.Recorder(name, drawn) for name in "ab"]
    held = opened(films, inline.start(run(seed=1, steps=1), "a"), gate)
    viewers = [Viewer(films, held)]
    assert gate.reached.wait(20)  # the thread is busy: both others are there when it comes back
    both = [opened(films, inline.start(run(steps=3), "a"), view) for view in views]
    viewers += [Viewer(films, film) for film in both]
    for film, viewer in zip(both, viewers[1:], strict=True):
        viewer.sees(kinds)
        assert film.watched
    gate.open.set()
    for viewer in viewers:
        viewer.reads_to_the_end()
    assert drawn == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_everybody_sees_something_soon_and_equal_films_are_finished_one_after_another(inline: Store, filming: Filming) -> None:
    films, drawn, gate = filming(inline), [], Gate(before=0)
    held = opened(films, inline.start(run(seed=1, steps=1), "a"), gate)
    viewers = [Viewer(films, held)]
    assert gate.reached.wait(20)
    for name, steps in (("a", 7), ("b", 7), ("c", 2)):
        film = opened(films, inline.start(run(steps=steps), "a"), toys.Recorder(name, drawn))
        viewers.append(Viewer(films, film))
        viewers[-1].sees(kinds)
    gate.open.set()
    for viewer in viewers:
        viewer.reads_to_the_end()
    order = "".join(name for name, _ in drawn)
    assert order.startswith("abcabc")  # a picture for each, and another
    assert order[6:] == "aabbaaabbb"  # then up to three, then to the end


def test_a_film_follows_a_run_that_is_under_way(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, job = filming(store), store.start(run(toys.gated, steps=3, place=str(tmp_path)), "a")
    viewer = Viewer(films, opened(films, job))
    for i in range(3):
        toys.say(tmp_path, f"gate-{i}")
        viewer.sees_pictures(i + 1)
    assert kinds(viewer.reads_to_the_end())[-1] == "done"


def test_the_last_frame_is_drawn_though_it_comes_while_the_film_looks(inline: Store, films: Films) -> None:
    job = inline.start(run(steps=2), "a")
    last = job.frames.pop()
    job.state = "running"
    film = opened(films, job)

    class Late(list[object]):
        """Frames of which the last arrives, and the run ends, just after they were counted."""

        def __len__(self) -> int:
            found = super().__len__()
            if found == 1 and film._next == 1:
                self.append(last)
                job.state = "done"
            return found

    job.frames = Late(job.frames)  # type: ignore[assignment]
    film.enter()
    while not film.ended.is_set():
        film.draw_line()
    assert len(pictures(film.content())) == 2
    film.leave()


# ---- viewers


def test_every_viewer_gets_the_same_bytes_and_they_are_compressed_once(inline: Store, films: Films) -> None:
    view = Gate(before=2)
    film = opened(films, inline.start(run(steps=5), "a"), view)
    viewers = [Viewer(films, film) for _ in range(4)]
    assert view.reached.wait(20)
    viewers += [Viewer(films, film) for _ in range(4)]
    view.open.set()
    got = {viewer.reads_to_the_end() for viewer in viewers}
    got.add(Viewer(films, film).reads_to_the_end())
    assert got == {films.whole(film)}
    assert view.drawn == [0, 1, 2, 3, 4]


def test_viewers_wait_on_one_event_and_never_poll(inline: Store, films: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    view = Gate(before=1)
    film = opened(films, inline.start(run(steps=2), "a"), view)

    async def watch() -> tuple[int, set[asyncio.Event]]:
        loop, woken = asyncio.get_running_loop(), 0

        async def one() -> None:
            async for _ in film.stream(films.wake):
                pass

        tasks = [asyncio.create_task(one()) for _ in range(20)]
        await asyncio.to_thread(view.reached.wait, 20)
        for _ in range(5):  # what was on its way has arrived
            await asyncio.sleep(0)
        schedule = loop.call_soon_threadsafe

        def counted(*args: object, **more: object) -> object:
            nonlocal woken
            woken += 1
            return schedule(*args, **more)  # type: ignore[arg-type]

        events = set(film._bell._events.values())
        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
        view.open.set()
        await asyncio.gather(*tasks)
        return woken, events

    woken, events = asyncio.run(watch())
    assert len(events) == 1
    assert woken <= 3  # a picture, the end, for twenty viewers


def test_nobody_sleeps_to_wait(inline: Store, films: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    films.whole(opened(films, inline.start(run(), "a")))
    Viewer(films, opened(films, inline.start(run(), "a"), language="zh")).reads_to_the_end()
    assert not slept


def test_the_thread_rests_while_a_run_computes_its_first_frame(
    store: Store, filming: Filming, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, job = filming(store), store.start(run(toys.gated, steps=1, place=str(tmp_path)), "a")
    film, calls = opened(films, job), []
    draw_line = film.draw_line
    monkeypatch.setattr(film, "draw_line", lambda hand: (calls.append(1), draw_line(hand)))
    viewer = Viewer(films, film)
    until(job, lambda: job.state == "running")
    settled(films, 98)
    before = len(calls)
    settled(films, 99)
    assert len(calls) == before
    toys.say(tmp_path, "gate-0")
    viewer.reads_to_the_end()


def test_a_viewer_who_goes_is_not_counted_any_more(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, job = filming(store), store.start(run(toys.gated, steps=2, place=str(tmp_path)), "a")
    film = opened(films, job)
    viewers = [Viewer(films, film) for _ in range(3)]
    for viewer in viewers:
        viewer.sees(kinds)
    assert counts(film, job) == (3, 3)
    viewers[0].leave()
    assert counts(film, job) == (2, 2)
    for i in range(2):
        toys.say(tmp_path, f"gate-{i}")
    for viewer in viewers[1:]:
        viewer.reads_to_the_end()
    assert counts(film, job) == (0, 0)


def test_counting_many_viewers_on_many_threads_loses_none(inline: Store, films: Films) -> None:
    job = inline.start(run(), "a")
    film = opened(films, job)

    def come_and_go() -> None:
        for _ in range(2000):
            film.enter()
            film.leave()

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert counts(film, job) == (0, 0)


def test_an_event_loop_that_was_closed_is_forgotten(inline: Store, films: Films) -> None:
    film = opened(films, inline.start(run(), "a"))
    loop = asyncio.new_event_loop()

    async def come() -> None:
        film._bell.here()

    loop.run_until_complete(come())
    loop.close()
    assert kinds(films.whole(film))[-1] == "done"
    assert not film._bell._events


def test_a_whole_film_can_be_asked_for_from_many_threads(store: Store, filming: Filming) -> None:
    films = filming(store)
    asked = [opened(films, store.start(run(steps=steps), "a")) for steps in (3, 4, 5)] * 4
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda film=film: got.append(films.whole(film))) for film in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(got) == 12
    assert len(set(got)) == 3
    assert all(film.watched == 0 for film in asked)


# ---- the queue


def test_a_waiting_viewer_is_told_his_place(store: Store, filming: Filming, tmp_path: Path) -> None:
    films = filming(store)
    store.start(run(toys.gated, steps=1, place=str(tmp_path)), "first")
    toys.wait_for(tmp_path, "at-0")
    gates = [tmp_path / str(k) for k in range(3)]
    for gate in gates:
        gate.mkdir()
    jobs = [store.start(run(toys.gated, steps=1, seed=k, place=str(gate)), str(k)) for k, gate in enumerate(gates)]
    viewer = Viewer(films, opened(films, jobs[2]))
    viewer.sees(lambda got: "queued" in kinds(got))
    toys.say(tmp_path, "gate-0")
    toys.wait_for(gates[0], "at-0")
    viewer.sees(lambda got: kinds(got).count("queued") >= 2)
    toys.say(gates[0], "gate-0")
    toys.wait_for(gates[1], "at-0")
    viewer.sees(lambda got: kinds(got).count("queued") >= 3)
    toys.say(gates[1], "gate-0")
    toys.say(gates[2], "gate-0")
    content = viewer.reads_to_the_end()
    assert [line["queued"] for line in read(content) if "queued" in line] == [2, 1, 0, None]
    assert kinds(content).index("picture") > max(at for at, kind in enumerate(kinds(content)) if kind == "queued")


def test_a_run_that_need_not_wait_says_nothing_of_a_queue(inline: Store, films: Films) -> None:
    assert "queued" not in kinds(films.whole(opened(films, inline.start(run(), "a"))))


# ---- errors


def test_an_error_of_the_run_is_said_in_the_films_language(inline: Store, films: Films) -> None:
    said = {}
    for language in ("en", "zh"):
        content = films.whole(opened(films, inline.start(run(toys.diverge), "a"), language=language))
        said[language] = read(content)[-1]["error"]
        assert len(pictures(content)) == 5
        assert said[language]["diverged"]
    assert said["en"]["text"] != said["zh"]["text"]


def test_a_view_that_breaks_shows_a_number_and_the_other_films_go_on(
    inline: Store, films: Films, caplog: pytest.LogCaptureFixture
) -> None:
    broken = opened(films, inline.start(run(), "a"), toys.draw_badly)
    with caplog.at_level(logging.ERROR, "theoria.workers"):
        content = films.whole(broken)
    assert len(pictures(content)) == 1
    error = read(content)[-1]["error"]
    assert "detail" not in str(error)
    assert "a detail for the log only" in caplog.text
    assert any(
        word.strip(".;,") in caplog.text for word in error["text"].split() if len(word) > 7 and any(map(str.isdigit, word))
    )
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"
    assert not broken.done
    assert opened(films, inline.start(run(), "a"), toys.draw_badly) is not broken  # drawn anew when asked for anew
    assert films.get(broken.key) is not broken


def test_an_error_that_cannot_even_be_said_ends_its_film_only(
    inline: Store, films: Films, caplog: pytest.LogCaptureFixture
) -> None:
    film = opened(films, inline.start(run(), "a"), toys.draw_badly, language="a language that is not there")
    assert len(pictures(films.whole(film))) == 1
    assert kinds(films.whole(opened(films, inline.start(run(), "a"))))[-1] == "done"
    assert "film" in caplog.text


def test_a_film_that_grows_too_big_says_so(inline: Store, films: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILM_MB", 1)
    film = opened(films, inline.start(run(steps=50), "a"), toys.draw_noise)
    content = films.whole(film)
    assert len(content) < 2 * MB
    assert read(content)[-1]["error"]["title"] == "Too large to draw"
    assert 1 < len(pictures(content)) < 20
    assert film.done  # it will always end so


def test_viewers_are_told_that_a_run_is_computed_anew_and_see_every_picture_once(
    store: Store, filming: Filming, tmp_path: Path
) -> None:
    films, asked = filming(store), run(toys.stumble, place=str(tmp_path))
    viewer = Viewer(films, opened(films, store.start(asked, "a")))
    viewer.sees(lambda got: {"again": True} in read(got))
    toys.say(tmp_path, "go")
    content = viewer.reads_to_the_end()
    assert [picture["step"] for picture in pictures(content)] == [0, 1, 2, 3, 4]
    assert kinds(content)[-1] == "done"


def test_a_worker_lost_twice_is_said_but_not_kept(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, asked = filming(store), run(toys.crash, place=str(tmp_path))
    film = opened(films, ended(store.start(asked, "a")))
    content = films.whole(film)
    assert len(pictures(content)) == 1
    assert "error" in read(content)[-1]
    assert not film.done  # so no browser keeps it
    assert films.get(film.key) is None
    again = opened(films, store.start(asked, "a"))
    assert again is not film
    assert kinds(films.whole(again))[-1] == "done"
    assert again.key == film.key


# ---- what goes, and what stays


def test_a_finished_film_outlives_its_job_and_holds_no_frames(inline: Store, films: Films) -> None:
    job = inline.start(run(), "a")
    film = opened(films, job)
    content = films.whole(film)
    inline._evict(job)
    assert inline.get(job.key) is None
    assert films.get(film.key) is film
    assert film.job is None
    assert Viewer(films, film).reads_to_the_end() == content
    assert opened(films, inline.start(run(), "a")) is film  # computed again, the film still the same


def test_a_half_drawn_film_starts_anew_when_its_frames_went(inline: Store, films: Films) -> None:
    job = inline.start(run(), "a")
    film = opened(films, job)
    inline._evict(job)
    assert films.get(film.key) is None  # "gone": the player asks its page
    anew = opened(films, inline.start(run(), "a"))
    assert anew is not film
    assert kinds(films.whole(anew))[-1] == "done"


def test_the_viewers_of_a_cancelled_run_are_let_go_and_sent_to_a_new_film(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, asked = filming(store), run(toys.gated, steps=2, place=str(tmp_path))
    job = store.start(asked, "a")
    film = opened(films, job)
    viewer = Viewer(films, film)
    toys.say(tmp_path, "gate-0")
    viewer.sees_pictures(1)
    store._cancel(job)
    again = opened(films, store.start(asked, "a"))
    assert "done" not in kinds(viewer.reads_to_the_end())
    assert again is not film
    toys.say(tmp_path, "gate-1")
    assert kinds(films.whole(again))[-1] == "done"
    assert not film.done


def test_a_film_that_is_watched_is_never_evicted_and_the_least_recently_used_goes_first(
    inline: Store, filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = filming(inline)
    made = [opened(films, inline.start(run(steps=3), "a"), toys.draw_noise, language=language) for language in ("en", "zh")]
    watched = opened(films, inline.start(run(steps=4), "a"), toys.draw_noise)
    for film in [*made, watched]:
        films.whole(film)
    watched.enter()
    watched.used, made[0].used, made[1].used = 0.0, 2.0, 1.0
    for job in inline._jobs.values():
        job.used = time.monotonic()
    monkeypatch.setattr(settings, "CACHE_MB", (inline.nbytes() - MB // 2) / MB)
    inline.trim()
    assert films.get(watched.key) is watched
    assert films.get(made[0].key) is made[0]
    assert films.get(made[1].key) is None
    monkeypatch.setattr(settings, "CACHE_MB", 0)
    inline.trim()
    assert films.get(watched.key) is watched
    assert films.get(made[0].key) is None
    watched.leave()
    inline.trim()
    assert films.get(watched.key) is None
    assert inline.nbytes() == 0


def test_a_film_that_somebody_comes_to_see_while_room_is_made_stays(inline: Store, films: Films) -> None:
    film = opened(films, inline.start(run(), "a"))
    (seen,) = inline._kept()
    film.enter()
    seen.drop()
    assert films.get(film.key) is film
    film.leave()
    seen.drop()
    assert films.get(film.key) is None


def test_frames_give_way_before_films_which_keep_a_quarter_of_the_cache(
    inline: Store, filming: Filming, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = filming(inline)
    job = inline.start(run(steps=3, size=2 * MB), "a")
    film = opened(films, job, toys.draw_noise)
    films.whole(film)
    held = inline.start(run(seed=1, steps=3, size=2 * MB), "a")
    held.watch(1)
    film.used, job.used = 0.0, time.monotonic()
    monkeypatch.setattr(settings, "CACHE_MB", 5 * film.nbytes / MB)
    inline.trim()
    assert inline.nbytes() > 5 * film.nbytes  # what is watched stays
    assert job.evicted
    assert films.get(film.key) is film
    monkeypatch.setattr(settings, "CACHE_MB", 3 * film.nbytes / MB)
    inline.trim()
    assert films.get(film.key) is None


def test_a_dropped_film_ends_its_streams(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, job = filming(store), store.start(run(toys.gated, steps=2, place=str(tmp_path)), "a")
    film = opened(films, job)
    viewer = Viewer(films, film)
    toys.say(tmp_path, "gate-0")
    viewer.sees_pictures(1)
    assert not film.drop()
    assert film.drop(force=True)
    assert "done" not in kinds(viewer.reads_to_the_end())
    assert counts(film, job) == (0, 0)


def test_a_visitors_data_beside_a_film_counts_while_it_is_drawn(inline: Store, films: Films) -> None:
    upload = toys.Data("u", np.zeros(MB), origin="upload")
    film = opened(films, inline.start(run(), "a"), beside=(upload,))
    assert film.nbytes > 8 * MB
    films.whole(film)
    assert film.nbytes < MB


def test_a_job_has_one_listener_however_many_films_are_made_of_it(inline: Store, films: Films) -> None:
    job = inline.start(run(), "a")
    for plane in range(50):
        films.open(job, toys.draw, (), toys.Options(plane=str(plane)), toys.Words())
    assert len(job._listeners) == 1


def test_closing_ends_streams_and_waiting_threads(store: Store, filming: Filming, tmp_path: Path) -> None:
    films, job = filming(store), store.start(run(toys.gated, place=str(tmp_path)), "a")
    film = opened(films, job)
    viewer, got = Viewer(films, film), []
    thread = threading.Thread(target=lambda: got.append(films.whole(film)))
    thread.start()
    viewer.sees(kinds)
    films.close()
    viewer.reads_to_the_end()
    thread.join(20)
    assert got
    assert films.whole(opened(films, job))  # whoever comes late does not wait for ever
    assert not any(thread.is_alive() for thread in films._threads)
