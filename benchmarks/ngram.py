"""N-gram models beside nltk.lm 3.10.4: fitting, scoring; and five megabytes. Run with `python -m benchmarks.ngram`.

Text: the 300 news items in gensim's tests, lower case, cut at white space; 270 to learn from, 30 to judge. Interpolated
Kneser–Ney, trigrams. nltk scores a word in milliseconds, so it is given 10 of them and both times are those of one word.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TypedDict

from benchmarks import pairs
from benchmarks.pairs import duration
from engine.language import corpus, ngram
from engine.language.counts import count
from engine.language.smoothing import Settings, fit, perplexity
from engine.samples import sample
from engine.texts import text

SCORED = 10  # words that nltk scores


class Row(TypedDict):
    name: str
    ours_s: float
    peer_s: float | None
    ratio: float | None
    aim: str
    met: bool
    note: str


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| n-gram models | ours | peer | ratio | aim | |", "|---|---|---|---|---|---|"]
    for row in rows:
        peer = duration(row["peer_s"]) if row["peer_s"] else "–"
        ratio = f"{row['ratio']:,.1f}×" if row["ratio"] else "–"
        aim = f"{row['aim']}, {'met' if row['met'] else '**missed**'}" if row["aim"] else "–"
        lines.append(f"| {row['name']} | {duration(row['ours_s'])} | {peer} | {ratio} | {aim} | {row['note']} |")
    return "\n".join(lines)


def fitting() -> Row:
    """From tokens to a model that can be asked."""
    learn, _ = _lee()
    ours = lambda: fit(count(learn, 3), "interpolated_kn", Settings(discount=0.1))  # noqa: E731
    return _pair("fit an interpolated Kneser–Ney trigram model", lambda: pairs.seconds(ours), _nltk_fit(), 5, "")


def scoring() -> Row:
    """A held-out word."""
    learn, judge = _lee()
    model = fit(count(learn, 3), "interpolated_kn", Settings(discount=0.1))
    words = sum(len(line) + 1 for line in judge)
    peer = None
    if find_spec("nltk"):
        theirs = _nltk_model()
        line = judge[0]

        def peer() -> float:
            return pairs.seconds(lambda: [theirs.score(line[k], line[k - 2 : k]) for k in range(2, 2 + SCORED)]) / SCORED

    note = f"{words:,} words at once"
    return _pair("score a word", lambda: pairs.seconds(lambda: model.score(judge)) / words, peer, 1000, note)


def accuracy() -> Row:
    """KenLM's perplexity of the same split: modified Kneser–Ney, one start mark."""
    learn, judge = _lee()
    found: list[float] = []
    seconds = pairs.seconds(lambda: found.append(perplexity(fit(count(learn, 3, "one"), "modified_kn").score(judge).p)))
    met = abs(found[0] - 560.04) <= 0.02
    return Row(
        name="modified Kneser–Ney, fit and perplexity",
        ours_s=seconds,
        peer_s=None,
        ratio=None,
        aim="560.04 ± 0.02",
        met=met,
        note=f"perplexity {found[0]:.3f}; KenLM: 560.04",
    )


def five_megabytes() -> Row:
    """The longest text a visitor may bring, from characters to the end of the page's run."""
    lines = [line for name in ("moby", "pride", "northanger") for line in sample(name).lines]
    size = sum(map(len, lines))
    own = text((lines * (5_000_000 // size + 1))[: len(lines) * 5_000_000 // size])
    frames: list[object] = []
    seconds = pairs.seconds(lambda: frames.extend(ngram.train(ngram.Params(), own)))
    last = frames[-1]
    assert isinstance(last, ngram.NgramFrame)
    note = f"{last.tokens:,} tokens, {sum(getattr(frame, 'part', '') == 'read' for frame in frames)} frames of progress"
    return Row(
        name=f"cut and count {own.characters / 1e6:.1f} MB at order 3",
        ours_s=seconds,
        peer_s=None,
        ratio=None,
        aim="< 15 s",
        met=seconds < 15,
        note=note,
    )


def default_run() -> Row:
    """What the page opens with: all frames."""
    kind = ngram.ALGORITHMS[0]
    train, params, name = kind.train, kind.Params(), kind.sample
    text = sample(name)
    corpus._MEMORY.clear()
    seconds = pairs.seconds(lambda: list(train(params, text)))
    return Row(
        name="the default run, all frames", ours_s=seconds, peer_s=None, ratio=None, aim="≤ 2 s", met=seconds <= 2, note=""
    )


def _lee() -> tuple[list[list[str]], list[list[str]]]:
    import gensim

    path = Path(gensim.__file__).parent / "test" / "test_data" / "lee_background.cor"
    lines = [line.lower().split() for line in path.read_text(encoding="utf-8").splitlines()]
    return lines[:270], lines[270:300]


def _nltk_model():  # noqa: ANN202
    from nltk.lm import KneserNeyInterpolated
    from nltk.lm.preprocessing import padded_everygram_pipeline

    grams, vocabulary = padded_everygram_pipeline(3, _lee()[0])
    model = KneserNeyInterpolated(3)
    model.fit(grams, vocabulary)
    return model


def _nltk_fit() -> Callable[[], float] | None:
    return (lambda: pairs.seconds(_nltk_model)) if find_spec("nltk") else None


def _pair(name: str, ours: Callable[[], float], peer: Callable[[], float] | None, aim: float, note: str) -> Row:
    mine, theirs = pairs.timed(ours, peer)
    ratio = median(b / a for a, b in zip(mine, theirs, strict=True)) if theirs else None
    note = note if theirs else "peer nltk: not installed"
    return Row(
        name=name,
        ours_s=median(mine),
        peer_s=median(theirs) if theirs else None,
        ratio=ratio,
        aim=f"≥ {aim:,}×" if theirs else "",
        met=bool(ratio and ratio >= aim),
        note=note,
    )


BENCHES = [fitting, scoring, accuracy, five_megabytes, default_run]

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
