"""Tables of prefixes: what follows how often, small enough to be searched by hand."""

from engine.samples import Samples, Sheet

SAMPLES: Samples = {name: Sheet(f"table_{name}.csv", whole=True) for name in ("notes", "steps", "five", "markov", "grammar")}
