"""N-gram language models: the page."""

from engine import data
from engine.language import ngram
from ui.dataset import TEXT
from ui.shell import topic
from views.language import ngram as view

topic(ngram, view, samples=(*data.TEXTS, *["peoples_daily"] * data.has_peoples_daily()), form=TEXT)
