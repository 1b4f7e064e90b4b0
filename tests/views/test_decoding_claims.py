"""What the experiments of the decoding page claim is so, with the numbers of their runs."""

import numpy as np
import pytest

from engine import data
from engine.language import decoding
from tests import runs
from ui.text import LANGUAGES, theory
from views.language import decoding as view

EXPERIMENTS = {item.id: item for item in theory("decoding", "en").experiments}


def run(name, more=False, **change):
    item = EXPERIMENTS[name]
    values = item.set | (item.then_set if more else {}) | change
    options = {spec.name for spec in view.Options.specs()}
    params = decoding.Params(**{key: value for key, value in values.items() if key not in options})
    chosen = view.Options(**{key: value for key, value in values.items() if key in options})
    table = data.sample(item.data)
    frames = runs.frames(decoding.ALGORITHMS, params, table)
    words = theory("decoding", "en")
    return frames, [view.draw(frames, i, params, (table,), chosen, words) for i in (0, len(frames) - 1)][-1], table.columns[1:]


def answer(name):
    return EXPERIMENTS[name].question.choices[EXPERIMENTS[name].question.right]


def tally(frame, names):
    """Drawn sentences → how often, and their exact probability."""
    return {
        " ".join(names[t] for t in row if t >= 0): (int(count), float(np.exp(logq)))
        for row, count, logq in zip(frame.finished, frame.finished_count, frame.finished_logq, strict=True)
    }


def test_two_prefixes_find_what_greedy_misses():
    frames, picture, _ = run("missed")
    assert picture.numbers["sentence"] == "A C B <eos>"
    assert np.exp([picture.numbers["logp"], frames[-1].greedy]) == pytest.approx([0.054, 0.048])
    assert answer("missed") == "yes"


def test_of_everything_the_end_alone_is_the_likeliest_until_alpha_is_raised():
    _, picture, _ = run("all")
    assert (picture.numbers["sentence"], picture.numbers["probability"]) == ("<eos>", pytest.approx(0.1))
    assert answer("all") == "<eos> alone"
    assert run("all", alpha=0.341)[1].numbers["sentence"] == "A <eos>"
    assert run("all", alpha=0.343)[1].numbers["sentence"] == "A C B <eos>"
    assert run("all", more=True)[1].numbers["sentence"] == "A C B <eos>"


def test_wider_beams_leave_the_reference_behind_unless_length_counts():
    item = EXPERIMENTS["curse"]
    params = decoding.Params(strategy="widths", longest=8)
    table, words = data.sample("grammar"), theory("decoding", "en")
    frames = runs.frames(decoding.ALGORITHMS, params, table)

    def rows(alpha):
        options = view.Options(alpha=alpha, reference=item.set["reference"])
        return [view.draw(frames, i, params, (table,), options, words).numbers for i in range(len(frames))]

    plain, fair = rows(0.0), rows(item.then_set["alpha"])
    assert [row["logp"] for row in plain] == sorted(row["logp"] for row in plain)
    assert plain[-1]["agreement"] < plain[0]["agreement"]
    assert plain[-1]["sentence"] == "<eos>"
    assert fair[-1]["agreement"] > plain[-1]["agreement"]
    assert answer("curse") == "further away"


def test_the_commonest_of_200_samples_is_not_what_beam_search_finds():
    frames, _, names = run("dice")
    counts = tally(frames[-1], names)
    commonest = max(counts, key=lambda said: counts[said][0])
    assert commonest in ("<eos>", "A <eos>")
    assert counts["<eos>"][1] == pytest.approx(0.1)
    assert counts["A C B <eos>"][1] == pytest.approx(0.054)
    assert answer("dice") == "no"


@pytest.mark.parametrize("language", LANGUAGES)
def test_cooled_samples_come_to_greedys_sentence_and_not_to_the_likeliest(language):
    frames, _, names = run("cool")
    last, counts = frames[-1], tally(frames[-1], names)
    first = max(counts, key=lambda said: counts[said][0])
    assert first == "A B C <eos>"
    assert answer("cool").startswith(first)
    assert "<eos>" not in counts
    assert [names[t] for t in last.greedy_tokens] == first.split()
    assert np.exp([last.greedy, last.optimum]) == pytest.approx([0.048, 0.1])
    why = next(item for item in theory("decoding", language).experiments if item.id == "cool").question.why
    for said in (f"{counts[first][0]}", f"{counts[first][1]:.1f}", "200", "0.048", "0.1"):
        assert said in why


def test_heated_samples_are_of_many_kinds():
    cold, hot = run("cool")[0][-1], run("cool", more=True)[0][-1]
    assert len(hot.finished) > 3 * len(cold.finished)
