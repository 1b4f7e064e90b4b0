"""Word vectors: who is near whom, what is to c as b is to a, and a map that holds still while the vectors learn.

Analogies: Mikolov et al., "Linguistic Regularities in Continuous Space Word Representations", 2013. GloVe: Pennington et al.,
2014. Peer: gensim's KeyedVectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import numpy as np

DATASETS = Path(__file__).parents[3] / "assets" / "datasets"


def unit(E: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays."""
    length = np.linalg.norm(E, axis=-1, keepdims=True)
    return np.asarray(E / np.where(length > 0, length, 1))


def cosines(E: np.ndarray, v: np.ndarray) -> np.ndarray:
    """cos(e_i, v), (V,); 0 where either is a row of zeros."""
    length = np.sqrt(np.einsum("ij,ij->i", E, E)) * np.linalg.norm(v)
    return np.asarray(E @ v / np.where(length > 0, length, 1))


def compared(E: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """e_i · v, |e_i| and cos(e_i, v), (V,) each."""
    return E @ v, np.linalg.norm(E, axis=1), cosines(E, v)


def nearest(E: np.ndarray, v: np.ndarray, k: int, skip: Sequence[int] = ()) -> tuple[np.ndarray, np.ndarray]:
    """The k rows of E with the largest cosine to v, without those in `skip`, and their cosines; equal ones in their order."""
    cosine = cosines(E, v)
    cosine[list(skip)] = -np.inf
    k = max(0, min(k, len(E) - len(set(skip))))
    least = np.partition(-cosine, k - 1)[k - 1] if k else -np.inf  # to find it is ten times as quick as to order all
    near = np.flatnonzero(-cosine <= least)
    order = near[np.argsort(-cosine[near], kind="stable")][:k]
    return order, cosine[order]


def neighbours(E: np.ndarray, i: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest rows to row i, and their cosines."""
    return nearest(E, E[i], k, (i,))


def analogy(E: np.ndarray, a: int, b: int, c: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """What is to c as b is to a: the rows nearest to b − a + c, each of length 1, without the three."""
    return nearest(E, analogy_point(E, a, b, c), k, (a, b, c))


def analogy_point(E: np.ndarray, a: int, b: int, c: int) -> np.ndarray:
    """b − a + c of unit vectors, (d,)."""
    ua, ub, uc = unit(E[[a, b, c]])
    return np.asarray(ub - ua + uc)


def closest(word: str, words: Sequence[str]) -> str:
    """The word that is spelled most like another, or "" when none is like it."""
    found = get_close_matches(word.lower(), words, 1, 0.6) or get_close_matches(word, words, 1, 0.3)
    return found[0] if found else ""


# ----------------------------------------------------------------------------------------------------------------- the map


def basis(E: np.ndarray) -> np.ndarray:
    """The two directions (d, 2) in which unit vectors spread most; each points to the side of the farthest word."""
    U = unit(E)
    _, _, rows = np.linalg.svd(U - U.mean(0), full_matrices=False)
    found = np.zeros((E.shape[1], 2))
    found[:, : min(2, len(rows))] = rows[:2].T
    shadow = (U - U.mean(0)) @ found
    sign = np.sign(shadow[np.abs(shadow).argmax(0), [0, 1]])
    return np.asarray(found * np.where(sign == 0, 1, sign))


def turn(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The rotation or reflection (2, 2) that brings places (V, 2) nearest to others: orthogonal Procrustes."""
    left, _, right = np.linalg.svd(places.T @ onto)
    return np.asarray(left @ right)


def maps(course: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Places (V, 2) of the unit vectors of every epoch, on the basis of the last.

    Each map is turned in the plane onto the one after it, so what still moves is learning, not rotation. A turn in the plane has
    one degree of freedom: it cannot make chance look like knowledge, as a turn in all d dimensions could.
    """
    directions = basis(course[-1])
    made = [seen(course[-1], directions)]
    for E in reversed(course[:-1]):
        made.append(seen(E, directions, made[-1]))
    return made[::-1]


def seen(E: np.ndarray, directions: np.ndarray, onto: np.ndarray | None = None) -> np.ndarray:
    """Places (V, 2) of unit vectors along two directions (d, 2), turned in the plane onto other places."""
    U = unit(E)
    flat = (U - U.mean(0)) @ directions
    return np.asarray(flat if onto is None else flat @ turn(flat, onto), np.float32)


def spread(E: np.ndarray, places: np.ndarray) -> float:
    """The part of the unit vectors' squared distances from their mean that a map (V, 2) shows."""
    U = unit(E)
    whole = float(((U - U.mean(0)) ** 2).sum())
    return float((places.astype(float) ** 2).sum()) / whole if whole else 0.0


# ------------------------------------------------------------------------------------------------------------------- GloVe


@dataclass(frozen=True)
class Bundled:
    words: tuple[str, ...]  # 20,000, the most frequent first
    vectors: np.ndarray  # float32 (20000, 50)


@cache
def glove() -> Bundled:
    """The bundled GloVe vectors (6 billion words of Wikipedia and news, 50 dimensions), read once."""
    words = (DATASETS / "glove_6b_50d_20k_words.txt").read_text(encoding="utf-8").split()
    with np.load(DATASETS / "glove_6b_50d_20k_int8.npz", allow_pickle=False) as file:
        vectors = file["q"].astype(np.float32) * file["scale"].astype(np.float32)[:, None]
    vectors.flags.writeable = False
    return Bundled(tuple(words), vectors)
