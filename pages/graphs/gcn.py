"""Graph convolution: the page."""

from engine.graphs import gcn
from ui.data import GRAPH
from ui.shell import topic
from views.graphs import gcn as view

SAMPLES = ("karate", "art_philo_science", "les_miserables", "blocks", "grid", "ring", "large")
topic(gcn, view, samples=SAMPLES, form=GRAPH)
