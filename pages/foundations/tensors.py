"""Tensors in memory: the page."""

from engine.foundations import tensors
from ui.data import script
from ui.shell import topic
from views.foundations import tensors as view

topic(tensors, view, samples=tuple(tensors.SAMPLES), form={"script": script(tensors.readable)})
