"""What the pictures of graph convolution say is what the frames hold; a click means the node it was made on."""

import numpy as np
import pytest

from engine import data
from engine.errors import ParamError
from engine.graphs import gcn
from engine.graphs.gcn import inspection
from runtime.film import Film
from runtime.jobs import Job
from runtime.run import Run
from tests import runs
from tests.films import read
from ui.text import LANGUAGES, phrases, theory
from views.graphs import depth, parts
from views.graphs import gcn as view


def pictures(graph, options=None, language="en", **params):
    made = gcn.Params(**params)
    graph = data.sample(graph) if isinstance(graph, str) else graph
    frames = runs.frames(gcn.ALGORITHMS, made, graph)
    words = theory("gcn", language)
    return frames, lambda i: view.draw(frames, i % len(frames), made, (graph,), options or view.Options(), words)


def nodes(picture, axis="x"):
    return [t for t in picture.data if t["xaxis"] == axis and t.get("meta", {}).get("link") == "node" and t["mode"] == "markers"]


def notes(picture):
    return [item["text"] for item in picture.layout["annotations"]]


def test_every_node_is_drawn_once_in_each_view_in_the_shape_of_its_class():
    frames, draw = pictures("karate")
    for i in (0, 50, -1):
        shown = draw(i)
        for axis in ("x", "x2"):
            members = nodes(shown, axis)
            index = np.concatenate([trace["meta"]["index"] for trace in members])
            assert sorted(index.tolist()) == list(range(34))
            for trace in members:
                classes = {int(k) for k in frames[i].p[trace["meta"]["index"]].argmax(1)}
                assert len(classes) <= 1
            assert len({trace["marker"]["symbol"] for trace in members}) == len(members)


def test_a_click_in_training_tells_a_class_and_elsewhere_chooses_the_node():
    graph = data.sample("karate")
    wanted = {"train": {"labelled": "0:0 8:0 33:1"}, "propagate": {"node": "8"}, "ablate": {"node": "8"}}
    for show, settings in wanted.items():
        params = gcn.Params(show=show, epochs=2) if show != "propagate" else gcn.Params(show=show)
        frame = next(gcn.train(params, graph))
        assert view.clicked("node", 8, frame, params, graph, view.Options()) == settings
        assert view.clicked("node", 34, frame, params, graph, view.Options()) == {}
        next(gcn.train(gcn.Params(**{"show": show} | settings), graph))  # it is legal


def test_a_click_says_where_the_list_of_labelled_nodes_is_full():
    graph = data.sample("large")
    params = gcn.Params(labelled=" ".join(f"{node}:0" for node in range(1000, 1028)))
    with pytest.raises(ParamError) as caught:
        view.clicked("node", 9999, None, params, graph, view.Options())
    assert all(caught.value.code in phrases(language)["notices"] for language in LANGUAGES)


def test_nodes_that_can_be_clicked_say_so():
    for show in ("train", "propagate", "ablate"):
        _, draw = pictures("karate", show=show, epochs=3)
        assert all(trace["meta"].get("click") == "node" for trace in nodes(draw(-1)))


def test_messages_run_along_the_edges_to_the_node_and_are_as_large_as_their_weight():
    frames, draw = pictures("karate", show="propagate", node="30")
    come = []
    for i in range(1, 4):
        dots = next(trace for trace in draw(i).data if trace.get("meta", {}).get("key") == "messages")
        ends = frames[i].pos[frames[i].senders].astype(float)
        ways = np.stack([dots["x"], dots["y"]], 1)[:-1] - ends[:-1]
        edges = ends[-1] - ends[:-1]
        assert np.allclose(ways[:, 0] * edges[:, 1], ways[:, 1] * edges[:, 0], atol=1e-6)
        come.append(float((np.linalg.norm(ways, axis=1) / np.linalg.norm(edges, axis=1)).mean()))
        if i > 1:
            area = dots["marker"]["size"] ** 2
            assert np.allclose(area / area.sum(), frames[i].c_symmetric / frames[i].c_symmetric.sum(), atol=0.01)
    assert come == sorted(come)
    assert 0 < come[0] < come[-1] < 1


@pytest.mark.parametrize("matrix", ["symmetric", "mean"])
def test_a_node_is_as_dark_as_its_share_and_full_at_the_heaviest_message(matrix):
    frames, draw = pictures("karate", view.Options(matrix=matrix), show="propagate", node="30")
    heaviest = frames[-1].weights(matrix == "mean").max()
    dark = next(trace["marker"] for trace in nodes(draw(-1)) if "cmax" in trace["marker"])
    assert dark["cmax"] == heaviest > 0
    assert np.allclose(dark["color"], np.minimum(frames[-1].share(matrix == "mean"), heaviest), atol=1e-5)


def test_the_shares_that_are_said_are_the_rows_of_the_power_of_the_matrix_in_parts_of_one():
    graph = data.sample("karate")
    arcs, _ = graph.arcs()
    A = np.eye(34)
    A[arcs[1], arcs[0]] = 1
    d = A.sum(1)
    row = np.linalg.matrix_power(A / np.sqrt(np.outer(d, d)), 3)[30]
    _, draw = pictures("karate", show="propagate", node="30")
    assert draw(-1).numbers["own"] == pytest.approx(row[30] / row.sum())
    assert draw(-1).numbers["source"] == pytest.approx(np.delete(row, 30).max() / row.sum())
    bars = next(trace for trace in draw(-1).data if trace["type"] == "bar")
    assert np.allclose(bars["x"], row[bars["meta"]["index"]] / row.sum(), atol=1e-5)
    strokes = next(trace for trace in draw(-1).data if trace.get("marker", {}).get("symbol") == "line-ns")
    assert np.allclose(strokes["x"], np.sqrt(d[bars["meta"]["index"]]) / np.sqrt(d).sum())


def test_sources_stand_by_size_and_keep_their_bars():
    frames, draw = pictures("karate", show="propagate", node="30")
    kept = set()
    for i in range(len(frames)):
        shown = draw(i)
        bars = next(trace for trace in shown.data if trace["type"] == "bar")
        order = np.argsort(bars["y"])
        assert (np.diff(np.asarray(bars["x"])[order]) <= 0).all()
        assert next(trace for trace in shown.data if trace.get("marker", {}).get("symbol") == "line-ns")["y"].tolist() == list(
            bars["y"]
        )
        kept.add(tuple(map(int, bars["meta"]["index"])))
        names = dict(zip(shown.layout["yaxis3"]["tickvals"], shown.layout["yaxis3"]["ticktext"], strict=True))
        alike = [[names[y].strip() for y in bars["y"][order] if bars["x"][list(bars["y"]).index(y)] == x] for x in set(bars["x"])]
        assert all(
            some == sorted(some, key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else name)) for some in alike
        )
    assert len(kept) == 1


def test_the_leaders_of_the_club_have_their_names_in_both_languages():
    for language, name in (("en", "Officer"), ("zh", "会长")):
        _, draw = pictures("karate", language=language, show="propagate")
        words = [word for trace in draw(-1).data if "text" in trace.get("mode", "") for word in trace["text"]]
        assert {"<b>Mr. Hi</b>", f"<b>{name}</b>"} <= set(words)
    _, draw = pictures("ring", show="propagate")
    assert not any(word.startswith("<b>") for trace in draw(-1).data if "text" in trace.get("mode", "") for word in trace["text"])


def test_the_lamp_is_on_the_predictions_that_turned_and_else_on_the_one_that_moved_most():
    frames, draw = pictures("karate", epochs=8)
    for i in range(1, len(frames)):
        turned = np.flatnonzero(frames[i].p.argmax(1) != frames[i - 1].p.argmax(1))
        if not len(turned):
            turned = np.abs(frames[i].p - frames[i - 1].p).sum(1).argmax()[None]
        lamp = next(
            t for t in draw(i).data if t["xaxis"] == "x" and t.get("marker", {}).get("line", {}).get("color") == "@accent"
        )
        assert np.allclose(np.stack([lamp["x"], lamp["y"]], 1), frames[i].pos[turned])


def test_who_tells_a_class_and_how_they_were_chosen_is_said():
    _, draw = pictures("karate", epochs=1)
    assert "of each class the one with most neighbours: Mr. Hi, Officer." in draw(0).said
    _, draw = pictures("karate", epochs=1, labelled="2:0 30:1")
    assert "as they were told here: 2 (Mr. Hi), 30 (Officer)." in draw(0).said
    _, draw = pictures(data.graph(3, [(0, 1), (1, 2)], names="abc"), epochs=1)
    assert "the one farthest from it" in draw(0).said


def test_the_axes_of_training_stay_through_the_film():
    _, draw = pictures("karate", epochs=30)
    ranges = {
        str([draw(i).layout[axis].get("range") for axis in ("xaxis", "xaxis2", "yaxis2", "xaxis3", "yaxis3")])
        for i in (0, 1, 9, 30)
    }
    assert len(ranges) == 1


def test_the_matrix_is_that_of_the_rule_and_answers_to_the_drawing():
    frames, draw = pictures("karate", show="propagate")
    arcs, _ = data.sample("karate").arcs()
    wanted = np.zeros((34, 34))
    wanted[arcs[1], arcs[0]] = 1
    loops = wanted + np.eye(34)
    shown = draw(-1)
    assert np.allclose(_heat(shown)["z"], loops / np.sqrt(np.outer(loops.sum(1), loops.sum(1))), atol=1e-4)
    mean = pictures("karate", view.Options(matrix="mean"), show="propagate")[1](-1)
    assert np.allclose(_heat(mean)["z"], wanted / wanted.sum(1, keepdims=True), atol=1e-4)
    ends = next(trace for trace in shown.data if trace.get("meta", {}).get("link") == "cell" and trace["type"] == "scatter")
    cell = 8 * 34 + 2
    places = [(x, y) for x, y, k in zip(ends["x"], ends["y"], ends["meta"]["index"], strict=True) if k == cell]
    assert {tuple(np.round(place, 5)) for place in places} == {tuple(np.round(frames[0].pos[k].astype(float), 5)) for k in (8, 2)}


def _heat(picture):
    return next(trace for trace in picture.data if trace["type"] == "heatmap")


def test_the_power_of_the_matrix_is_what_the_drawing_shows():
    frames, draw = pictures("karate", view.Options(matrix="power"), show="propagate", rounds=3)
    assert np.allclose(_heat(draw(-1))["z"][frames[-1].v], frames[-1].symmetric, atol=1e-4)


def test_attention_is_the_width_of_edges():
    _, draw = pictures("karate", layer="gat", epochs=30)
    widths = [trace["line"]["width"] for trace in draw(-1).data if trace["xaxis"] == "x" and trace["mode"] == "lines"]
    assert len(set(widths)) == 5
    assert widths == sorted(widths)


def test_a_large_graph_says_how_many_edges_are_drawn_and_is_drawn_by_webgl():
    _, draw = pictures("large", epochs=2)
    shown = draw(-1)
    assert any("3000 of 51\u202f188" in text for text in notes(shown))
    assert {trace["type"] for trace in nodes(shown)} == {"scattergl"}
    assert sum(np.isnan(np.asarray(trace["x"], dtype=float)).sum() for trace in shown.data if trace["type"] == "scattergl" and trace["mode"] == "lines") == 3000  # fmt: skip


def test_the_film_of_ten_thousand_nodes_is_small_enough():
    run = Run(gcn.train, gcn.Params(epochs=50, per_class=20), (data.sample("large"),))
    job = Job(run)
    for frame in runs.frames(gcn.ALGORITHMS, run.params, *run.data):
        job.add(frame)
    job.end(None)
    film = Film("k", job, view.draw, (), view.Options(), theory("gcn", "en"))
    while not film.ended.is_set():
        film.draw_line()
    assert film.done
    assert film.stored < 16_000_000
    assert len(read(film.content()).pictures) == 51


def test_edges_are_doors_to_the_frame_they_are_left_out_in():
    frames, draw = pictures("karate", show="ablate", epochs=20)
    shown = draw(5)
    doors = next(trace for trace in shown.data if trace["xaxis"] == "x" and trace.get("meta", {}).get("link") == "edge")
    for k, to in enumerate(doors["meta"]["frames"]):
        assert frames[to].edited.tolist() == [frames[0].edges[k].tolist()]


def test_whether_a_flip_is_proven_smallest_is_said():
    frames, draw = pictures("karate", show="ablate", node="30")
    assert "Not one of the 71 single edits does; of 2485 pairs tried" in draw(-1).said
    assert "No single edit turns “30”: 71 were tried" in draw(len(frames) - 2).said
    grid, on_grid = pictures("grid", show="ablate", epochs=30)
    assert not grid[-1].turned
    assert "do not turn" in on_grid(-1).said


def test_a_picture_of_depth_says_of_which_epoch_it_is_and_that_one_layer_has_no_hidden_one():
    frames, draw = pictures("karate", show="depth")
    assert [draw(i).phase for i in (0, 2, 4)] == [f"Depth 1 · epoch {k}" for k in (0, 50, 100)]
    assert "no hidden one" in draw(0).said
    assert (draw(0).formula, draw(5).formula) == (depth.OF_INPUT, depth.ENERGY)
    assert f"without weights {frames[5].plain:.2f}" in draw(5).said


def test_small_energies_reach_the_screen_as_they_are():
    run = Run(gcn.train, gcn.Params(show="depth", epochs=4), (data.sample("karate"),))
    job = Job(run)
    frames = runs.frames(gcn.ALGORITHMS, run.params, *run.data)
    for frame in frames:
        job.add(frame)
    job.end(None)
    film = Film("k", job, view.draw, (), view.Options(), theory("gcn", "en"))
    while not film.ended.is_set():
        film.draw_line()
    last = read(film.content()).pictures[-1]["figure"]["data"]
    dashed = next(trace for trace in last if trace.get("line", {}).get("dash") == "dash")
    wanted = [max(frame.energy, 1e-6) for frame in frames if frame.part == "start"]
    assert min(wanted) < 1e-5
    assert dashed["y"] == pytest.approx(wanted, rel=1e-3)


def test_since_when_no_prediction_has_turned_is_said():
    frames, draw = pictures("karate", epochs=20)
    last = max(i for i in range(1, 21) if (frames[i].p.argmax(1) != frames[i - 1].p.argmax(1)).any())
    assert f"since epoch {last}." in draw(-1).said
    assert draw(last).hold > draw(-1).hold


def test_a_node_without_neighbours_is_told_so():
    graph = data.graph(3, [(0, 1)], names="abc")
    _, draw = pictures(graph, show="propagate", node="c", rounds=2)
    assert "no neighbour" in draw(-1).said
    for i in range(9):
        draw(i)


def test_the_inspector_counts_its_warnings_and_hides_none():
    for mistake in ("none", "one_way", "float_index", "too_high", "doubled", "no_count", "capital"):
        frames, draw = pictures("karate", show="inspect", mistake=mistake)
        bad = [said for said in inspection.findings(frames[-1]) if said[2]]
        assert bool(bad) == (mistake != "none")
        shown = draw(-1)
        assert dict(shown.metrics)["warnings"] == str(len(bad))
        assert sum(text.startswith("!") for text in notes(shown)) == len(bad)
        if mistake == "float_index":
            assert any("dtype" in text for text in notes(shown))


def test_words_a_visitor_brings_are_harmless():
    graph = data.graph(3, [(0, 1), (1, 2)], names=["<b>x</b>", "@ink", "%{x}"], labels=[0, 1, 0], label_names=["<i>", "@c1"])
    for show in ("train", "propagate", "ablate", "inspect"):
        frames, draw = pictures(graph, show=show, epochs=2)
        for i in range(len(frames)):
            text = str(draw(i).data) + draw(i).said + str(notes(draw(i)))
            assert "<b>x" not in text
            assert "<i>" not in text
            assert "%{x}" not in text.replace("%{x}: %{y", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_classes_of_the_samples_have_names_in_every_language(language):
    words = theory("gcn", language)
    for name in ("karate", "art_philo_science", "les_miserables", "blocks", "grid", "ring", "large"):
        graph = data.sample(name)
        for label in range(len(graph.label_names)):
            said = parts.class_of(graph, label, words)
            assert language == "en" or said == "Mr. Hi" or not said.isascii()


def test_nodes_of_a_small_graph_can_be_chosen_from_a_list():
    words = theory("gcn", "en")
    assert list(view.choices(data.sample("karate"), words)["node"])[:3] == ["", "0", "1"]
    assert "node" not in view.choices(data.sample("large"), words)
    assert view.belonging(data.sample("grid")) == view.belonging(data.sample("blocks"))  # both count from 0 to 99
    assert set(view.belonging(data.sample("grid"))) == {"labelled", "node"}
    for name, nodes in view.belonging(data.sample("grid")).items():
        assert view.belonging(data.sample("ring"))[name] != nodes


def test_crosses_are_explained_where_they_are_drawn():
    said = theory("gcn", "en").part("train", "key_wrong")
    told = [said in " ".join(notes(pictures(graph, show="train", epochs=1)[1](-1))) for graph in ("karate", "large")]
    assert told == [True, False]  # of a large one they would be too small


def test_of_a_graph_without_features_nobody_asks_whether_its_own_are_taken():
    bare, rich = (
        data.read_graph(text.encode(), "g.csv") for text in ("a,b\nb,c\n", "source,target,f,g\na,,1,2\nb,,3,4\na,b,,\n")
    )
    asked = [view.choices(data.graph_of(table), theory("gcn", "en")).get("features") for table in (bare, rich)]
    assert asked == [{}, None]


def test_a_matrix_that_is_a_part_says_so_and_a_whole_one_does_not():
    said = theory("gcn", "en").part("propagate", "matrix_part", n=40)
    titles = [" ".join(notes(pictures(graph, show="propagate")[1](0))) for graph in ("karate", data.sample("large"))]
    assert [said in title for title in titles] == [False, True]
