"""The code tab shows all that a topic's algorithm is made of."""

from engine.language import decoding
from engine.learning import em, som
from ui import source


def files(module):
    return [source.file(part).rpartition("/")[2] for part in source.parts(module)]


def test_a_topic_is_shown_with_the_modules_of_its_section_that_it_is_built_on():
    assert files(decoding)[0] == "__init__.py"
    own, model = (
        {
            "beam.py",
            "exhaustive.py",
            "ground.py",
            "hypotheses.py",
            "lm.py",
            "names.py",
            "paths.py",
            "sampling.py",
            "yardsticks.py",
        },
        {"corpus.py", "counts.py", "smoothing.py", "tokens.py"},
    )
    assert set(files(decoding)[1:]) == own | model
    assert files(em)[0] == "__init__.py"
    assert set(files(em)[1:]) == {"bound.py", "two_coins.py", "mixtures.py", "tosses.py", "gaussians.py"}
    assert files(som)[0] == "__init__.py"
    assert set(files(som)[1:]) == {
        "all_at_once.py", "atlas.py", "grid.py", "measures.py", "one_by_one.py", "rules.py", "search.py", "sheet.py",
    }  # fmt: skip


def test_a_file_that_stands_alone_is_shown_as_one():
    assert files(som.grid) == ["grid.py"]
