"""Names of runs and films."""

import re
from pathlib import Path

import numpy as np
import pytest

from runtime import run as naming
from runtime.films import film_key
from runtime.run import Run, digest_of
from tests.runtime import toys
from tests.runtime.helpers import run

SAMPLE = toys.Data("a")
UPLOAD = toys.Data("a", origin="upload")
FILES = sorted(  # all that the engine may read beside its code
    file.relative_to(naming.ROOT) for folder in ("weights", "datasets") for file in (naming.ROOT / "assets" / folder).iterdir()
)


def other_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "SECRET", b"another server's")


def keys(
    made: Run, view: object = toys.draw, beside: tuple[toys.Data, ...] = (), language: str = "en", plane: str = ""
) -> tuple[str, str]:
    return made.key, film_key(made.key, view, beside, toys.Options(plane=plane), toys.Words(language))  # type: ignore[arg-type]


def test_equal_runs_have_equal_names() -> None:
    assert keys(run(toys.sums, SAMPLE)) == keys(run(toys.sums, toys.Data("a", np.zeros(3))))


@pytest.mark.parametrize("other", [run(toys.count), run(toys.sums), run(toys.sums, SAMPLE, steps=6), run(toys.sums, SAMPLE, seed=1),
                                   run(toys.sums, toys.Data("b")), run(toys.sums, SAMPLE, SAMPLE), run(toys.sums, UPLOAD)])  # fmt: skip
def test_whatever_differs_between_runs_differs_in_their_names(other: Run) -> None:
    assert other.key != run(toys.sums, SAMPLE).key


def test_whatever_differs_between_films_differs_in_their_names() -> None:
    made = run(toys.sums, SAMPLE)
    names = [
        keys(made),
        keys(made, toys.draw_badly),
        keys(made, beside=(SAMPLE,)),
        keys(made, language="zh"),
        keys(made, plane="x"),
    ]
    assert len({film for _, film in names}) == len(names)


def test_another_engine_gives_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    before = run().key
    monkeypatch.setattr(naming, "digest_of", lambda *folders: "another")
    assert run().key != before


def test_the_digest_of_sources_changes_with_content_and_with_names(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "ROOT", tmp_path)
    digests = set()
    for name, content in [("a.py", "x"), ("a.py", "y"), ("b.py", "y"), ("b.toml", "y")]:
        for file in tmp_path.glob("engine/*"):
            file.unlink()
        (tmp_path / "engine").mkdir(exist_ok=True)
        (tmp_path / "engine" / name).write_text(content)
        digests.add(digest_of.__wrapped__("engine"))
    assert len(digests) == 4
    (tmp_path / "engine" / "__pycache__").mkdir()
    (tmp_path / "engine" / "__pycache__" / "b.cpython.pyc").write_text("no source")
    assert digest_of.__wrapped__("engine") in digests


def test_what_names_a_run_is_read_in_every_folder_of_assets_that_the_engine_reads_numbers_from() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (naming.ROOT / "engine").rglob("*.py"))
    folders = {f"assets/{folder}" for folder in re.findall(r'"assets" / "(\w+)"', sources)}
    assert folders == set(naming.ENGINE) - {"engine"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_another_file_of_those_the_engine_reads_gives_other_names(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in naming.ENGINE:
        (tmp_path / folder).parent.mkdir(exist_ok=True)
        (tmp_path / folder).mkdir()
    (tmp_path / file).write_bytes(b"before")
    monkeypatch.setattr(naming, "ROOT", tmp_path)
    monkeypatch.setattr(naming, "digest_of", digest_of.__wrapped__)
    before = run().key
    (tmp_path / file).write_bytes(b"after")
    assert run().key != before


def test_the_names_of_samples_are_the_same_on_every_server(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(run(toys.sums, SAMPLE), beside=(SAMPLE,))
    other_secret(monkeypatch)
    assert keys(run(toys.sums, SAMPLE), beside=(SAMPLE,)) == before


@pytest.mark.parametrize("origin", ["upload", "edited", "own", "link", "samples"])
def test_nobody_can_guess_the_names_of_what_is_made_from_a_visitors_data(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> list[str]:
        own = toys.Data("a", origin=origin)
        return [*keys(run(toys.sums, own)), *keys(run(toys.sums, SAMPLE, own)), keys(run(toys.sums, SAMPLE), beside=(own,))[1]]

    before = names()
    other_secret(monkeypatch)
    assert not set(before) & set(names())
