"""What a trained map is good for: units form classes as Ward's rule says, and all that is known of them becomes a table."""

import csv
import io

import numpy as np
import pytest

from engine import data
from engine.learning import som
from engine.learning.som import atlas, grid, rules
from tests import runs
from ui.text import LANGUAGES, theory


def last(name: str = "penguins", **params):
    cloud = data.sample(name)
    return runs.frames(som.ALGORITHMS, som.Params(**params), cloud)[-1], cloud


def scaled(frame, cloud) -> np.ndarray:
    return frame.units.reshape(-1, cloud.X.shape[1]) / rules.scales(cloud.X, "standard")[1]


@pytest.mark.parametrize("count", [2, 3, 7, 12])
def test_super_classes_are_those_of_scikit_learns_ward(count):
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.metrics import adjusted_rand_score

    frame, cloud = last()
    theirs = AgglomerativeClustering(count, linkage="ward").fit_predict(scaled(frame, cloud))
    assert adjusted_rand_score(theirs, som.superclasses(frame, cloud, count)) == 1


def test_classes_are_numbered_as_one_meets_them_row_by_row():
    frame, cloud = last()
    found = som.superclasses(frame, cloud, 9)
    assert list(dict.fromkeys(found.tolist())) == list(range(9))


def test_fewer_than_two_classes_are_none_and_units_in_one_place_stay_together():
    frame, cloud = last()
    assert not som.superclasses(frame, cloud, 0).any()
    assert not som.superclasses(frame, cloud, 1).any()
    still = data.points(np.zeros((5, 2)))
    (frame, *_) = som.online(som.Online(rows=3, cols=3, steps=100), still)
    assert not som.superclasses(frame, still, 4).any()


def test_the_agreement_with_labels_is_a_count():
    frame, cloud = last()
    classes = som.superclasses(frame, cloud, 3)
    of, labels = classes[frame.bmu], cloud.labels[frame.measured]
    right = sum(np.bincount(labels[of == k]).max() for k in range(3))
    assert atlas.agreement(frame, classes, cloud.labels) == pytest.approx(right / len(labels))
    assert [round(atlas.agreement(frame, som.superclasses(frame, cloud, k), cloud.labels), 3) for k in (2, 3, 4)] == [
        0.798,
        0.909,
        0.909,
    ]
    assert all("0.798" in item.why and "0.909" in item.why for item in map(regions, LANGUAGES))


def regions(language: str):
    return next(item.question for item in theory("som", language).experiments if item.id == "regions")


def test_an_index_that_suggests_a_number_finds_groups_where_there_are_none():
    from sklearn.metrics import davies_bouldin_score

    def suggested(name: str, seed: int) -> int:
        frame, cloud = last(name, seed=seed)
        W = scaled(frame, cloud)
        return min(range(2, 10), key=lambda k: davies_bouldin_score(W, som.superclasses(frame, cloud, k)))

    assert [suggested("penguins", seed) for seed in range(3)] == [3, 6, 3]
    assert [suggested("square", seed) for seed in range(3)] == [4, 9, 4]
    assert "3, 6 and 3 on the penguins from seeds 0, 1 and 2, and 4, 9 and 4 on the square" in theory("som", "en").prose
    assert "3、6、3（随机种子 0、1、2），在没有簇的正方形上却也给出 4、9、4" in theory("som", "zh").prose


def test_the_table_holds_every_unit_with_what_it_won():
    frame, cloud = last()
    head, *rows = csv.reader(io.StringIO(som.as_csv(frame, cloud, 3)))
    assert head == ["unit row", "unit column", *cloud.columns, "samples won", "commonest label", "super-class"]
    table = np.array([row[:5] for row in rows], dtype=float)
    assert table[:, :2].tolist() == [[row, col] for row in range(12) for col in range(12)]
    assert table[:, 2:4] == pytest.approx(frame.units.reshape(-1, 2), rel=1e-6)
    assert table[:, 4].sum() == len(frame.measured)
    assert [int(row[-1]) - 1 for row in rows] == som.superclasses(frame, cloud, 3).tolist()
    assert [row[-2] == "" for row in rows] == [row[-3] == "0" for row in rows]


def test_a_spreadsheet_takes_no_visitors_word_for_a_formula():
    cloud = data.points(np.arange(8.0).reshape(4, 2), ["=1+1", "b"], labels=[0, 0, 1, 1], label_names=["@x", "+y"])
    *_, frame = som.online(som.Online(rows=2, cols=2, steps=100), cloud)
    cells = [cell for row in csv.reader(io.StringIO(som.as_csv(frame, cloud))) for cell in row]
    assert {"'=1+1", "'@x"} <= set(cells)
    assert not [cell for cell in cells if cell[:1] in "=+@" and cell]


@pytest.mark.parametrize("topology", ["hexagonal", "rectangular"])
def test_the_lattice_joins_those_that_touch_but_no_diagonals(topology):
    lines = grid.lattice(4, 5, topology)
    near = grid.touching(4, 5, topology, False)
    assert near[lines[:, 0], lines[:, 1]].all()
    apart = np.linalg.norm(np.diff(grid.places(4, 5, topology)[lines], axis=1), axis=-1)
    assert apart == pytest.approx(np.ones_like(apart))


def test_the_first_grip_is_the_neighbourhood_of_a_winner_in_the_middle():
    params = som.Unfold(rows=5, cols=5, topology="rectangular")
    grip = som.search.first_grip(params, 2.0).reshape(5, 5)
    assert grip[2, 2] == 1
    assert grip[2, 4] == pytest.approx(np.exp(-0.5))
    assert grip.argmax() == grid.middle(5, 5, "rectangular") == 12
