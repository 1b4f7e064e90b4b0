"""Greedy, beam, sampling: the page."""

from engine.language import decoding
from ui.data import TABLE_OR_TEXT
from ui.shell import topic
from views.language import decoding as view

SAMPLES = ("notes", "steps", "five", "grammar", "markov", "northanger", "pride", "modern", "jueju")
topic(decoding, view, samples=SAMPLES, form=TABLE_OR_TEXT)
