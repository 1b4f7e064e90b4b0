"""What was understood of a file can be told in public: not a name, a cell or a word of it stands there."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image as Pillow

from engine import data
from engine.errors import DataError
from engine.readings import GUESS, Reading
from ui.data import GRAPH, PICTURE, POINTS, TABLE_OR_TEXT, TEXT
from ui.data.forms import Form
from ui.data.own import Own
from ui.data.picking import first_columns
from ui.data.telling import refused, understood

SECRET = "Zyxwv"


def lines_of(raw: bytes, name: str, form: Form, reading: Reading = GUESS) -> str:
    content = data.read_image(raw) if form is PICTURE else form.of_file(raw, name, reading)
    picked = (first_columns(content, "own"), content.label) if form.columns else None
    own = Own(content, name, len(raw), raw=b"" if form is PICTURE else raw, reading=reading)
    return "\n".join(understood(own, form, picked))


def test_a_table_is_told_by_its_reading_and_its_counts():
    raw = (
        f"{SECRET};{SECRET}2;kind\n".encode()
        + b"".join(b"%d,5;%d;a\n" % (k, k * k) for k in range(20))
        + f"?;3;{SECRET}\n".encode()
    )
    told = lines_of(raw, f"{SECRET}.csv", POINTS)
    for line in (f"file: .csv, {len(raw)} bytes", "read as: table", "separator: semicolon (guessed)", "decimal: comma (guessed)"):
        assert line in told
    assert "table: 21 rows, 3 columns, 2 of numbers" in told
    assert "looked at: 2 columns, 1 rows left out" in told
    assert "note: mark count=1 row=21" in told
    assert SECRET not in told


def test_what_was_chosen_instead_is_told_but_not_the_words_that_were_given():
    reading = data.Reading(marks=SECRET, decimal="comma")
    told = lines_of(f"a;b\n1,5;2\n2,5;{SECRET}\n3,5;4\n".encode(), "own.csv", POINTS, reading)
    assert "decimal: comma (chosen)" in told
    assert "marks: given" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("raw", "name", "form", "words"),
    [
        (f"{SECRET} goes.\n{SECRET} comes — “twice”.\n".encode("cp1252"), "a.txt", TEXT, ["read as: text", "text: 2 lines", "encoding=Windows-1252"]),
        (json.dumps([{SECRET: [SECRET, "b"]}]).encode(), "a.json", TEXT, ["read as: text", "note: field"]),
        (f"# {SECRET}\n{SECRET},B\nB,C\nC,{SECRET}\n".encode(), "a.csv", GRAPH, ["read as: graph", "graph: 3 nodes, 3 edges"]),
        (f"{SECRET}\nprefix,A,B\n,0.5,0.5\nA,0.4,0.6\n".encode(), f"a.{SECRET}", TABLE_OR_TEXT, ["file: other ending"]),
    ],
)  # fmt: skip
def test_texts_and_graphs_are_told_without_their_words(raw, name, form, words):
    told = lines_of(raw, name, form)
    for word in words:
        assert word in told
    assert SECRET not in told


def test_a_picture_is_told_by_its_sizes():
    file = io.BytesIO()
    Pillow.fromarray(np.zeros((700, 900), dtype=np.uint8)).save(file, "JPEG", comment=SECRET)
    told = lines_of(file.getvalue(), f"{SECRET}.JPG", PICTURE)
    assert "file: .jpg" in told
    assert "note: resized width=900 height=700 new_width=512 new_height=398" in told
    assert SECRET not in told


def test_a_file_that_was_refused_is_told_by_its_code():
    raw = f"{SECRET},b\n1\n2,3\n4,5\n".encode()
    problem = DataError("ragged", row=1, line=2, found=1, expected=2, cell=SECRET, value=9.87)
    assert refused(f"{SECRET}.csv", len(raw), raw, problem) == (
        f"file: .csv, {len(raw)} bytes",
        "refused: ragged row=1 line=2 found=1 expected=2",
    )


cells = some.text(alphabet="qQzZ7é字 ,;'\"", min_size=0, max_size=6).map(lambda text: f"{SECRET}{text}")


@given(some.lists(some.lists(cells, min_size=2, max_size=4), min_size=2, max_size=6), some.sampled_from(",;\t|"))
def test_no_word_of_any_table_is_told(rows, separator):
    raw = "\n".join(separator.join(row) for row in rows).encode()
    for form in (POINTS, GRAPH, TEXT):
        try:
            content = form.of_file(raw, f"{SECRET}.csv")
            said = understood(replace(Own(content, f"{SECRET}.csv", len(raw)), raw=raw), form)
        except DataError as problem:
            said = refused(f"{SECRET}.csv", len(raw), raw, problem)
        assert SECRET not in "\n".join(said)
