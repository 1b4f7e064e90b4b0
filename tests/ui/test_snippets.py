"""The lines under Code run as they are printed, and give the frames of the page."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import data
from runtime import server
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
ROOT = Path(__file__).parents[2]
LARGE = b"a,b\n" + b"\n".join(b"%f,%f" % tuple(row) for row in np.random.default_rng(0).normal(size=(600, 2)))
PACKED = data.pack(data.points([[0, 1], [2, 3], [4, 6.5], [1, 1]], ["a", "b"]))
CASES: list[tuple[str, dict[str, str]]] = [  # what pages open with, and more of each kind of run: tests/test_links.py
    ("som", {"som__rows": "6", "som__topology": "rectangular", "som__torus": "true", "som__sigma": "2.5", "data": "moons"}),
    ("som", {"som__close_up": "12", "data": f"~{PACKED}"}),
    ("som", {"data": "penguins", "som__columns": "flipper_length_mm|body_mass_g", "som__label": "island"}),
    ("em", {"em__model": "mixture", "em__k": "4", "em__seed": "3", "data": "old_faithful"}),
    ("ngram", {"ngram__order": "2", "ngram__estimator": "katz", "data": "little"}),
    ("word2vec", {"word2vec__show": "tree", "data": "little"}),
    ("decoding", {"decoding__strategy": "sampling", "decoding__temperature": "0.7", "data": "grammar"}),
    ("gcn", {"gcn__show": "train", "gcn__optimiser": "sgd", "gcn__epochs": "8", "data": "blocks"}),
    ("swin", {"swin__show": "trained", "data": "boots"}),
    ("diffusion", {"diffusion__what": "points", "diffusion__sampler": "ddpm", "diffusion__training": "100", "diffusion__timesteps": "50", "diffusion__seed": "2", "data": "rings"}),
]  # fmt: skip
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
RUN = """
import contextlib, io, json, sys
for code in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "snippet", "exec"), {"__name__": "__main__"})
    print(json.dumps(said.getvalue().splitlines()))
"""


def test_every_snippet_runs_as_printed_and_prints_the_frames_of_its_page(tmp_path, monkeypatch):
    monkeypatch.setattr("streamlit.tabs", _all_open)
    codes, frames = [], []
    for slug, link in CASES:
        page = opened(slug, **link)
        assert not page.exception, (slug, link)
        assert not page.error, (slug, link)
        codes.append(page.code[0].value)
        frames.append([str(frame.numbers()) for frame in _job().frames])
        server.start(0)
    page = opened()
    page.file_uploader[0].set_value(("large.csv", LARGE, "text/csv")).run()
    (tmp_path / "large.csv").write_bytes(LARGE)
    codes.append(page.code[0].value)
    frames.append([str(frame.numbers()) for frame in _job().frames])
    env = {
        "PYTHONPATH": str(ROOT),
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(codes), capture_output=True, text=True, cwd=tmp_path, env=env, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for case, expected, line in zip([*CASES, "upload"], frames, done.stdout.splitlines(), strict=True):
        assert_same(json.loads(line), expected, case)


def assert_same(printed: list[str], expected: list[str], case: object) -> None:
    """Word for word, and number for number but for the last bits of float32: another process may add in another order."""
    words, numbers = [[NUMBER.split(line) for line in lines] for lines in (printed, expected)], []
    assert words[0] == words[1], case
    for lines in (printed, expected):
        numbers.append([float(number) for line in lines for number in NUMBER.findall(line)])
    np.testing.assert_allclose(*numbers, rtol=1e-3, atol=1e-6, err_msg=str(case))


def _job():
    return list(server.running()[1]._films.values())[-1].job


def _all_open(names, **_):
    import streamlit as st

    class Open:
        open = True

        def __init__(self) -> None:
            self.box = st.container()

        def __enter__(self):
            return self.box.__enter__()

        def __exit__(self, *problem):
            return self.box.__exit__(*problem)

    return [Open() for _ in names]
