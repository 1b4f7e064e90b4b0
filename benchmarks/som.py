"""Self-organising map: ours beside MiniSom 2.3.6 and somoclu 1.7.6. Run with `python -m benchmarks.som`.

Both sides alternate in one process on one thread; times are medians of 9 pairs,
ratio = peer / ours, aim = the least ratio wanted.
"""

from importlib.util import find_spec

import numpy as np
from minisom import MiniSom
from sklearn.datasets import load_digits

from benchmarks import pairs
from benchmarks.pairs import Row
from engine.learning import som
from engine.learning.som import grid, measures, rules
from engine.learning.som.sheet import Sheet
from engine.points import points

SIDE, STEPS, EPOCHS, SIGMA, ALPHA = 20, 10_000, 10, 3.0, 0.5


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    return pairs.table("self-organising map", rows)


def online() -> Row:
    """The loop that `train` uses, on MiniSom's schedules and from its start; the same units must come out."""
    X, W, apart, alpha, sigma = _cloud()
    drawn = np.arange(STEPS) % len(X)
    ours = rules.walk(W, X, drawn, alpha, sigma, "gaussian", apart)[0]
    theirs = _minisom(X, W)
    theirs.train(X, STEPS)
    gap = np.abs(ours - theirs.get_weights().reshape(W.shape)).max()
    assert gap < 1e-9, gap
    return pairs.row(
        "online, 20×20 Gaussian σ=3, 5,000×16, 10k steps",
        lambda: rules.walk(W, X, drawn, alpha, sigma, "gaussian", apart),
        lambda: _minisom(X, W).train(X, STEPS),
        aim=1.7,
        note=f"peer MiniSom.train; same units to {gap:.0e}",
    )


def online_with_frames() -> Row:
    """A whole run with its 61 frames, each with both errors, the U-matrix and the folds."""
    X, W, *_ = _cloud()
    params, data = _params(steps=STEPS, decay="asymptotic"), points(X)
    return pairs.row(
        "the same with 61 frames (for information)",
        lambda: list(som.train(params, data)),
        lambda: _minisom(X, W).train_random(X, STEPS),
        note="peer MiniSom.train_random, which measures nothing",
    )


def batch() -> Row:
    X, W, apart, _, sigma = _cloud(EPOCHS)
    return pairs.row(
        "batch, 20×20 Gaussian σ=3, 5,000×16, 10 epochs",
        lambda: _batch(X, W, apart, sigma),
        lambda: _minisom(X, W).train_batch_offline(X, EPOCHS),
        aim=20,
        note="peer MiniSom.train_batch_offline",
    )


def batch_somoclu() -> Row:
    X, W, apart, _, sigma = _cloud(EPOCHS)
    single = X.astype(np.float32)
    return pairs.row(
        "the same batch against somoclu",
        lambda: _batch(X, W, apart, sigma),
        (lambda: _somoclu(single)) if _has_somoclu() else None,
        aim=5,
        note="peer somoclu, float32" if _has_somoclu() else "peer somoclu is not installed here",
    )


def digits_online() -> Row:
    """MiniSom's own convention: pixels / 16, its random start, `train_random`, seed 0: QE 1.1319, TE 0.0356."""
    X = load_digits().data / 16
    params = _params(steps=STEPS, decay="linear", sigma_end=0.5)
    theirs = _minisom(X)
    theirs.train_random(X, STEPS)
    note = f"ours {_quality(params, X)}; MiniSom QE {theirs.quantization_error(X):.4f} TE {theirs.topographic_error(X):.4f}"
    return pairs.row(
        "digits online, 1,797×64, 10k steps (aim QE ≤ 1.13, TE ≤ .036)",
        lambda: list(som.train(params, points(X))),
        lambda: _minisom(X).train_random(X, STEPS),
        note=note,
    )


def digits_batch() -> Row:
    X = load_digits().data / 16
    single = X.astype(np.float32)
    params = _params(mode="batch", start="pca", epochs=EPOCHS, decay="exponential", sigma_end=0.4)
    note = f"ours {_quality(params, X)}"
    if _has_somoclu():
        codebook = _somoclu(single)
        best = rules.best_units(codebook, X)
        near = grid.neighbours(grid.offsets(grid.places(SIDE, SIDE, "rectangular")), "rectangular")
        te = measures.topographic_error(best, near)
        note += f"; somoclu QE {measures.quantisation_error(codebook, X, best[:, 0]):.4f} TE {te:.4f}"
    return pairs.row(
        "digits batch, 1,797×64, 10 epochs (aim QE ≤ .975)",
        lambda: list(som.train(params, points(X))),
        (lambda: _somoclu(single)) if _has_somoclu() else None,
        note=note,
    )


def _cloud(last: int = STEPS) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """N(0, 1) points, a start, the grid's squared distances, and MiniSom's schedules."""
    rng = np.random.default_rng(0)
    X, W = rng.standard_normal((5000, 16)), rng.standard_normal((SIDE * SIDE, 16))
    apart = grid.separation("gaussian", grid.offsets(grid.places(SIDE, SIDE, "rectangular")), "rectangular")
    s = np.arange(last)
    return X, W, apart, rules.alpha_at("asymptotic", ALPHA, s, last), rules.sigma_at("asymptotic", SIGMA, 1, s, last)


def _params(**values: object) -> Sheet:
    made: Sheet = som.Params(rows=SIDE, cols=SIDE, topology="rectangular", scaling="none", alpha=ALPHA, sigma=SIGMA, **values)
    return made


def _quality(params: Sheet, X: np.ndarray) -> str:
    *_, end = som.train(params, points(X))
    rate = f", α {params.alpha:g}" if isinstance(params, som.Online) else ""
    went = f"{params.decay}, σ {params.sigma:g} → {params.sigma_end:g}{rate}"
    return f"QE {end.error:.4f} TE {end.topographic:.4f} ({params.start} start, {went}, seed {params.seed})"


def _batch(X: np.ndarray, W: np.ndarray, apart: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    for width in sigma:
        first = rules.best_units(W, X, 1)[:, 0]
        W, _ = rules.batch_update(W, X, first, grid.neighbourhood("gaussian", apart, float(width)))
    return W


def _minisom(X: np.ndarray, W: np.ndarray | None = None) -> MiniSom:
    peer = MiniSom(SIDE, SIDE, X.shape[1], sigma=SIGMA, learning_rate=ALPHA, random_seed=0)
    if W is not None:
        peer.get_weights()[:] = W.reshape(SIDE, SIDE, -1)
    return peer


def _has_somoclu() -> bool:
    return find_spec("somoclu") is not None and find_spec("_somoclu_wrap") is not None


def _somoclu(X: np.ndarray) -> np.ndarray:
    from somoclu import Somoclu

    peer = Somoclu(SIDE, SIDE)
    peer.train(X, epochs=EPOCHS)
    return peer.codebook.reshape(SIDE * SIDE, -1).astype(float)


BENCHES = (online, online_with_frames, batch, batch_somoclu, digits_online, digits_batch)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
