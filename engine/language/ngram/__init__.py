"""N-gram language models: count, estimate, multiply; and what twelve estimators say of words never seen together.

Jurafsky & Martin, "Speech and Language Processing", ch. 3; Chen & Goodman 1998 (smoothing). Peers: nltk.lm 3.10.4, KenLM 0.3.0.
Texts are read by `corpus` and counted by `counts`, the estimators stand in `smoothing`; here they are shown at work. A run
begins with reading the text, in frames of their own where it is long, and goes on with one of six things: the chain rule on a
sentence, one context under all estimators, the perplexity of held-out text, writing on, Jelinek–Mercer's weights by EM, Good and
Turing's counts.
"""

from engine.algorithm import Algorithm, Lines, together
from engine.language import corpus, smoothing
from engine.language.counts import END, START, UNK
from engine.language.ngram import factors, judging, sentences, writing
from engine.language.ngram.contexts import Context, ContextFrame, context
from engine.language.ngram.factors import Explained, explain
from engine.language.ngram.good_turing import Turing, TuringFrame, turing
from engine.language.ngram.judging import STRIP, Perplexity, PerplexityFrame, perplexity
from engine.language.ngram.mixing import Weights, WeightsFrame, weights
from engine.language.ngram.reading import NgramFrame, ReadFrame, joined, model_of
from engine.language.ngram.sentences import Sentence, SentenceFrame, sentence
from engine.language.ngram.writing import Generate, GenerateFrame, generate

READ: dict[str, Lines] = {"read": (corpus.reading, ("cut = _kept(", "lines += cut", "size += ", "seen.update("))}
COUNT: Lines = (factors.counted, ("node, m = ", "total = ", "found = "))
SPREAD: Lines = (smoothing.spread, ("p *= ", "p[counts.levels[m]", "return p"))
FACTORS: dict[str, Lines] = {
    "count": COUNT,
    "estimate": SPREAD,
    "accumulate": (sentences._factors, ("factors.append(now)",)),
    "end": (sentences._frame, ("bits=",)),
}
JUDGED: dict[str, Lines] = {"step": (judging._judged, ("scores = ", "p = _among_known", "return Judged("))}
DRAW: Lines = (writing._drawn, ("token = min(", "u, token = "))
WRITTEN: dict[str, Lines] = {
    "draw": DRAW,
    "end": DRAW,
    "stuck": (writing._tempered, ("if not q.any():",)),
    "expand": (writing._grown, ("logs = ", "total = ", "best = ")),
}
MIXED: dict[str, Lines] = {"step": (smoothing.mixing, ("joint = ", "total = ", "shares = ", "weights = shares"))}
WORTH: dict[str, Lines] = {"step": (smoothing.good_turing, ("raw = ", "slope, intercept = ", "line = ", "star = "))}
SHARED = {"p *= ": "⟦weight⟧ · ⟦lower⟧", "return p": "p = ⟦p⟧"}
MULTIPLIED = {
    "total = int(": "total = ⟦context⟧",
    "found = int(": "C = ⟦gram⟧",
    **SHARED,
    "factors.append(now)": "P = ⟦product⟧",
    "bits=": "bits = ⟦bits⟧",
}
SOLVED = {"raw = ": "⟦next⟧ · ⟦above⟧ / ⟦here⟧", "slope, intercept = ": "slope = ⟦slope⟧", "star = ": "r* = ⟦star⟧"}

ALGORITHMS = (
    Algorithm("sentence", sentence, Sentence, "northanger", code=READ | FACTORS, says=MULTIPLIED),
    Algorithm("context", context, Context, "northanger", code={**READ, "step": SPREAD}, says=SHARED),
    Algorithm(
        "perplexity", perplexity, Perplexity, "northanger", code=READ | JUDGED, says={"return Judged(": "PP = ⟦perplexity⟧"}
    ),
    Algorithm("generate", generate, Generate, "northanger", code=READ | WRITTEN, says={"token = min(": "u = ⟦u⟧ → ⟦name⟧"}),
    Algorithm("weights", weights, Weights, "northanger", code=READ | MIXED, says={"weights = shares": "⟦terms⟧"}),
    Algorithm("turing", turing, Turing, "northanger", code=READ | WORTH, says=SOLVED),
)
Params, train = together(ALGORITHMS)

__all__ = [
    "ALGORITHMS",
    "END",
    "START",
    "STRIP",
    "UNK",
    "Context",
    "ContextFrame",
    "Explained",
    "Generate",
    "GenerateFrame",
    "NgramFrame",
    "Params",
    "Perplexity",
    "PerplexityFrame",
    "ReadFrame",
    "Sentence",
    "SentenceFrame",
    "Turing",
    "TuringFrame",
    "Weights",
    "WeightsFrame",
    "context",
    "explain",
    "generate",
    "joined",
    "model_of",
    "perplexity",
    "sentence",
    "train",
    "turing",
    "weights",
]
