"""Graphs on a page: what is told of nodes goes when the nodes go; own edge lists travel in the link."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine import data
from engine.edges import Graph
from engine.graphs import gcn
from runtime import server
from tests.pages import opened
from ui.data import GRAPH
from ui.data.links import assemble
from ui.data.own import Own

pytestmark = pytest.mark.usefixtures("bugs_break", "in_line")
CSV = b"source,target,label\nAnn,,red\nCid,,blue\nZoe,,\nAnn,Bob,\nBob,Cid,\n"


def shown() -> tuple[Any, Graph]:
    run = list(server.running()[1]._films.values())[-1].job.run
    return run.params, run.data[0]


def choose(page: AppTest, name: str) -> AppTest:
    return next(box for box in page.selectbox if box.key == "gcn.data.en").select(name).run()


def test_told_nodes_and_the_node_looked_at_go_with_their_graph():
    page = opened("gcn", gcn__labelled="0:0 8:0", gcn__epochs="5", lang="en")
    assert shown()[0].labelled == "0:0 8:0"
    choose(page, "ring")
    assert not page.exception
    params, graph = shown()
    assert (params.labelled, graph.n) == ("", 24)
    page = opened("gcn", gcn__show="propagate", gcn__node="8", lang="en")
    assert shown()[0].node == "8"
    choose(page, "art_philo_science")
    assert not page.exception
    assert shown()[0].node == ""


def test_an_own_edge_list_is_used_and_comes_back_from_its_link():
    table = data.read_graph(CSV, "friends.csv")
    graph = data.graph_of(table)
    opened("gcn", data="~" + data.pack(graph), gcn__epochs="5")
    again = shown()[1]
    assert again == graph
    assert again.names == ("Ann", "Cid", "Zoe", "Bob")
    assert again.origin == "link"


def test_python_that_makes_an_own_graph_makes_it():
    own = Own(data.read_graph(CSV, "friends.csv"), "friends.csv", len(CSV))
    chosen = assemble("gcn", "own", own, None, "karate", GRAPH)
    made = eval(chosen.code, {"datasets": data})
    assert made == chosen.data


def test_what_was_assumed_about_an_edge_list_is_said_with_what_was_merged():
    table = data.read_graph(CSV + b"Ann,Bob,\n", "friends.csv")
    said = [code for code, _ in GRAPH.notes(table)]
    assert {"encoding", "graph_header", "graph_double", "graph_alone"} <= set(said)


def test_a_bare_address_opens_on_rounds_and_a_link_without_a_kind_on_the_training_it_meant():
    page = opened("gcn", lang="en")
    assert type(shown()[0]) is gcn.Rounds
    assert "gcn.show" not in page.query_params
    for said in ({"gcn__epochs": "5"}, {"gcn__names": "false"}, {"step": "3"}):
        page = opened("gcn", lang="en", **said)
        assert type(shown()[0]) is gcn.Training
        assert page.query_params["gcn.show"] == "train"
    page = opened("gcn", gcn__show="propagate", gcn__rounds="4", lang="en")
    assert (type(shown()[0]), shown()[0].rounds) == (gcn.Rounds, 4)
    assert page.query_params["gcn.show"] == "propagate"  # so that it means the same when it is opened
    assert not page.exception


def test_python_that_names_no_kind_trains():
    assert type(gcn.Params(epochs=3)) is gcn.Training
    assert type(gcn.Params(show="propagate")) is gcn.Rounds
