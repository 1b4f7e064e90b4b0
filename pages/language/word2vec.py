"""word2vec: the page."""

from engine.language import word2vec
from engine.samples import has_peoples_daily
from ui.data import TEXT
from ui.shell import topic
from views.language import word2vec as view

SAMPLES = ["little", "little_zh", "pride", "northanger", "moby", "modern", "jueju", "tang", "song", "guwen", "cup"]
SAMPLES += ["peoples_daily"] * has_peoples_daily()
topic(word2vec, view, samples=SAMPLES, form={kind.name: TEXT for kind in word2vec.ALGORITHMS if kind.name != "glove"})
