"""Decoding: a model says how likely each next token is; a search, or a draw, turns that into a sentence.

Zhang et al., "Dive into Deep Learning", ch. 10.8; Wu et al., "Google's Neural Machine Translation System", 2016 (length
normalisation); Fan et al., "Hierarchical Neural Story Generation", 2018 (top-k); Holtzman et al., "The Curious Case of Neural
Text Degeneration", 2020 (top-p); Nguyen et al., "Turning Up the Heat: Min-p Sampling", 2024; Stahlberg & Byrne, "On NMT Search
Errors and Model Errors: Cat Got Your Tongue?", 2019 (the beam-search curse). Peer: transformers 5.24.0, `generate`.

A beam of width k judges all continuations of its k prefixes by log P, ties going to the earlier parent, then to the lower token.
An end token among the k best leaves the beam for the pool of finished sentences; one that ranks lower is dropped. The k best
others live on, so that finishing costs no place. At the longest length the k best of either kind are final. Length plays no part
in the search: it enters when the finished sentences are ranked, as log P / L^α with L counting the end token.
A beam of width 1 is greedy search: it stops where the end token is its best candidate.
"""

from engine.algorithm import Algorithm, Lines, together
from engine.language.decoding.beam import (
    Beam,
    Greedy,
    Search,
    Widths,
    beam_search,
    beam_step,
    every_width,
    greedy_search,
    wider,
)
from engine.language.decoding.exhaustive import Everything, Exhaustive, exhaustive_search
from engine.language.decoding.ground import ALIVE, CUT, EXPANDED, FINISHED, OPEN, PRUNED, Source
from engine.language.decoding.hypotheses import DecodingFrame, SampleFrame, SearchFrame, entropy, sentence_of
from engine.language.decoding.names import Tokens, tokens_of
from engine.language.decoding.paths import (
    Sentence,
    along,
    barren,
    counted,
    held,
    lead,
    only,
    overtaken,
    ranked,
    rivals,
    up_from,
)
from engine.language.decoding.samples import SAMPLES
from engine.language.decoding.sampling import Sampling, Tally, distribution, draw_samples, filtered, pick
from engine.language.decoding.yardsticks import agreement, crossing, greedy_sentence, likeliest, score, with_optimum

SEARCH: dict[str, Lines] = {
    "force": (Search.force, ("row = self.ask()", "tree.add(node, other", "self.keep(Live(")),
    "expand": (Search.ask, ("log_probs = self.ground.model.next_log_probs",)),
    "score": (beam_step, ("total =", "order =")),
    "prune": (Search.judge, ("kept =", "self.tree.state[node] = PRUNED", "self.keep(Live(")),
    "end": (with_optimum, ("tokens, logp = greedy_sentence(", "best = likeliest(")),
}
LEVELS: dict[str, Lines] = {
    "force": SEARCH["force"],
    "expand": (Everything.expand, ("row, following, following_logp, entropies = _asked(", "logp =", "ends =")),
    "end": SEARCH["end"],
}
DRAWS: dict[str, Lines] = {
    "ask": (distribution, ("log_probs = ground.ask(",)),
    "filter": (filtered, ("p = np.exp(", "p = _only(p, leading(", "p = _only(p, best[", "p = _only(p, np.flatnonzero(")),
    "draw": (pick, ("edges =", "found =")),
    "step": (Tally.draw, ("log_probs, q = asked(", "u = float(", "token = pick(", "tokens = (")),
}
WIDTHS: dict[str, Lines] = {"step": (wider, ("search = Search(", "*_, end = search.frames(", "if not search.lost"))}
RANKED = {
    "log_probs = self.ground.model.next_log_probs": "p = ⟦row⟧",
    "total = ": "total = ⟦logp⟧",
    "best = likeliest(": "⟦optimum⟧",
}
SUMMED = {"logp = level.logp": "logp = ⟦logp⟧", "best = likeliest(": "⟦optimum⟧"}
DRAWN = {
    "log_probs = ground.ask(": "p = ⟦row⟧",
    "found = int(np.searchsorted": "u = ⟦u⟧ → ⟦token⟧",
    "tokens = (*tokens": "⟦name⟧",
}
WIDENED = {"search = Search(": "width = ⟦width⟧", "*_, end = ": "logp = ⟦logp⟧"}

ALGORITHMS = (
    Algorithm("beam", beam_search, Beam, "notes", code=SEARCH, says=RANKED, was={"strategy": "beam"}),
    Algorithm("greedy", greedy_search, Greedy, "notes", code=SEARCH, says=RANKED, was={"strategy": "greedy"}),
    Algorithm("exhaustive", exhaustive_search, Exhaustive, "notes", code=LEVELS, says=SUMMED, was={"strategy": "exhaustive"}),
    Algorithm("sampling", draw_samples, Sampling, "notes", code=DRAWS, says=DRAWN, was={"strategy": "sampling"}),
    Algorithm("widths", every_width, Widths, "notes", code=WIDTHS, says=WIDENED, was={"strategy": "widths"}),
)
Params, search = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "ALIVE",
    "CUT",
    "EXPANDED",
    "FINISHED",
    "OPEN",
    "PRUNED",
    "SAMPLES",
    "Beam",
    "DecodingFrame",
    "Exhaustive",
    "Greedy",
    "Params",
    "SampleFrame",
    "Sampling",
    "SearchFrame",
    "Sentence",
    "Source",
    "Tokens",
    "Widths",
    "agreement",
    "along",
    "barren",
    "beam_search",
    "beam_step",
    "counted",
    "crossing",
    "draw_samples",
    "entropy",
    "every_width",
    "exhaustive_search",
    "filtered",
    "greedy_search",
    "greedy_sentence",
    "held",
    "lead",
    "likeliest",
    "only",
    "overtaken",
    "ranked",
    "rivals",
    "score",
    "search",
    "sentence_of",
    "tokens_of",
    "up_from",
]
