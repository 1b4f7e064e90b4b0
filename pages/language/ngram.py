"""N-gram language models: the page."""

from engine.language import ngram
from engine.samples import TEXTS, has_peoples_daily
from ui.data import TEXT
from ui.shell import topic
from views.language import ngram as view

topic(ngram, view, samples=(*TEXTS, *["peoples_daily"] * has_peoples_daily()), form=TEXT)
