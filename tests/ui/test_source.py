"""The code tab shows all that a topic's algorithm is made of."""

from engine.language import decoding
from engine.learning import em, som
from ui import source


def files(module):
    return [source.file(part).rpartition("/")[2] for part in source.parts(module)]


def test_a_topic_is_shown_with_the_modules_of_its_section_that_it_is_built_on():
    assert files(decoding)[0] == "__init__.py"
    own, model = (
        {"beam.py", "exhaustive.py", "ground.py", "hypotheses.py", "lm.py", "sampling.py", "yardsticks.py"},
        {"corpus.py", "counts.py", "smoothing.py", "tokens.py"},
    )
    assert set(files(decoding)[1:]) == own | model
    assert files(em)[0] == "__init__.py"
    assert set(files(em)[1:]) == {"bound.py", "two_coins.py", "mixtures.py", "tosses.py", "gaussians.py"}


def test_a_topic_in_one_file_is_shown_as_one():
    assert files(som) == ["som.py"]
