"""What a model hands out is called by its name: of stupid back-off that is a score S, no probability."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.language.smoothing import SCORES
from engine.texts import Text
from views.look import Look, Words

OF_SCORES = {  # a word of probabilities → the same of scores
    "tree": "tree_of_scores",
    "list": "list_of_scores",
    "list_kept": "list_kept_of_scores",
    "probability": "probability_of_scores",
    "hover_root": "hover_root_of_scores",
    "optimum_ends": "optimum_ends_of_scores",
    "optimum_endless": "optimum_endless_of_scores",
    "alt_best": "alt_best_of_scores",
    "greedy_finds": "greedy_finds_of_scores",
    "mass": "mass_of_scores",
    "bars_asked": "bars_asked_of_scores",
    "bars": "bars_of_scores",
}


@dataclass(frozen=True)
class Named:
    """A topic's words as they are said of probabilities "p", or of scores "s"; a sentence may do for both."""

    words: Words
    unit: Literal["p", "s"]

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        return self.words.choices

    @property
    def columns(self) -> Mapping[str, str]:
        return self.words.columns

    def part(self, scene: str, *keys: str, **values: Any) -> str:
        """As `Words.part`."""
        if len(keys) > 1:
            return self.words.part(scene, *keys, self.unit, **values)
        key = OF_SCORES.get(keys[0], keys[0]) if self.unit == "s" else keys[0]
        return self.words.part(scene, key, **values)


def scores(look: Look[Any]) -> bool:
    """Whether the model of a run hands out scores."""
    return isinstance(look.data[0], Text) and look.params.estimator in SCORES


def named(look: Look[Any]) -> Look[Any]:
    """The look with words for what its model hands out."""
    return replace(look, words=Named(look.words, "s" if scores(look) else "p"))
