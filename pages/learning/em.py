"""Expectation maximisation: the page."""

from dataclasses import replace

from engine.learning import em
from ui.data import EDITED_POINTS
from ui.shell import topic
from views.learning import em as view

CLOUDS = ("old_faithful", "penguins", "moons", "loner")
FORMS = {"coins": replace(EDITED_POINTS, draws=""), "mixture": EDITED_POINTS, "by_k": EDITED_POINTS}  # tosses are counted
topic(em, view, samples={"coins": ("coins",), "mixture": CLOUDS, "by_k": CLOUDS}, form=FORMS)
