"""Tensors."""
from engine.algorithm import Algorithm
from engine.foundations.tensors.samples import SAMPLES
from engine.foundations.tensors.script import Listing, ScriptFrame, script
ALGORITHMS = (Algorithm("script", script, Listing, "expanded_writes", opens=3),)
