"""What stands in memory after each line of a script: facts read off torch's tensors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn.parameter import UninitializedParameter

from engine.errors import Diverged
from engine.foundations.tensors.carrying import Script, Told
from engine.foundations.tensors.memory import Kept, ends_of
from engine.foundations.tensors.script import GONE, KEPT, NAMED, TEMPORARY, ScriptFrame
from engine.foundations.tensors.strides import grid

NOTHING = Told("")


@dataclass(frozen=True)
class View:
    """A name as it stands: what it reads, and the numbers it shows."""

    name: str
    tensor: Tensor
    storage: int  # −1: a weight that has no memory yet
    shown: np.ndarray  # (elements,)


def views(script: Script) -> list[View]:
    """All that is shown: names, weights of layers, and gradients."""
    found = script.shown()
    found += [(f"{name}.grad", leaf.grad) for name, leaf in script.leaves() if leaf.grad is not None]
    out = []
    for name, tensor in found:
        if isinstance(tensor, UninitializedParameter):
            out.append(View(name, tensor, -1, np.zeros(0, np.float32)))
        else:
            out.append(View(name, tensor, script.memory.number(tensor), tensor.detach().numpy().ravel().copy()))
    return out


def facts(script: Script, line: str, told: Told, before: Sequence[View], after: Sequence[View]) -> ScriptFrame:
    """A frame of what a line has come to, but for what needs the lines to come: `complete` fills that in. Raises Diverged."""
    memory = script.memory
    kept = memory.needed([view.tensor for view in after if view.storage >= 0])
    kept += [told.culprit] if told.culprit and told.culprit not in kept else []
    turned = [_turned(view, before) for view in after]
    blocks = [len(storage.numbers) * 4 for storage in memory.storages if storage.line == script.line and line]
    grown = _grown(script, before, after, told)
    return ScriptFrame(
        step=script.line, part="", total=0, line=line, verb=told.verb, name=told.name, other=told.other,
        refused=told.refused,
        **_of_names(after), bound=np.array([told.bound and view.name == told.name for view in after], bool),
        turned=np.array(turned, int), **_of_storages(script, after, kept), blocks=np.array(blocks, int),
        **_of_kept(script, kept, after), culprit=kept.index(told.culprit) if told.culprit else -1,
        bytes=sum(blocks), changed=max(turned, default=0), gradient=_first_gradient(after), right=told.right,
        parameters=sum(view.shown.size for view in after if view.name.endswith((".weight", ".bias"))),
        same_object=grown[0], same_memory=grown[1], keeps=np.zeros(0, int), room=(),
    )  # fmt: skip


def _turned(view: View, before: Sequence[View]) -> int:
    """How many of the numbers a name shows have changed; none where it stands for another object."""
    was = next((one for one in before if one.name == view.name and one.tensor is view.tensor), None)
    if was is None or was.shown.shape != view.shown.shape:
        return 0
    return int((was.shown != view.shown).sum())


def _grown(script: Script, before: Sequence[View], after: Sequence[View], told: Told) -> tuple[int, int]:
    """Whether a name that was there before stands for the same object now, and reads the same memory from the same place."""
    old, new = ([view for view in views if view.name == told.name] for views in (before, after))
    if not old or not new or told.verb in ("", "refused", "backward", "lost", "layer"):
        return -1, -1
    was, now = old[0], new[0]
    same = was.storage == now.storage and was.tensor.storage_offset() == now.tensor.storage_offset()
    return int(was.tensor is now.tensor), int(same)


def _of_names(views: Sequence[View]) -> dict[str, Any]:
    """What names are, by the fields of a frame."""
    there = [view.tensor if view.storage >= 0 else None for view in views]
    shapes = [() if tensor is None else tuple(tensor.shape) for tensor in there]
    strides = [() if tensor is None else tensor.stride() for tensor in there]
    return {
        "names": tuple(view.name for view in views),
        "storage": np.array([view.storage for view in views], int),
        "dims": np.array([len(shape) for shape in shapes], int),
        "shape": np.array([[*shape, 1, 1, 1][:3] for shape in shapes], int).reshape(-1, 3),
        "stride": np.array([[*stride, 0, 0, 0][:3] for stride in strides], int).reshape(-1, 3),
        "offset": np.array([0 if tensor is None else tensor.storage_offset() for tensor in there], int),
        "version": np.array([view.tensor._version for view in views], int),
    }


def _of_storages(script: Script, views: Sequence[View], kept: Sequence[Kept]) -> dict[str, Any]:
    """What storages are, by the fields of a frame; those that a line leaves behind get their letters."""
    memory = script.memory
    named = {view.storage for view in views}
    ends = ends_of(view.tensor for view in views if view.storage >= 0)
    needed = {memory.number(tensor) for tensor in (*ends, *(one.tensor for one in kept))}
    life, letters = [], sum(storage.letter >= 0 for storage in memory.storages)
    for number, storage in enumerate(memory.storages):
        state = NAMED if number in named else KEPT if number in needed else TEMPORARY if storage.line == script.line else GONE
        if state in (NAMED, KEPT) and storage.letter < 0:
            storage.letter = letters
            letters += 1
        life.append(state)
    numbers = [storage.numbers * (state != GONE) for storage, state in zip(memory.storages, life, strict=True)]
    if not all(np.isfinite(block).all() for block in numbers):
        raise Diverged("tensors_infinite", line=script.line)
    written, spared = (_marked(numbers, marks) for marks in (memory.written, memory.spared))
    return {
        "life": np.array(life, int),
        "made": np.array([storage.line for storage in memory.storages], int),
        "letter": np.array([storage.letter for storage in memory.storages], int),
        "size": np.array([len(block) for block in numbers], int),
        "contents": np.concatenate([np.zeros(0, np.float32), *numbers]).astype(np.float32),
        "written": written,
        "spared": spared,
        "wrote": int(written.sum()),
    }


def _marked(blocks: Sequence[np.ndarray], marks: Sequence[tuple[int, np.ndarray]]) -> np.ndarray:
    """Which of the cells of all storages are marked: bool (c,)."""
    starts = np.cumsum([0, *map(len, blocks)])
    out = np.zeros(starts[-1], bool)
    for storage, places in marks:
        out[starts[storage] + places] = True
    return out


def _of_kept(script: Script, kept: Sequence[Kept], views: Sequence[View]) -> dict[str, Any]:
    """What autograd keeps, by the fields of a frame."""
    keepers = [(one.node.name(), one.role, ", ".join(_names_of(one.tensor, views))) for one in kept]
    return {
        "keepers": tuple(keepers),
        "kept_in": np.array([script.memory.number(one.tensor) for one in kept], int),
        "kept_version": np.array([one.version for one in kept], int),
        "kept_now": np.array([one.tensor._version for one in kept], int),
        "kept_stale": np.array([one.stale for one in kept], bool),
        "harmed": _harmed(script, kept),
    }


def _harmed(script: Script, kept: Sequence[Kept]) -> int:
    """Which of the kept tensors this line has written over; −1: none."""
    written = {number for number, _ in script.memory.written}
    spoilt = [one.tensor._version != one.version or one.stale for one in kept]
    found = (k for k, one in enumerate(kept) if spoilt[k] and script.memory.number(one.tensor) in written)
    return next(found, -1)


def _names_of(tensor: Tensor, views: Sequence[View]) -> list[str]:
    """The names that read what a tensor reads, in the same way."""

    def way(one: Tensor) -> tuple[Any, ...]:
        return one.untyped_storage()._cdata, one.shape, one.stride(), one.storage_offset()

    return [view.name for view in views if view.storage >= 0 and way(view.tensor) == way(tensor)]


def _first_gradient(views: Sequence[View]) -> float:
    return next((float(view.shown[0]) for view in views if view.name.endswith(".grad")), np.nan)


def complete(frame: ScriptFrame, frames: Sequence[ScriptFrame], total: int) -> ScriptFrame:
    """A frame that also holds what is to come, so that a picture can keep its place."""
    last = frames[-1]
    more = len(last.size) - len(frame.size)
    free = int(last.size.sum() - frame.size.sum())
    keeps = [np.bincount(one.kept_in, minlength=len(last.size)) for one in frames]
    return replace(
        frame, total=total, life=np.concatenate([frame.life, np.zeros(more, int)]), made=last.made, letter=last.letter,
        size=last.size, contents=np.concatenate([frame.contents, np.zeros(free, np.float32)]),
        written=np.concatenate([frame.written, np.zeros(free, bool)]),
        spared=np.concatenate([frame.spared, np.zeros(free, bool)]), keeps=np.max(keeps, axis=0), room=_room(frames),
    )  # fmt: skip


def _room(frames: Sequence[ScriptFrame]) -> tuple[tuple[str, int, int, int], ...]:
    """Every name there will be, the most rows and columns it has, and the storage it reads first."""
    room: dict[str, tuple[int, int, int]] = {}
    for frame in frames:
        for name, shape, dims, storage in zip(frame.names, frame.shape, frame.dims, frame.storage, strict=True):
            rows, columns = grid(shape.tolist(), int(dims))
            before = room.get(name, (1, 1, -1))
            home = int(storage) if before[2] < 0 else before[2]
            room[name] = max(rows, before[0]), max(columns, before[1]), home
    return tuple((name, *most) for name, most in room.items())
