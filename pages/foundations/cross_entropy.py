"""Cross entropy: the page."""

from engine.foundations import cross_entropy
from ui.data import PAIR
from ui.shell import topic
from views.foundations import cross_entropy as view

SAMPLES = ("halves", "opposite", "notes_q1", "notes_q2", "ten_digits", "ruled_out")
topic(cross_entropy, view, samples=SAMPLES, form=PAIR)
