"""Expectation maximisation: the page."""

from engine.learning import em
from ui.data import EDITED_POINTS
from ui.shell import topic
from views.learning import em as view

CLOUDS = ("old_faithful", "penguins", "moons", "loner")
topic(em, view, samples={"coins": ("coins",), "mixture": CLOUDS, "by_k": CLOUDS}, form=EDITED_POINTS)
