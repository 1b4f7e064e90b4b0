"""Edge lists as visitors bring them: every shape of file, what is noted, and what is refused with advice."""

import json
import pickle

import numpy as np
import pytest

from engine import data
from engine.edges import EDGES, NODES
from engine.errors import DataError, sentence


def read(text, name="edges.csv"):
    return data.graph_of(data.read_graph(text if isinstance(text, bytes) else text.encode(), name))


def codes(graph):
    return {code for code, _ in graph.notes}


def refused(code, text):
    with pytest.raises(DataError) as caught:
        read(text)
    assert caught.value.code == code
    for language in ("en", "zh"):
        assert "{" not in sentence(code, language).format(**caught.value.values).replace('{"nodes', "")


@pytest.mark.parametrize(
    "text",
    ["source,target\na,b\nb,c\n", "a,b\nb,c", "a\tb\nb\tc\n", "a b\nb c\n", "# a comment\na b\nb   c\n", "from;to\na;b\nb;c\n",
     '[["a","b"],["b","c"]]', '{"edges": [["a","b"],["b","c"]]}', '{"nodes": ["a","b","c"], "links": [{"source":"a","target":"b"},{"source":"b","target":"c"}]}',
     "\ufeffsource,target\r\na,b\r\nb,c\r\n", "起点,终点\na,b\nb,c\n"],
)  # fmt: skip
def test_an_edge_list_is_read_in_whatever_shape_it_comes(text):
    graph = read(text)
    assert graph.names == ("a", "b", "c")
    assert graph.edges.tolist() == [[0, 1], [1, 2]]


def test_encodings_are_those_of_tables():
    assert read("起点,终点\n甲,乙\n".encode("gb18030")).names == ("甲", "乙")
    assert read("source,target\na,b\n".encode("utf-16")).names == ("a", "b")


def test_a_first_edge_between_words_is_no_header():
    graph = read("Anna,Bert\nBert,Carl\n")
    assert graph.names == ("Anna", "Bert", "Carl")
    assert "graph_no_header" in codes(graph)


def test_names_stay_as_they_are_written():
    assert read("007,7\n7,1e3\n").names == ("007", "7", "1e3")


def test_a_row_with_a_source_alone_is_a_node_with_label_place_and_features():
    graph = read("source,target,weight,label,x,y,age\na,,,red,0,1,30\nb,,,blue,2,3,40\nc,,,,4,5,50\na,b,2.5,,,,\n")
    assert graph.n == 3
    assert graph.labels.tolist() == [1, 0, -1]
    assert graph.label_names == ("blue", "red")
    assert graph.weights.tolist() == [2.5]
    assert graph.positions.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert graph.X.tolist() == [[30], [40], [50]]
    assert graph.features == ("age",)
    assert dict(graph.notes)["graph_alone"] == {"count": 1}


def test_what_pyg_holds_can_be_brought_as_json():
    graph = read(json.dumps({"edge_index": [[0, 1], [1, 0]], "num_nodes": 3, "y": [0, 1, 1], "x": [[1, 2], [3, 4], [5, 6]]}))
    assert graph.n == 3
    assert graph.labels.tolist() == [0, 1, 1]
    assert graph.X.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_doubles_loops_and_lonely_nodes_are_noted():
    graph = read("source,target\na,b\na,b\nb,a\nc,c\nd,\n")
    assert graph.edges.tolist() == [[0, 1], [1, 0], [2, 2]]
    facts = dict(graph.notes)
    assert (facts["graph_double"]["count"], facts["graph_loops"]["count"], facts["graph_alone"]["count"]) == (1, 1, 2)


def test_both_directions_give_one_edge_whose_weight_is_their_mean():
    graph = data.graph(2, [(0, 1), (1, 0)], [1, 3])
    pairs, weights = graph.pairs()
    assert pairs.tolist() == [[0, 1]]
    assert weights.tolist() == [2]
    arcs, weights = graph.arcs()
    assert arcs.tolist() == [[0, 1], [1, 0]]
    assert weights.tolist() == [2, 2]
    assert graph.arcs(directed=True)[1].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("code", "text"),
    [("empty", "  \n"), ("is_image", b"\x89PNG\r\n\x1a\n" + b"0" * 50), ("graph_columns", "one\ntwo\nthree\n"), ("graph_small", "source,target\na,\n"),
     ("graph_weight", "a,b,-1\n"), ("graph_weight", "a,b,0\n"), ("graph_weight", "source,target,weight\na,b,heavy\n"), ("graph_weight", "source,target,weight\na,b,1\nb,c,\n"),
     ("graph_no_source", "source,target\na,b\n,c\n"), ("graph_node_twice", "source,target\na,\na,\na,b\n"), ("graph_json", '{"a": 1}'), ("graph_json", "[1, 2]"),
     ("graph_json_broken", '{"edges": [[1, 2}'), ("graph_json_broken", "[" * 100_000), ("graph_index", '{"edge_index": [[0.5], [1]]}'), ("graph_outside", '{"edge_index": [[0], [5]], "num_nodes": 3}'),
     ("graph_no_features", "source,target,f\na,,1\na,b,\n"), ("nan", "source,target,f,g\na,,1,2\nb,,,3\na,b,,\n"), ("ragged", "a,b\nb,c,d\n"), ("graph_json", '{"edges": [{"source": 1}]}')],
)  # fmt: skip
def test_what_is_no_graph_is_refused_with_advice(code, text):
    refused(code, text)


def test_limits_are_kept_before_anything_costly():
    refused("graph_many_nodes", "\n".join(f"a{k},b{k}" for k in range(NODES // 2 + 1)))
    refused("graph_many_nodes", json.dumps({"edge_index": [[0], [1]], "num_nodes": 10**9}))
    with pytest.raises(DataError, match=str(EDGES)):
        data.graph(2, np.zeros((EDGES + 1, 2)))
    graph = read("\n".join(f"{k},{k + 1}" for k in range(NODES - 1)))
    assert graph.n == NODES


def test_a_file_may_have_as_many_rows_as_nodes_and_edges_together(monkeypatch):
    monkeypatch.setattr("engine.edgelists.NODES", 3)
    monkeypatch.setattr("engine.edgelists.EDGES", 2)
    assert read("source,target\n" + "a,b\nb,c\n" * 2 + "a,c\n").n == 3
    refused("graph_many_edges", "source,target\n" + "a,b\nb,c\n" * 3)


def test_a_column_of_labels_in_which_none_stands_is_no_column_of_classes():
    graph = read("source,target,label\na,,\nb,,\na,b,\n")
    assert graph.labels is None
    assert graph.label_names == ()


def test_a_graph_for_every_way_to_be_wrong_in_python():
    for arguments in (
        (2, [(0, 2)]),
        (2, [(-1, 0)]),
        (1, []),
        (2, [(0, 1)], [1, 2]),
        (2, [(0, 1)], None, ["a"]),
        (2, [(0, 1)], None, ["a", "a"]),
    ):
        with pytest.raises(DataError):
            data.graph(*arguments)
    for more in (
        {"X": [[1]]},
        {"X": [[1], [np.nan]]},
        {"labels": [0]},
        {"labels": [0, 3], "label_names": ["a"]},
        {"positions": [(0, 0)]},
    ):
        with pytest.raises(DataError):
            data.graph(2, [(0, 1)], **more)


@pytest.mark.parametrize("name", ["karate", "art_philo_science", "les_miserables", "blocks", "grid", "ring"])
def test_a_graph_survives_its_table_a_pipe_and_where_it_is_short_a_link(name):
    graph = data.sample(name)
    assert data.graph_of(data.as_table(graph)).digest == graph.digest
    copy = pickle.loads(pickle.dumps(graph))
    assert copy == graph
    assert not copy.edges.flags.writeable
    packed = data.pack(graph)
    if packed is not None:
        assert data.graph_of(data.unpack(packed)) == graph


def test_what_differs_has_another_digest():
    base = {"n": 3, "edges": [(0, 1)]}
    digests = {data.graph(**base | more).digest for more in (
        {}, {"n": 4}, {"edges": [(1, 0)]}, {"weights": [2]}, {"names": "abc"}, {"labels": [0, 1, 0]}, {"X": [[1], [2], [3]]}, {"positions": [(0, 0), (1, 0), (0, 1)]})}  # fmt: skip
    assert len(digests) == 8


def test_the_samples_are_what_their_sources_say():
    sizes = {
        name: (data.sample(name).n, len(data.sample(name).pairs()[0]))
        for name in ("karate", "les_miserables", "grid", "ring", "large")
    }
    assert sizes["karate"] == (34, 78)
    assert sizes["les_miserables"] == (77, 254)
    assert sizes["grid"] == (100, 180)
    assert sizes["ring"] == (24, 24)
    assert sizes["large"][0] == 10_000
    science = data.sample("art_philo_science")
    assert science.X.shape == (30, 11)
    assert np.bincount(science.labels).tolist() == [10, 10, 10]
    assert (data.sample("karate").pairs()[0][:, 0] < data.sample("karate").pairs()[0][:, 1]).all()


def test_in_a_block_model_most_edges_stay_in_their_block():
    graph = data.sample("blocks")
    inside = graph.labels[graph.edges[:, 0]] == graph.labels[graph.edges[:, 1]]
    assert inside.mean() > 0.75
    assert (graph.edges[:, 0] != graph.edges[:, 1]).all()
