"""Lines in a deflate stream."""

import zlib

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.lines import MANY, RECENT, Lines, plain, rounded
from tests.runtime.helpers import read


def written(lines: Lines) -> bytes:
    return b"".join(lines.chunks)


def test_every_line_can_be_read_as_soon_as_it_is_written() -> None:
    lines = Lines()
    for i in range(3):
        lines.add({"line": i})
        assert read(written(lines)) == [{"line": k} for k in range(i + 1)]


def test_an_ended_stream_is_one_gzip_file() -> None:
    lines = Lines()
    lines.add({"a": 1}, more=True)
    lines.end()
    stream = zlib.decompressobj(31)
    assert orjson.loads(stream.decompress(written(lines))) == {"a": 1}
    assert stream.eof
    assert lines.nbytes == len(written(lines))


def test_an_array_is_sent_once_and_referred_to_after_that() -> None:
    lines, array = Lines(), np.arange(100.0)
    for _ in range(3):
        lines.add({"trace": lines.sent({"x": array, "y": array.copy(), "few": [1, 2, array], "name": "n"})})
    got = read(written(lines))
    assert [line for line in got if "value" in line] == [{"value": list(range(100))}]
    assert got[1:] == [{"trace": {"x": {"$": 0}, "y": {"$": 0}, "few": [1, 2, {"$": 0}], "name": "n"}}] * 3


def test_an_array_that_cannot_change_is_written_as_another_and_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def noted(array: np.ndarray) -> np.ndarray:
        looked.append(1)
        return rounded(array)

    monkeypatch.setattr("runtime.lines.rounded", noted)
    arrays = [np.linspace(k, k + 1, MANY) for k in range(RECENT + 1)]
    sent = []
    for writeable, often in ((True, 2 * len(arrays) + 1), (False, len(arrays) + 1)):  # the first is forgotten in the end
        lines = Lines()
        for array in (*arrays, *arrays[1:], arrays[0], arrays[0]):
            array.flags.writeable = writeable
            lines.add({"x": lines.sent(array)})
        sent.append(written(lines))
        assert len(looked) == often
        looked.clear()
    assert sent[0] == sent[1]


def test_what_is_short_is_not_worth_a_reference() -> None:
    lines = Lines()
    lines.add({"trace": lines.sent(np.arange(3))})
    assert read(written(lines)) == [{"trace": [0, 1, 2]}]


@pytest.mark.parametrize(
    ("value", "shown"), [(float("nan"), None), (np.float32(0.5), 0.5), (np.int64(3), 3), (np.bool_(True), True)]
)
def test_numbers_of_all_kinds_are_written(value: object, shown: object) -> None:
    lines = Lines()
    lines.add({"row": [plain(value)], "array": np.array([value])})
    assert read(written(lines)) == [{"row": [shown], "array": [shown]}]


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        Lines().add({"row": object()})


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20), st.integers(-12, 12))
def test_rounding_moves_no_number_by_a_thousandth_of_the_range(numbers: list[float], magnitude: int) -> None:
    array = np.array(numbers) * 10.0**magnitude
    assert np.abs(rounded(array) - array).max() <= max(np.ptp(array), 1e-300) * 1e-3 or np.ptp(array) < 1e-13


def test_small_numbers_do_not_become_nothing() -> None:
    assert rounded(np.array([1e-14, 2e-14])).tolist() == pytest.approx([1e-14, 2e-14])
    assert rounded(np.array([np.nan, np.inf])).tolist()[1] == np.inf
    assert rounded(np.array([])).tolist() == []
    assert rounded(np.array([1, 2])).tolist() == [1, 2]
