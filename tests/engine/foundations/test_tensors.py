"""Scripts of tensors against torch's own facts and an own model of memory, strides against torch, and what is refused."""

import json
import re
import subprocess
import sys
import time
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import data
from engine.errors import DataError, Diverged, sentence
from engine.foundations import tensors
from engine.foundations.tensors.samples import SCRIPTS
from engine.foundations.tensors.strides import cells, contiguous, indices, places
from engine.samples import every as every_sample
from ui.text import LANGUAGES

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "tensors.json").read_text(encoding="utf-8"))["scripts"]
REFUSED = {
    None: "", "overlap": "overlap", "leaf": "leaf", "leaf view": "leaf_view", "view needs contiguous memory": "contiguous",
    "saved version": "saved",
}  # fmt: skip
every = pytest.mark.parametrize("golden", GOLDEN, ids=[golden["script"] for golden in GOLDEN])


def run(script):
    """All frames of a script, the start left out; of the same one they are carried out once."""
    return list(_run(script))


@cache
def _run(script):
    return tuple(tensors.script(tensors.Listing(), data.script(script)))[1:]


def scripted(golden):
    return run("\n".join(line["line"] for line in golden["lines"]))


def plain(frame):
    """The names that the script itself gives: number → name."""
    return {k: name for k, name in enumerate(frame.names) if "." not in name}


def shown(frame, name):
    """The numbers that a name shows."""
    at = frame.names.index(name)
    return frame.contents[frame.starts[frame.storage[at]] + frame.reads(at)].tolist()


# ---- the golden file: 26 scripts, line by line


def test_every_golden_script_is_on_the_menu():
    menu = {tuple(lines) for lines in SCRIPTS.values()}
    assert {tuple(line["line"] for line in golden["lines"]) for golden in GOLDEN} <= menu
    assert len(GOLDEN) == 26


@every
def test_names_have_the_shape_strides_and_offset_that_torch_gives_and_stand_on_the_same_storages(golden):
    for wanted, frame in zip(golden["lines"], scripted(golden), strict=True):
        if "name" in wanted:
            at = frame.names.index(wanted["name"])
            dims = frame.dims[at]
            assert frame.shape[at, :dims].tolist() == wanted["shape"]
            assert frame.stride[at, :dims].tolist() == wanted["stride"]
            assert frame.offset[at] == wanted["offset"]
            assert contiguous(wanted["shape"], frame.stride[at, :dims].tolist()) == wanted["contiguous"]
        if "share_storage" in wanted:
            groups: dict[int, list[str]] = {}
            for k, name in plain(frame).items():
                groups.setdefault(int(frame.storage[k]), []).append(name)
            assert sorted(map(sorted, groups.values())) == sorted(wanted["share_storage"])


@every
def test_versions_bytes_and_changes_are_those_of_torch(golden):
    for wanted, frame in zip(golden["lines"], scripted(golden), strict=True):
        if "versions" in wanted:
            assert {name: frame.version[k] for k, name in plain(frame).items()} == wanted["versions"]
        if "bytes_allocated" in wanted:  # blocks of one or two numbers are left out there
            assert sum(block for block in frame.blocks if block > 8) == wanted["bytes_allocated"]
        if "numbers_changed" in wanted:
            assert {name: frame.turned[k] for k, name in plain(frame).items() if frame.turned[k]} == wanted["numbers_changed"]
        if "same_object" in wanted:
            assert (frame.same_object, frame.same_memory) == (wanted["same_object"], wanted["same_data_ptr"])


@every
def test_refusals_and_gradients_are_those_of_torch(golden):
    before = None
    for wanted, frame in zip(golden["lines"], scripted(golden), strict=True):
        assert frame.refused == REFUSED[wanted["refused"]]
        if frame.refused:
            assert frame.changed == frame.wrote == 0
            assert before is None or frame.names == before.names
        for name, gradient in wanted.get("grad", {}).items():
            np.testing.assert_allclose(shown(frame, f"{name}.grad"), gradient, rtol=0, atol=1e-6)
        if "saved_by" in wanted:
            at = frame.culprit
            assert frame.keepers[at] == (wanted["saved_by"], wanted["saved_as"], ", ".join(wanted["tensor_named"]))
            assert (frame.kept_version[at], frame.kept_now[at]) == (wanted["saved_version"], wanted["version_now"])
        before = frame


def test_all_golden_scripts_together_take_half_a_second_at_most():
    scripted(GOLDEN[0])  # what torch sets up once is not theirs
    began = time.process_time()
    for golden in GOLDEN:
        list(tensors.script(tensors.Listing(), data.script("\n".join(line["line"] for line in golden["lines"]))))
    assert time.process_time() - began < 0.5


# ---- what proves the entry's numbers


def test_a_new_tensor_of_one_or_two_numbers_is_counted_too():
    assert [frame.bytes for frame in run("w = torch.ones(2)\ny = w.sum()\nz = w * 3")] == [8, 4, 8]


def test_which_writes_through_an_expanded_view_are_refused():
    begin = "z = torch.zeros(4)\ne = z.expand(4, 4)\n"
    refused = ("e[:, 1] = 6", "e[:] = 8", "e.add_(1)", "e.mul_(2)", "e.copy_(torch.ones(4, 4))", "e.exp_()", "e += 1")
    assert {run(begin + line)[-1].refused for line in refused} == {"overlap"}
    for line, changed in (("e[0, 1] = 7", 4), ("e[2] = 5", 16), ("e.fill_(3)", 16)):
        assert run(begin + line)[-1].changed == changed
    assert run(begin + "e.zero_()")[-1].refused == ""


def test_what_a_refused_line_would_have_written_is_named():
    frame = run("\n".join(SCRIPTS["expanded_writes"][:5]))[-1]
    assert np.flatnonzero(frame.spared).tolist() == [1]
    assert not frame.written.any()


def test_data_writes_past_the_counter_and_the_gradient_that_would_be_right_is_known():
    for name in ("data_silent", "data_augmented"):
        frames = run("\n".join(SCRIPTS[name]))
        assert (shown(frames[-1], "w.grad"), frames[-1].gradient, frames[-1].right) == ([22.0, 24.0], 22.0, 2.0)
        assert frames[2].kept_stale.tolist() == [True]
        assert frames[2].kept_now.tolist() == frames[2].kept_version.tolist() == [0]
        assert shown(frames[-1], "w") == [11.0, 12.0]  # looking for the right gradient leaves all as it was


def test_three_ways_to_add_differ_in_what_they_allocate_and_in_whose_memory_they_end():
    plus, part, new = run("\n".join(SCRIPTS["three_sums"]))[3:]
    assert [(one.bytes, one.same_object, one.same_memory) for one in (plus, part, new)] == [(0, 1, 1), (24, 1, 1), (24, 0, 0)]
    temporary = np.flatnonzero((part.made == part.step) & (part.letter < 0))
    assert [(part.life[k], 4 * part.size[k]) for k in temporary] == [(3, 24)]
    assert shown(new, "V") == shown(part, "V")


def test_a_lazy_layer_has_numbers_only_once_it_has_met_an_input():
    layer, x, y = run("\n".join(SCRIPTS["lazy"]))
    assert layer.names == ("layer.weight", "layer.bias")
    assert layer.storage.tolist() == [-1, -1]
    assert (layer.parameters, x.parameters, y.parameters) == (0, 0, 18)
    weight = np.array(shown(y, "layer.weight")).reshape(3, 5)
    np.testing.assert_allclose(shown(y, "Y"), np.tile(weight.sum(1) + shown(y, "layer.bias"), 2), rtol=1e-6)
    torch.manual_seed(7)
    *_, again = tensors.script(tensors.Listing(), data.sample("lazy"))
    assert again.contents.tolist() == y.contents.tolist()  # one seed, whatever was drawn before
    drawn = torch.rand(1)
    torch.manual_seed(7)
    assert drawn == torch.rand(1)  # and put back


def test_a_storage_lives_as_long_as_a_name_reads_it_or_the_graph_needs_it():
    frames = run("w = torch.ones(3, requires_grad=True)\ny = torch.exp(w).sum()\ny.backward()\nw = torch.zeros(3)")
    exp = 1
    assert [frame.life[exp] for frame in frames] == [0, 2, 4, 4]
    assert [frame.life[0] for frame in frames] == [1, 1, 1, 2]  # y leads back to the old w


@pytest.mark.parametrize(("script", "kind"), [
    ("x = torch.ones(4)\nx[1:] += x[:3]", "partial"),
    ("x = torch.ones(2, requires_grad=True)\ny = (x * x).sum()\ny.backward()\ny.backward()", "freed"),
    ("x = torch.ones(2, requires_grad=True)\n(x * x).backward()", "scalar"),
    ("x = torch.ones(2)\nx.sum().backward()", "no_grad"),
    ("x = torch.ones(2, requires_grad=True)\ny = torch.zeros(2)\ntorch.add(x, x, out=y)", "out"),
    ("x = torch.ones(2, requires_grad=True)\ny = x * x\ny.requires_grad_(False)", "flag"),
])  # fmt: skip
def test_more_that_torch_refuses_has_its_reason_in_words(script, kind):
    frame = run(script)[-1]
    assert (frame.verb, frame.refused) == ("refused", kind)


def test_augmented_assignment_reads_what_stands_left_once_as_python_does():
    frame = run("x = torch.zeros(3)\nx.add_(1)[0] += 5\nx[1:] *= 3")[-1]
    there = torch.zeros(3)
    there.add_(1)[0] += 5
    there[1:] *= 3
    assert shown(frame, "x") == there.tolist() == [6.0, 3.0, 3.0]
    assert frame.version.tolist() == [there._version]
    with pytest.raises(DataError, match="Line 2"):
        run("layer = nn.LazyLinear(2)\nlayer.weight += 1")


def test_lines_after_a_refused_one_run():
    assert run("\n".join(SCRIPTS["expanded_writes"]))[-1].changed == 1


# ---- never


@pytest.mark.parametrize(("script", "code", "line"), [
    ("x = torch.zeros(65)", "tensors_numbers", 1),
    ("x = torch.zeros(1000000)", "tensors_numbers", 1),
    ("x = torch.arange(0.0, 1000000.0, 0.000001)", "tensors_numbers", 1),
    ("x = torch.ones(8, 8)\ny = x.expand(2, 8, 8)", "tensors_numbers", 2),
    ("x = torch.ones(2)[0:0]", "tensors_numbers", 1),
    ("x = torch.ones(1, 1, 1, 1)", "tensors_dimensions", 1),
    ("x = torch.arange(6)", "tensors_float", 1),
    ("x = torch.zeros(2)\ny = torch.ones(3)\nz = x + y", "tensors_shape", 3),
    ("x = torch.ones(2)\nx[5] = 1", "tensors_shape", 2),
    ("x = torch.ones(2)\ntorch.add(x, x, out=torch.ones(3))", "tensors_out", 2),
    ("x = 10 ** 10 ** 10", "tensors_large", 1),
    ("x = torch.ones(2) * (1 / 0)", "tensors_large", 1),
    ("x = [1.0]", "tensors_bound", 1),
    ("x = y", "script_unknown", 1),
    ("torch = torch.ones(2)", "script_taken", 1),
    ("x = torch.ones(2)\nx(x)", "script_word", 2),
    ("x = torch.load(2)", "script_word", 1),
    ("x = torch.ones(2).__class__", "script_word", 1),
    ("x = torch.ones(2)\nx.add_(1, alpha=2)", "script_word", 2),
    ("x = torch.ones(2)\nx", "tensors_statement", 2),
    ("x, y = torch.ones(2)", "tensors_statement", 1),
    ("x = torch.ones(2)\ny = x[1.5]", "tensors_index", 2),
    ("x = torch.ones(nn)", "script_unknown", 1),
    ("layer = nn.LazyLinear(99)", "tensors_layer", 1),
    ("layer = nn.LazyLinear(3)\nx = layer.weight.view(3)", "tensors_no_tensor", 2),
    ("layer = nn.LazyLinear(3)\nx = layer.weight + 1", "tensors_torch", 2),
    ("x = torch.ones(2)\nx.requires_grad_(5)", "tensors_torch", 2),
    ("x = torch.zeros(torch.ones(2))", "tensors_sizes", 1),
    ("layer = nn.LazyLinear(3)\nx = layer * 2", "tensors_operands", 2),
    ("__import__(os)", "script_name", 1),
    ("x = lambda: 1", "script_kind", 1),
    ("import os", "script_kind", 1),
    ("x = torch.ones(2) if 1 else 2", "script_kind", 1),
    ("x = (", "script_syntax", 1),
])  # fmt: skip
def test_what_is_not_allowed_or_means_nothing_is_refused_by_its_line(script, code, line):
    with pytest.raises(DataError) as problem:
        run(script)
    assert (problem.value.code, problem.value.values["line"]) == (code, line)
    for language in LANGUAGES:
        assert str(line) in sentence(code, language).format(**problem.value.values)


def test_too_many_lines_and_names_are_refused():
    with pytest.raises(DataError, match="11 lines"):
        run("\n".join(["x = torch.ones(2)"] * 11))
    with pytest.raises(DataError, match="9 names"):
        run("\n".join(f"{name} = torch.ones(2)" for name in "abcdefghi"))


def test_the_steps_before_what_cannot_be_stand_and_numbers_stay_finite():
    frames, problem = [], None
    try:
        for frame in tensors.script(tensors.Listing(), data.script("x = torch.ones(2)\ny = x + torch.ones(3)\nz = x")):
            frames.append(frame)
    except DataError as found:
        problem = found
    assert problem
    assert [frame.step for frame in frames] == [0, 1]
    assert {frame.total for frame in frames} == {4}
    with pytest.raises(Diverged, match="Line 2"):
        run("x = torch.zeros(2)\ny = 1 / x")


def test_nothing_in_a_frame_depends_on_the_host_and_torch_is_loaded_by_a_run_alone():
    script = "\n".join(SCRIPTS["who_objects"])
    junk = [torch.ones(k + 1) for k in range(50)]  # other addresses
    one, other = (list(tensors.script(tensors.Listing(), data.script(script))) for _ in range(2))
    assert [str(vars(frame)) for frame in one] == [str(vars(frame)) for frame in other]
    assert not re.search(r"0x[0-9a-f]{6}|(?<![.\d])\d{12}", " ".join(str(vars(frame)) for frame in one))
    assert len(junk) == 50
    code = "import sys, engine.foundations.tensors, views.foundations.tensors; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# ---- strides


def walked(**settings):
    return list(tensors.strides(tensors.Strides(**settings)))


def test_cells_and_contiguity_are_those_of_torch_for_every_setting_that_stays_on_the_strip():
    strip, left, count = torch.arange(12.0), 0, 0
    for rows, columns, down, across, offset in product(range(1, 5), range(1, 5), range(7), range(7), range(7)):
        found = cells((rows, columns), (down, across), offset)
        count += 1
        left += int(found.max() >= 12)
        if found.max() < 12 and (down + across + offset) % 3 == 0:  # a third of them
            tensor = torch.as_strided(strip, (rows, columns), (down, across), offset)
            assert found.tolist() == tensor.flatten().tolist()
            assert contiguous((rows, columns), (down, across)) == tensor.is_contiguous()
    assert round(100 * left / count) == 47


def test_a_transpose_is_read_in_jumps():
    frames = walked()
    assert frames[-1].read.tolist() == [0, 3, 1, 4, 2, 5]
    assert [frame.cell for frame in frames[1:]] == [0, 3, 1, 4, 2, 5]
    assert not frames[-1].contiguous
    assert walked(size_down=2, size_across=3, stride_down=3, stride_across=1)[-1].contiguous
    assert walked(size_down=1, size_across=3, stride_down=6, stride_across=1)[
        -1
    ].contiguous  # the stride of a side of one does not count


def test_cells_read_again_and_never_are_counted():
    last = walked(size_down=3, size_across=2, stride_down=0, stride_across=1)[-1]
    assert last.times.tolist() == [3, 3] + [0] * 10
    assert (last.twice, last.never) == (2, 10)


def test_reading_ends_at_the_first_cell_outside_with_its_number():
    frames = walked(size_down=4, size_across=4, stride_down=6, stride_across=1, offset=0)
    assert [frame.cell for frame in frames[1:]] == [0, 1, 2, 3, 6, 7, 8, 9, 12]
    assert [frame.outside for frame in frames] == [False] * 9 + [True]
    with pytest.raises(RuntimeError, match="out of bounds"):
        torch.as_strided(torch.arange(12.0), (4, 4), (6, 1), 0)


def test_three_dimensions_stand_in_slices_side_by_side():
    assert places((2, 2, 3), 3).tolist()[6:8] == [[0, 3], [0, 4]]
    assert indices((2, 2, 3), 3)[7].tolist() == [1, 0, 1]
    assert indices((1, 1, 1), 0).tolist() == [[]]


def test_no_other_topic_has_a_sample_of_such_a_name():
    names = every_sample()
    assert len(names) == len(set(names))
    assert set(SCRIPTS) <= set(names)
