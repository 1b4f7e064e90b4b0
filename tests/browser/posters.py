"""Posters of the topics, from real runs and data: no type, thick lines, one lamp; by day, by night, and as the picture of a link.

`python -m tests.browser.posters [TOPIC …]`. A poster is a function that draws a topic's run on a sheet of 1280 × 720; a new topic
brings its own.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from charts import theme
from contents import SECTIONS
from engine import data
from engine.foundations import autograd, cross_entropy, optimisation, tensors
from engine.generative import diffusion
from engine.graphs import gcn
from engine.language import decoding, ngram, word2vec
from engine.learning import em, som
from engine.learning.som.grid import neighbours, offsets, places
from tests.browser.sheet import HIGH, WIDE, Sheet, fitted
from views.foundations.autograd_stage import stacks, stage

FOLDER = Path(__file__).parents[2] / "ui" / "static" / "thumbs"
CARD = (1200, 630)  # of the picture that a chat shows


@cache
def run(module: ModuleType, kind: str = "") -> tuple[Any, list[Any]]:
    """The data and the frames of what a topic opens with, or of another of its kinds."""
    chosen = next(one for one in module.ALGORITHMS if not kind or one.name == kind)
    sample = data.sample(chosen.sample)
    return sample, list(chosen.train(chosen.Params(), sample))


# ---- the topics


def of_autograd(sheet: Sheet) -> None:
    """Bands that come back and are piled up where paths merge; the lamp is on the last."""
    text, frames = run(autograd)
    there, frame = stage(text.lines), frames[-1]
    high, last = stacks(frame, there), 1
    spots = np.column_stack([there.x, there.y])
    low, span = spots.min(0) - [0.1, 0.26], np.array([0.3, 0.5]) + np.ptp(spots, axis=0)

    def at(points: np.ndarray) -> list[tuple[float, float]]:
        return [tuple(spot) for spot in (points - low) / span * [1160, 640] + [60, 40]]

    for edge in range(len(there.starts)):
        wide = np.array([[high.filled[edge], high.part[there.ends[edge]]]])
        band = there.laid.bands([edge], high.middle[[edge]], wide, (0.08, 0.05))
        sheet.area(at(np.stack([band["x"], band["y"]], 1)[:-1]), "accent" if edge == last else sheet.mixed("c1", 0.45))
        start = there.starts[edge]
        x, y, half = there.x[start] + 0.05, high.middle[edge], max(high.filled[edge] / 2, 0.006)
        (left, top), (right, bottom) = at(np.array([[x, y - half + 0.004], [x + 0.03, y + half - 0.004]]))
        sheet.box(left, top, right, bottom, "accent" if edge == last else "c1")
    for spot in at(spots[list(there.nodes)]):
        sheet.dot(spot, 26, "surface", "ink", 7)


def of_som(sheet: Sheet) -> None:
    """The sheet along three species of penguins."""
    params, birds = som.Online(), data.sample("penguins")
    *_, frame = som.online(params, birds)
    units = frame.units.reshape(-1, 2)
    spots = fitted(np.concatenate([birds.X, units]), 70, 50, 1210, 670)
    spots, sheet_spots = spots[: len(birds.X)], spots[len(birds.X) :]
    for spot, label in zip(spots, birds.labels, strict=True):
        sheet.dot(tuple(spot), 13, sheet.mixed(f"c{label + 1}", 0.75))
    touching = np.argwhere(np.triu(neighbours(offsets(places(params.rows, params.cols, params.topology)), params.topology)))
    for a, b in touching:
        sheet.line([tuple(sheet_spots[a]), tuple(sheet_spots[b])], "ink", 3.5)
    sheet.dot(tuple(sheet_spots[frame.winner[0] * params.cols + frame.winner[1]]), 26, None, "accent", 10)


def of_em(sheet: Sheet) -> None:
    """Two Gaussians over Old Faithful's eruptions."""
    points, frames = run(em, "mixture")
    frame = frames[-1]
    angles = np.linspace(0, 2 * np.pi, 90)
    circle = np.stack([np.cos(angles), np.sin(angles)])  # (2, 90)
    rings = [
        (mean[:, None] + radius * np.linalg.cholesky(spread) @ circle).T
        for mean, spread in zip(frame.means, frame.covariances, strict=True)
        for radius in (1, 2.2)
    ]
    spots = fitted(np.concatenate([points.X, *rings, frame.means]), 60, 40, 1220, 680)
    for spot, (first, _) in zip(spots, frame.resp, strict=False):
        sheet.dot(tuple(spot), 13, sheet.mixed("c1", first, "c2"))
    for k in range(len(rings)):
        ring = spots[len(points.X) + 90 * k :][:90]
        sheet.line([tuple(spot) for spot in ring], "ink", 6 if k % 2 else 9)
    for k, spot in enumerate(spots[-2:]):
        sheet.dot(tuple(spot), 22, "tile", "accent" if k else "ink", 10)


def of_ngram(sheet: Sheet) -> None:
    """A sentence, each word as high as it surprises; one of them is the word of now."""
    bits = -np.log2(run(ngram)[1][-1].p)
    wide, high = 1100 / len(bits), 560 / bits.max()
    for k, value in enumerate(bits):
        left = 90 + k * wide
        sheet.box(left + 8, 650 - value * high, left + wide - 8, 650, "accent" if k == bits.argmax() else "ink")
    sheet.line([(80, 656), (1200, 656)], "edge", 6)


def of_decoding(sheet: Sheet) -> None:
    """The tree of beam search; a branch is as wide as it is likely, and the output found is lit."""
    frame = run(decoding)[1][-1]
    parents, depths, chances = frame.parent, frame.depth, np.exp(frame.logp)
    rows = leaves(parents)
    spots = fitted(np.stack([depths, -rows], axis=1).astype(float), 90, 60, 1190, 660)
    found, lit = int(frame.finished_node[0]), set()
    while found >= 0:
        lit.add(found)
        found = int(parents[found])
    for node in sorted(range(len(parents)), key=lambda node: node in lit):
        if parents[node] >= 0:
            branch(sheet, spots[parents[node]], spots[node], "accent" if node in lit else "ink", 4 + 34 * np.sqrt(chances[node]))
    for node, spot in enumerate(spots):
        sheet.dot(tuple(spot), 15, "accent" if node in lit else "tile", "" if node in lit else "ink", 5)


def leaves(parents: np.ndarray) -> np.ndarray:
    """The rows of a tree's nodes: a leaf has its own, a node stands amid its children."""
    children = [np.flatnonzero(parents == node) for node in range(len(parents))]
    rows, free = np.zeros(len(parents)), 0

    def walk(node: int) -> None:
        nonlocal free
        for child in children[node]:
            walk(int(child))
        rows[node] = rows[children[node]].mean() if len(children[node]) else free
        free += not len(children[node])

    walk(0)
    return rows


def branch(sheet: Sheet, start: np.ndarray, end: np.ndarray, role: str, width: float) -> None:
    """A curve that leaves and arrives level."""
    share = np.linspace(0, 1, 40)
    bent = share**2 * (3 - 2 * share)
    spots = np.stack([start[0] + share * (end[0] - start[0]), start[1] + bent * (end[1] - start[1])], axis=1)
    sheet.line([tuple(spot) for spot in spots], role, width)


def of_word2vec(sheet: Sheet) -> None:
    """The map of words, each as blue as it is like one of them."""
    frame = run(word2vec)[1][-1]
    spots = fitted(frame.places, 80, 60, 1200, 660)
    unit = frame.vectors / np.linalg.norm(frame.vectors, axis=1, keepdims=True)
    focus = list(frame.words).index("dog")
    alike = unit @ unit[focus]  # (words,): cosines
    for at in np.argsort(alike)[-9:-1]:
        sheet.line([tuple(spots[focus]), tuple(spots[at])], "ink", 5)
    for at in np.argsort(alike):
        sheet.dot(tuple(spots[at]), 21, sheet.mixed("c1", 0.15 + 0.85 * max(float(alike[at]), 0)))
    sheet.dot(tuple(spots[focus]), 26, "accent")


def of_gcn(sheet: Sheet) -> None:
    """The karate club: what one node hears from its neighbours."""
    club, frames = run(gcn, "propagate")
    frame = frames[-1]
    spots, node = fitted(frame.pos, 80, 60, 1200, 660), 33
    near = {int(other) for pair in club.edges for other in pair if node in pair} - {node}
    for a, b in club.edges:
        told = node in (a, b)
        sheet.line([tuple(spots[a]), tuple(spots[b])], "accent" if told else sheet.mixed("ink", 0.35), 8 if told else 4)
    for at, spot in enumerate(spots):
        sheet.dot(tuple(spot), 26 if at in near else 20, f"c{int(club.labels[at]) + 1}", "ink" if at in near else "", 5)
    sheet.dot(tuple(spots[node]), 36, "accent")


def of_swin(sheet: Sheet) -> None:
    """A cat cut into windows that have been shifted; one of them is lit."""
    cat = np.asarray(data.sample("chelsea").pixels)
    cat = cat if cat.max() > 1 else cat * 255
    shift, size = 3 * 24, 168
    side = Image.fromarray(cat.astype(np.uint8)).resize((1320, 880), Image.Resampling.LANCZOS).crop((20, 100, 1300, 820))
    sheet.paste(np.asarray(side), 0, 0, WIDE, HIGH, smooth=True)
    for x in range(-shift, WIDE, size):
        sheet.line([(x, 0), (x, HIGH)], "tile", 10)
    for y in range(-shift, HIGH, size):
        sheet.line([(0, y), (WIDE, y)], "tile", 10)
    left, top = size * 3 - shift, size * 2 - shift
    sheet.box(left, top, left + size, top + size, None, "accent", 14)


def of_diffusion(sheet: Sheet) -> None:
    """One digit, out of noise in eight steps; the lamp is on the last."""
    _, frames = run(diffusion)
    shown = [frames[round(k)].x[0, 5] for k in np.linspace(0, len(frames) - 1, 8)]
    side, gap = 270, 30
    for k, pixels in enumerate(shown):
        left, top = 55 + (k % 4) * (side + gap), 70 + (k // 4) * (side + 2 * gap - 20)
        ink = np.clip((pixels + 1) / 2, 0, 1)[..., None]  # (28, 28, 1): 1 where there is ink
        paper, black = np.array(sheet.mixed("surface", 1)), np.array(sheet.mixed("ink", 1))
        sheet.paste(paper * (1 - ink) + black * ink, left, top, side, side)
        sheet.box(left, top, left + side, top + side, None, "accent" if k == 7 else "line", 12 if k == 7 else 3)


def of_optimisation(sheet: Sheet) -> None:
    """Six ways down a ravine, on lines of equal height; the lamp is where gradient descent has come."""
    frame = list(optimisation.race(optimisation.Race()))
    (left, right), (low, high) = (-2.6, 0.9), (-0.98, 0.99)
    x, y = np.meshgrid(np.linspace(left, right, WIDE), np.linspace(high, low, HIGH))
    bands = np.floor(10 * np.sqrt((x**2 + 100 * y**2) / 100))
    edges = (np.abs(np.diff(bands, axis=0, prepend=bands[:1])) + np.abs(np.diff(bands, axis=1, prepend=bands[:, :1]))) > 0
    edges |= np.roll(edges, 1, axis=0)
    tints = np.array([sheet.mixed("c1", min(0.03 * band, 0.4), "surface") for band in range(int(bands.max()) + 1)])
    sheet.paste(np.where(edges[..., None], np.array(sheet.mixed("ink3", 0.45)), tints[bands.astype(int)]), 0, 0, WIDE, HIGH)
    way = np.concatenate([one.way for one in frame[:61]], axis=1)
    spots = np.stack([(way[..., 0] - left) / (right - left) * WIDE, (high - way[..., 1]) / (high - low) * HIGH], axis=-1)
    for k in (5, 4, 3, 1, 2, 0):
        sheet.line([tuple(spot) for spot in spots[k]], f"c{k + 1}", 13 if not k else 9)
    for k in range(1, 6):
        sheet.dot(tuple(spots[k, -1]), 21, f"c{k + 1}", "surface", 5)
    sheet.dot(tuple(spots[0, -1]), 32, "accent", "surface", 6)


def of_cross_entropy(sheet: Sheet) -> None:
    """Rectangles as wide as P and as high as Q surprises; hatched what is paid too much, and what is saved."""
    frame = run(cross_entropy)[1][0]
    right = 90 + 1100 * np.cumsum(frame.p)
    unit = 560 / frame.ceiling
    for left, end, top, floor in zip(right - 1100 * frame.p, right, frame.tops, frame.floors, strict=True):
        line, level = 660 - unit * floor, 660 - unit * top
        sheet.box(left + 6, max(line, level), end - 6, 660, sheet.mixed("c1", 0.35))
        hatched(
            sheet, left + 6, min(line, level), end - 6, max(line, level), "accent" if top > floor else "c1", rising=top > floor
        )
        sheet.line([(left + 12, level), (end - 12, level)], "ink", 14)


def hatched(sheet: Sheet, left: float, top: float, right: float, bottom: float, role: str, *, rising: bool) -> None:
    """Slanted strokes that fill a box."""
    for at in np.arange(left - (bottom - top), right, 34):
        start, end = max(at, left), min(at + bottom - top, right)
        spots = [(x, bottom - (x - at) if rising else top + (x - at)) for x in (start, end)]
        if end - start > 1:
            sheet.line(spots, role, 9)


def of_tensors(sheet: Sheet) -> None:
    """Four rows that all read the same four cells; one of them has just been written."""
    frame = run(tensors)[1][3]
    side, gap, left, top, low = 120, 24, 400, 40, 600
    lit = set(np.flatnonzero(frame.written).tolist())
    places = [(row, column, int(cell)) for (row, column), cell in zip(np.ndindex(4, 4), frame.reads(1), strict=True)]
    for row, column, cell in sorted(places, key=lambda place: place[2] in lit):
        x = left + side * column + side * (row + 1) / 5
        ends = np.array([left + side * 4 / 2 + 150 * (cell - 1.5), low])
        share = np.linspace(0, 1, 40)
        bent = share**2 * (3 - 2 * share)
        ways = np.stack([x + bent * (ends[0] - x), 400 + share * (low - 400)], 1)
        sheet.line([(x, top + 60), *map(tuple, ways)], "accent" if cell in lit else sheet.mixed("c1", 0.7), 7)
    for row, column, cell in places:
        x, y = left + side * column, top + (70 + gap) * row
        sheet.box(x, y, x + side, y + 70, "surface", "accent" if cell in lit else "c1", 7)
    for cell in range(4):
        x = left + side * 4 / 2 + 150 * (cell - 1.5)
        sheet.box(x - 75, low, x + 75, low + 90, "surface" if cell not in lit else "accent", "accent" if cell in lit else "c1", 9)


POSTERS: dict[str, Callable[[Sheet], None]] = {
    "tensors": of_tensors, "autograd": of_autograd, "optimisation": of_optimisation, "cross_entropy": of_cross_entropy,
    "som": of_som, "em": of_em, "ngram": of_ngram, "decoding": of_decoding, "word2vec": of_word2vec, "gcn": of_gcn,
    "swin": of_swin, "diffusion": of_diffusion,
}  # fmt: skip


def draw(slug: str) -> None:
    """Write a topic's files: two for the home page, one for links."""
    for mood, palette in (("light", theme.LIGHT), ("dark", theme.DARK)):
        sheet = Sheet(palette)
        POSTERS[slug](sheet)
        poster = sheet.done()
        poster.resize((WIDE // 2, HIGH // 2), Image.Resampling.LANCZOS).save(FOLDER / f"{slug}-{mood}.webp", quality=82, method=6)
        if mood == "light":
            whole = poster.resize((CARD[0], CARD[0] * HIGH // WIDE), Image.Resampling.LANCZOS)
            spare = (whole.height - CARD[1]) // 2
            whole.crop((0, spare, CARD[0], spare + CARD[1])).save(FOLDER / f"{slug}.jpg", quality=85, optimize=True)


def main(wanted: Sequence[str]) -> None:
    for slugs in SECTIONS.values():
        for slug in slugs:
            if not wanted or slug in wanted:
                draw(slug)


if __name__ == "__main__":
    main(sys.argv[1:])
